"""The order of an audit's first stages: what is frozen is computed before copies are grouped, and folds after."""

from pathlib import Path

import numpy as np
import pytest

from curation.audit.config import AuditConfig
from curation.audit.run import Auditing
from curation.datasets.opening import open_dataset
from curation.images.near_pairs import Pairs
from curation.scoring.findings import Findings
from curation.workspace.folders import Workspace
from curation.workspace.stages import Stages
from models.arrays import FloatArray
from models.figures.predictions import NO_FOLD, Predictions
from models.files.atomic import read_json, write_json
from models.files.runs import Run
from tests.helpers.drawn_folder import LEAK, draw_folder


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_folder(tmp_path_factory.mktemp("pictures") / "few", train=4, test=2)


def auditing(pictures: Path, home: Path, *architectures: str) -> Auditing:
    workspace = Workspace(home)
    spec, rows = open_dataset(str(pictures), workspace, seed=0)
    found = Auditing(workspace, spec, rows, AuditConfig(architectures), Stages(Run(workspace.runs / "audit-few")))
    found.read_images()
    return found


def test_features_come_before_copies_and_are_neither_recorded_nor_computed_twice(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = auditing(pictures, tmp_path, "simple_cnn", "efficientnet_lite0")
    one.group_copies()
    names = ["images", "problems", "features efficientnet_lite0", "duplicates"]
    assert [record.name for record in one.stages.records] == names
    assert set(one.rows.image_ids[one.duplicates.shared()].tolist()) == set(LEAK)
    one.group_copies()  # as the training does, which asks for the same features
    assert [record.name for record in one.stages.records] == names

    def forbidden(*_: object) -> None:
        raise AssertionError("this must not be computed again")

    monkeypatch.setattr("models.features.checked_engine.build_engine", forbidden)
    monkeypatch.setattr("curation.images.checking.find_duplicates", forbidden)
    again = auditing(pictures, tmp_path, "simple_cnn", "efficientnet_lite0")
    again.group_copies()
    assert all(record.reused for record in again.stages.records)


def test_without_a_frozen_architecture_hashes_are_what_there_is(pictures: Path, tmp_path: Path) -> None:
    one = auditing(pictures, tmp_path, "simple_cnn")
    one.group_copies()
    assert [record.name for record in one.stages.records] == ["images", "problems", "duplicates"]
    assert set(one.rows.image_ids[one.duplicates.shared()].tolist()) == set(LEAK)


@pytest.mark.parametrize("with_embeddings", [True, False])
def test_embeddings_that_come_with_predictions_are_taken(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_embeddings: bool
) -> None:
    one = auditing(pictures, tmp_path, "efficientnet_lite0")
    seen: list[FloatArray] = []

    def neighbours(embeddings: FloatArray) -> Pairs:
        seen.append(embeddings)
        return np.empty(0, np.int64), np.empty(0, np.int64)

    monkeypatch.setattr("curation.images.duplicates.neighbour_pairs", neighbours)
    n = len(one.rows)
    given = np.arange(2 * n, dtype=np.float32).reshape(n, 2) if with_embeddings else None
    one.group_copies(Predictions(one.rows.image_ids, np.full((n, 4), 0.25, np.float32), given, None))
    assert len(seen) == with_embeddings
    assert "features efficientnet_lite0" not in [record.name for record in one.stages.records]


def judged(pictures: Path, home: Path) -> Auditing:
    one = auditing(pictures, home, "simple_cnn")
    n, k = len(one.rows), len(one.rows.classes)
    fold = np.where(one.rows.splits == "train", np.arange(n) % 2, NO_FOLD)
    given = Predictions(one.rows.image_ids, np.full((n, k), 1 / k, np.float32), None, fold)
    one.group_copies(given)
    one.import_predictions(given, "mine")
    one.judge()
    return one


def test_damaged_findings_are_made_again(pictures: Path, tmp_path: Path) -> None:
    file = judged(pictures, tmp_path).folder / "findings.npz"
    whole = Findings.load(file)
    file.write_bytes(file.read_bytes()[:100])
    judged(pictures, tmp_path)  # as the next command does
    np.testing.assert_array_equal(Findings.load(file).label_quality, whole.label_quality)


def test_findings_and_maps_of_other_images_do_not_outlive_a_kill(pictures: Path, tmp_path: Path) -> None:
    folder = judged(pictures, tmp_path).folder
    write_json(folder / "results.json", read_json(folder / "results.json") | {"dataset_key": "another image"})
    (folder / "map-mine.npy").write_bytes(b"")
    again = auditing(pictures, tmp_path, "simple_cnn")
    assert (folder / "findings.npz").exists()  # those of the last audit, until its results are replaced
    again.rank()
    assert not (folder / "findings.npz").exists()
    assert not (folder / "map-mine.npy").exists()


def test_findings_of_the_same_images_stay_until_there_are_better_ones(pictures: Path, tmp_path: Path) -> None:
    folder = judged(pictures, tmp_path).folder
    auditing(pictures, tmp_path, "simple_cnn").rank()
    assert (folder / "findings.npz").exists()
