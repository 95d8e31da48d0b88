"""Decisions on images that were moved or renamed: found by content, carried once."""

from dataclasses import replace

import numpy as np
import pytest

from curation.decisions.carry import carriable, carry
from curation.decisions.decision import Reversal
from curation.decisions.ledger import Ledger, log_of
from curation.images.checked_rows import CheckedRows
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.log_writer import some_decision
from tests.helpers.split_pictures import checked

THREE = checked([0, 1, 2], ["train"] * 3)


def moved(images: CheckedRows) -> CheckedRows:
    """Return the images under other names."""
    names = np.array([f"moved/{name}" for name in images.rows.image_ids.tolist()])
    return replace(images, rows=replace(images.rows, image_ids=names))


def ledger_of(workspace: Workspace, name: str, images: CheckedRows) -> Ledger:
    return Ledger(log_of(workspace, name), images)


def judged(workspace: Workspace, name: str, *rows: int, verdict: str = "exclude") -> None:
    for row in rows:
        image, label = str(THREE.rows.image_ids[row]), THREE.rows.classes[THREE.rows.labels[row]]
        log_of(workspace, name).append(some_decision(image, verdict, label=label))


def test_decisions_follow_the_content_of_images_and_are_carried_once(workspace: Workspace) -> None:
    judged(workspace, "old", 0, 1, 1)
    log_of(workspace, "old").append(some_decision("elsewhere.png", "exclude"))
    here = ledger_of(workspace, "new", moved(THREE))
    (offer,) = carriable(workspace, "new", here)
    assert (offer.name, offer.verdicts, offer.images, offer.elsewhere) == ("old", 3, 2, 1)
    assert offer.sentence() == "2 images here are judged in 'old', as 1 are that this data set does not have"
    carry(workspace, "new", here, "old")
    with here.reading() as state:
        assert state.images() == ["moved/00.png", "moved/01.png"]
        assert state.missing() == []
    assert carriable(workspace, "new", here) == []
    with pytest.raises(ErrataError, match="is in its decisions already; nothing was carried"):
        carry(workspace, "new", here, "old")
    assert here.lines() == 3
    judged(workspace, "old", 2)
    assert carry(workspace, "new", here, "old").verdicts == 1
    assert log_of(workspace, "old").read().entries[0][1].id == log_of(workspace, "new").read().entries[0][1].id


def test_what_was_taken_back_stays_taken_back_and_a_later_verdict_here_stays_in_force(workspace: Workspace) -> None:
    old = ledger_of(workspace, "old", THREE)
    log = log_of(workspace, "old")
    first = log.append(some_decision("00.png", "exclude"))
    log.append(Reversal("undo", first.id, first.reviewer))
    log.append(some_decision("01.png", "exclude", label="forest"))
    log_of(workspace, "new").append(some_decision("01.png", "keep", label="forest"))
    here = ledger_of(workspace, "new", moved(THREE))
    carry(workspace, "new", here, "old")
    with here.reading() as state:
        verdict = state.verdict("moved/01.png")
        assert (state.images(), verdict.decision if verdict else "") == (["moved/01.png"], "keep")
    assert old.lines() == 3


def test_several_data_sets_and_what_cannot_be_carried(workspace: Workspace) -> None:
    judged(workspace, "less", 0)
    judged(workspace, "more", 0, 1)
    log_of(workspace, "other").append(some_decision("elsewhere.png", "exclude"))
    here = ledger_of(workspace, "new", moved(THREE))
    assert [offer.name for offer in carriable(workspace, "new", here)] == ["more", "less"]
    for name, sentence in (
        ("other", "no image of 'new' was judged in 'other'"),
        ("new", "no data set with decisions 'new'|has its own decisions already"),
        ("mroe", "did you mean 'more'"),
    ):
        with pytest.raises(ErrataError, match=sentence):
            carry(workspace, "new", here, name)
    with log_of(workspace, "less").path.open("a") as file:
        file.write("{}\n")
    with pytest.raises(ErrataError, match=r"less\.jsonl, line 2: .*; nothing was carried"):
        carry(workspace, "new", here, "less")
    assert here.lines() == 0
