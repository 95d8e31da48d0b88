"""How long a training takes, by a rough table and by finished runs."""

from pathlib import Path

import pytest

from curation.training.estimate import ROUGH_FEATURES, START_S, Estimate, estimate_training
from curation.workspace.folders import Workspace
from models.files.atomic import write_json
from tests.helpers.curated_folder import trained
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import small_audit


def test_seconds_by_a_rough_table_and_by_finished_runs(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    audit = small_audit(workspace, cams=0)
    rough = estimate_training(workspace, "tiny", "simple_cnn", "scratch", 480, 10, 2)
    assert rough == Estimate(START_S + 2 * 480 * 10 / 480, 0)
    trained(workspace, audit, "simple_cnn", seeds=3)  # 18 images x 2 epochs in 1 s each
    measured = estimate_training(workspace, "tiny", "simple_cnn", "scratch", 36, 10, 2)
    assert measured.seconds == pytest.approx(START_S + 2 * 36 * 10 / 36)
    assert measured.runs == 3


def test_seeds_that_ran_side_by_side_are_not_added_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processors: each of two seeds took its 100 s while the other one ran, so that both took 100 s."""
    monkeypatch.setattr("curation.training.estimate.cores", lambda: 2)
    workspace = Workspace(tmp_path)
    trained(workspace, small_audit(workspace, cams=0), "simple_cnn", seeds=2)
    for file in workspace.runs.glob("tiny-simple-cnn-*/config.json"):
        write_json(file, {**read_json(file), "images": {"train": 10_000, "val": 0, "test": 12}})
        metrics = read_json(file.with_name("metrics.json"))
        write_json(file.with_name("metrics.json"), {**metrics, "epochs": 2, "seconds": 100.0})
    assert estimate_training(workspace, "tiny", "simple_cnn", "scratch", 10_000, 2, 2).seconds == START_S + 100
    assert estimate_training(workspace, "tiny", "simple_cnn", "scratch", 10_000, 2, 1).seconds == START_S + 50
    for file in workspace.runs.glob("tiny-simple-cnn-*/config.json"):  # too few images for processes of their own
        write_json(file, {**read_json(file), "images": {"train": 1_000, "val": 0, "test": 12}})
    assert estimate_training(workspace, "tiny", "simple_cnn", "scratch", 1_000, 2, 2).seconds == START_S + 200


def test_a_frozen_backbone_runs_once_over_the_images_unless_an_audit_did(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    small_audit(workspace, cams=0)  # its stages name no features
    first = estimate_training(workspace, "tiny", "efficientnet_lite0", "frozen", 900, 10, 1, views=2)
    assert first.seconds > START_S + 2 * 900 / ROUGH_FEATURES
