"""The order before predictions: what is frozen is computed before copies are grouped, and folds after."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from curation.audit.config import AuditConfig
from curation.audit.predicting import Predicted, group_copies, take_predictions
from curation.datasets.catalog import DatasetSpec
from curation.datasets.opening import open_dataset
from curation.datasets.rows import Rows
from curation.images.checked_rows import CheckedRows
from curation.images.checking import check_listed
from curation.images.keys import rows_key
from curation.images.near_pairs import Pairs
from curation.training.out_of_fold import Material
from curation.training.prepared import Prepared
from curation.workspace.folders import Workspace
from curation.workspace.stages import Stages
from models.arrays import FloatArray
from models.figures.predictions import Predictions
from models.files.runs import Run
from tests.helpers.drawn_folder import LEAK, draw, draw_folder

BOTH = ("simple_cnn", "efficientnet_lite0")
NAMES = ["features efficientnet_lite0", "duplicates"]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return draw_folder(tmp_path / "few", train=4, test=2)


class Beginning:
    """An audit that has read its images."""

    def __init__(self, pictures: Path, home: Path, name: str = "few", rows: Rows | None = None):
        self.workspace = Workspace(home)
        self.spec: DatasetSpec
        self.spec, listed = open_dataset(str(pictures), self.workspace, seed=0)
        self.stages = Stages(Run(self.workspace.runs / f"audit-{name}"))
        self.checked: CheckedRows = check_listed(rows or listed, self.workspace, self.stages)

    def group(self, *architectures: str) -> set[str]:
        """Return the images with a copy."""
        material = Material(Prepared(self.workspace, self.checked), self.spec.name, rows_key(self.checked))
        duplicates = group_copies(material, AuditConfig(architectures), self.stages)
        return set(self.checked.rows.image_ids[duplicates.shared()].tolist())

    def take(self, predictions: Predictions) -> Predicted:
        return take_predictions(self.workspace, self.spec, self.checked, "mine", predictions, self.stages)

    @property
    def names(self) -> list[str]:
        """The stages after reading the images."""
        return [record.name for record in self.stages.records[1:]]


def forbid(monkeypatch: pytest.MonkeyPatch, *places: str) -> None:
    def forbidden(*_: object) -> None:
        raise AssertionError("this must not be computed again")

    for place in places:
        monkeypatch.setattr(place, forbidden)


def test_features_come_before_copies_and_are_neither_recorded_nor_computed_twice(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = Beginning(pictures, tmp_path / "home")
    assert audit.group(*BOTH) == set(LEAK)
    assert audit.names == NAMES
    audit.group(*BOTH)  # as the training does, which asks for the same features
    assert audit.names == NAMES
    forbid(monkeypatch, "models.features.checked_engine.build_engine", "curation.images.checking.find_duplicates")
    again = Beginning(pictures, tmp_path / "home")
    again.group(*BOTH)
    assert all(record.reused for record in again.stages.records)


def test_other_labels_of_the_same_images_compute_no_features_and_compare_no_pictures(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Beginning(pictures, tmp_path / "home")
    first.group(*BOTH)
    rows = first.checked.rows
    labels = (rows.labels + 1) % len(rows.classes)
    splits = np.where(np.arange(len(rows)) % 3 == 0, "test", "train")
    forbid(monkeypatch, "models.features.checked_engine.build_engine", "curation.images.duplicates._same_picture")
    relabelled = Beginning(pictures, tmp_path / "home", rows=replace(rows, labels=labels, splits=splits))
    assert relabelled.group(*BOTH) == set(LEAK)
    assert [record.reused for record in relabelled.stages.records[1:]] == [True, True]
    assert "images" not in relabelled.names
    version = Beginning(pictures, tmp_path / "home", "few-v1", replace(rows, labels=labels, splits=splits))
    assert version.group(*BOTH) == set(LEAK)


def test_a_version_without_some_images_computes_no_features(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Beginning(pictures, tmp_path / "home")
    first.group(*BOTH)
    forbid(monkeypatch, "models.features.checked_engine.build_engine")
    rows = first.checked.rows
    kept = rows.where(~np.isin(rows.image_ids, LEAK[1:]))
    version = Beginning(pictures, tmp_path / "home", "few-v1", kept)
    assert version.group(*BOTH) == set()


def test_a_changed_image_is_looked_at_again(pictures: Path, tmp_path: Path) -> None:
    Beginning(pictures, tmp_path / "home").group(*BOTH)
    draw("dots", 77).save(pictures / "train" / "dots" / "00.png")
    again = Beginning(pictures, tmp_path / "home")
    again.group(*BOTH)
    assert not any(record.reused for record in again.stages.records)


def test_without_a_frozen_architecture_hashes_are_what_there_is(pictures: Path, tmp_path: Path) -> None:
    audit = Beginning(pictures, tmp_path / "home")
    assert audit.group("simple_cnn") == set(LEAK)
    assert audit.names == ["duplicates"]


@pytest.mark.parametrize("with_embeddings", [True, False])
def test_embeddings_that_come_with_predictions_are_taken(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_embeddings: bool
) -> None:
    seen: list[FloatArray] = []

    def neighbours(embeddings: FloatArray, **_: object) -> Pairs:
        seen.append(embeddings)
        return np.empty(0, np.int64), np.empty(0, np.int64)

    monkeypatch.setattr("curation.images.duplicates.neighbour_pairs", neighbours)
    audit = Beginning(pictures, tmp_path / "home")
    n, image_ids = len(audit.checked.rows), audit.checked.rows.image_ids
    embeddings = np.arange(2 * n, dtype=np.float32).reshape(n, 2) if with_embeddings else None
    audit.take(Predictions(image_ids, np.full((n, 4), 0.25, np.float32), embeddings, None))
    assert len(seen) == with_embeddings
    assert audit.names == ["predictions mine", "duplicates"]


def test_predictions_are_kept_by_what_they_say_whatever_the_labels_are(pictures: Path, tmp_path: Path) -> None:
    audit = Beginning(pictures, tmp_path / "home")
    rows = audit.checked.rows
    probs = np.full((len(rows), 4), 0.25, np.float32)
    first = audit.take(Predictions(rows.image_ids, probs, None, None))
    relabelled = Beginning(pictures, tmp_path / "home", rows=replace(rows, labels=rows.labels[::-1].copy()))
    assert relabelled.take(Predictions(rows.image_ids, probs, None, None)).runs == first.runs
    surer = np.eye(4, dtype=np.float32)[rows.labels]
    assert audit.take(Predictions(rows.image_ids, surer, None, None)).runs != first.runs
