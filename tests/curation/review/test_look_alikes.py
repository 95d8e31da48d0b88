"""The images that look most like one of them."""

from dataclasses import replace

import numpy as np
import pytest

from curation.review.look_alikes import LookAlikes
from curation.workspace.folders import Workspace
from models.figures.predictions import Predictions
from tests.helpers.small_audit import COPY, ORIGINAL, small_audit


def test_look_alikes_have_the_label_and_are_no_copies(workspace: Workspace) -> None:
    audit = small_audit(workspace, cams=0)
    rows = audit.rows
    copy, original = (int(np.flatnonzero(rows.image_ids == image_id)[0]) for image_id in (COPY, ORIGINAL))
    embeddings = next(
        kept
        for voter in audit.voters
        if (kept := Predictions.load(voter.run_folder / "predictions.npz").embeddings) is not None
    )
    centred = embeddings - embeddings.mean(0)
    units = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    for label in range(len(rows.classes)):
        others = [row for row in np.flatnonzero(rows.labels == label).tolist() if row not in (copy, original)]
        nearest = LookAlikes(audit).of(copy, label, 3)
        assert len(nearest) == 3
        assert set(nearest) <= set(others)
        cosines = units[others] @ units[copy]
        np.testing.assert_allclose(units[nearest] @ units[copy], -np.sort(-cosines)[:3], atol=0.01)


def test_the_look_alikes_of_an_image_are_searched_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = small_audit(workspace, cams=0)
    look_alikes, row = LookAlikes(audit), int(np.flatnonzero(audit.rows.image_ids == "test/sea/0.png")[0])
    forest = audit.rows.classes.index("forest")
    prepared = look_alikes.of(row, forest, 3)
    assert len(prepared) == 3
    assert (audit.rows.labels[prepared] == forest).all()
    monkeypatch.setattr("curation.review.look_alikes.most_alike", None)
    assert look_alikes.of(row, forest, 3) == prepared


def test_without_embeddings_nothing_is_alike(workspace: Workspace) -> None:
    audit = small_audit(workspace, cams=0)
    for voter in audit.voters:
        file = voter.run_folder / "predictions.npz"
        replace(Predictions.load(file), embeddings=None).save(file)
    assert LookAlikes(audit).of(0, 0, 3) == []
