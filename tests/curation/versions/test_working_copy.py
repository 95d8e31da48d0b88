"""Audits and trainings of a version: its labels and splits, named in the config, refused once images change."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from curation.audit.config import AuditConfig
from curation.audit.foreign_predictions import Foreign
from curation.audit.run import run_audit
from curation.datasets.catalog import DatasetSpec
from curation.datasets.finding import find_dataset
from curation.datasets.rows import Rows
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.results.audit import load_audit
from curation.training.request import TrainRequest
from curation.training.run import run_training
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.versions.store import Version
from curation.versions.working_copy import audited_version, check_known_version, working_copy
from curation.workspace.folders import Workspace
from curation.workspace.names import audited
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD, Predictions
from models.files.atomic import write_json
from models.training.config import TrainConfig
from models.training.recipes import Recipe
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import CLASSES, ORIGINAL, small_audit

RELABELLED, EXCLUDED = "test/sea/0.png", "train/street/0.png"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "home")
    small_audit(workspace, cams=0)
    return workspace


@pytest.fixture
def given(workspace: Workspace) -> tuple[DatasetSpec, Rows]:
    return find_dataset(str(workspace.drawn / "tiny"), workspace), load_audit(workspace, "tiny").rows


@pytest.fixture
def curated(workspace: Workspace) -> Version:
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ana", RELABELLED, "relabel", ("forest",)), Decision("ana", EXCLUDED, "exclude"))
    return make_version(workspace, "tiny", VersionRequest("v1", drop_leaks=True))


def test_images_of_a_version(workspace: Workspace, given: tuple[DatasetSpec, Rows], curated: Version) -> None:
    spec, rows = given
    assert spec.name == "tiny"
    copy = working_copy(workspace, spec, rows, "v1")
    checked, duplicates = copy.images()
    assert set(rows.image_ids) - set(checked.rows.image_ids) == {EXCLUDED, ORIGINAL}
    row = checked.rows.image_ids.tolist().index(RELABELLED)
    assert CLASSES[checked.rows.labels[row]] == "forest"
    assert len(duplicates.groups) == len(checked.rows) == 28
    assert copy.config == {"version": "v1", "split_sha256": curated.sha256}
    moved = replace(rows, root=Path("/elsewhere"))
    assert working_copy(workspace, spec, moved, "v1").rows.root == Path("/elsewhere")


def test_the_labels_as_given_are_handed_on(workspace: Workspace, given: tuple[DatasetSpec, Rows]) -> None:
    spec, rows = given
    copy = working_copy(workspace, spec, rows, "original")
    assert copy.rows is rows
    assert copy.to_audit() == (spec, rows)
    assert copy.config == {"version": "original"}


def test_names(workspace: Workspace, curated: Version) -> None:
    assert curated.name == "v1"
    for name in ("tiny", str(workspace.drawn / "tiny")):
        check_known_version(name, "v1", workspace)
        check_known_version(name, "original", workspace)
        with pytest.raises(
            ErrataError, match=r"no version of the labels 'v2'; did you mean 'v1'\?|choices: original, v1"
        ):
            check_known_version(name, "v2", workspace)
    assert audited_version(workspace, "tiny", "original") == "tiny"
    with pytest.raises(ErrataError, match="version 'v1' has no finished audit; run `errata audit tiny --version v1`"):
        audited_version(workspace, "tiny", "v1")


def test_a_training_learns_and_is_measured_on_the_curated_labels(
    workspace: Workspace, given: tuple[DatasetSpec, Rows], curated: Version
) -> None:
    spec, rows = given
    config = TrainConfig(epochs=1, batch_size=8)
    request = TrainRequest(Recipe("cnn3", config, size_px=24), "small", version="v1")
    (run,) = run_training(workspace, spec, rows, request)
    about = read_json(run / "config.json")
    assert (about["dataset"], about["version"], about["split_sha256"]) == ("tiny", "v1", curated.sha256)
    test = curated.rows.splits == "test"
    found = Predictions.load(run / "predictions.npz")
    shown = set(found.image_ids.tolist())
    assert set(curated.rows.image_ids[test].tolist()) <= shown
    assert shown.isdisjoint({EXCLUDED, ORIGINAL})
    probs = dict(zip(found.image_ids.tolist(), found.probs, strict=True))
    guessed = np.array([probs[image_id].argmax() for image_id in curated.rows.image_ids[test].tolist()])
    accuracy = float((guessed == curated.rows.labels[test]).mean())
    assert read_json(run / "metrics.json")["test"]["accuracy"] == pytest.approx(accuracy)


def test_changed_images_are_neither_trained_nor_audited(
    workspace: Workspace, given: tuple[DatasetSpec, Rows], curated: Version
) -> None:
    spec, rows = given
    (curated.rows.root / RELABELLED).write_bytes(b"other")
    with pytest.raises(ErrataError, match=r"1 changed \(test/sea/0\.png\); version 'v1' is not trained"):
        working_copy(workspace, spec, rows, "v1").images()
    with pytest.raises(ErrataError, match="version 'v1' is not audited"):
        working_copy(workspace, spec, rows, "v1").to_audit()


def predicted(rows: Rows) -> Foreign:
    """Return predictions that agree with the labels of the rows."""
    probs = np.full((len(rows), 3), 0.1, np.float32)
    probs[np.arange(len(rows)), rows.labels] = 0.8
    fold = np.where(rows.splits == "train", np.arange(len(rows)) % 2, NO_FOLD)
    return Foreign(Predictions(rows.image_ids, probs, None, fold))


def test_an_audit_of_a_version_stands_beside_that_of_the_given_labels(
    workspace: Workspace,
    given: tuple[DatasetSpec, Rows],
    curated: Version,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []
    monkeypatch.setattr(
        "curation.in_fiftyone.write_audit.write_audit", lambda _, audit, *__: written.append(audit.name)
    )
    before = load_audit(workspace, "tiny")
    config = AuditConfig(("simple_cnn",), version="v1", predictions="mine.npz")
    audit = run_audit(workspace, *given, config, ("mine", predicted))
    assert audit.name == "tiny-v1"
    assert [one.slug for one in audit.architectures] == ["mine_v1"]
    np.testing.assert_array_equal(audit.rows.labels, curated.rows.labels)
    assert audit.architectures[0].ranking.label_quality == pytest.approx(np.full(28, 0.8))
    assert read_json(audit.folder / "config.json")["split_sha256"] == curated.sha256
    assert written == ["tiny-v1"]
    assert (workspace.reports / "tiny-v1" / "report.html").exists()
    assert audited(workspace) == ["tiny", "tiny-v1"]
    assert audited_version(workspace, "tiny", "v1") == "tiny-v1"
    np.testing.assert_array_equal(load_audit(workspace, "tiny").rows.labels, before.rows.labels)
    check_known_version("tiny-v1", "v1", workspace)  # as `Audit again` names it
    with pytest.raises(ErrataError, match="'tiny-v1' is the audit of a curated version; decide on 'tiny'"):
        make_version(workspace, "tiny-v1", VersionRequest("v2"))


def test_a_data_set_that_has_the_name_already(
    workspace: Workspace, given: tuple[DatasetSpec, Rows], curated: Version
) -> None:
    assert curated.name == "v1"
    write_json(workspace.runs / "audit-tiny-v1" / "config.json", {"source": "/other/tiny-v1"})
    with pytest.raises(ErrataError, match="'tiny-v1' is the audit of another data set"):
        working_copy(workspace, *given, "v1").to_audit()
