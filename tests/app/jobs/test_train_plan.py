"""What is to be trained, and how long it takes."""

from pathlib import Path

import pytest

from app.jobs.train_plan import Plan, plan_retrain, plan_trainings
from app.jobs.words import about_time
from app.panels.training_progress import progress_of
from app.screens.train.form import estimate_words
from curation.results.trained import load_run
from curation.training.estimate import ROUGH_FEATURES, START_S, Estimate, estimate_training
from curation.workspace.folders import Workspace
from models.files.atomic import read_json, write_json, write_text
from tests.helpers.curated_folder import judge, trained, version
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


def test_combinations(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    audit = small_audit(workspace, cams=0)

    def commands(*wanted: object) -> list[str]:
        return [" ".join(plan.arguments) for plan in plan_trainings(workspace, audit, *wanted)]  # type: ignore[arg-type]

    assert commands(["original"], [], [], 1, {}) == []
    assert commands([], ["cnn3"], [], 1, {}) == []
    assert commands(["original", "v1"], ["cnn3"], [], 1, {}) == [
        "train tiny --architecture cnn3",
        "train tiny --architecture cnn3 --version v1",
    ]
    assert commands(["original"], [], ["scenes-tanh"], 3, {"peak_lr": 0.01}) == [
        "train tiny --recipe scenes-tanh --seeds 3 --peak-lr 0.01"
    ]
    assert len(commands(["original", "v1"], ["cnn3", "simple_cnn"], ["scenes-tanh", "scenes-simple"], 1, {})) == 8


def test_a_retrain_leaves_out_what_is_finished(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    audit = small_audit(workspace, cams=0)
    judge(workspace)
    version(workspace)
    assert [plan.title for plan in plan_retrain(workspace, audit)] == [
        "efficientnet_lite0 on v1",
        "efficientnet_lite0 on original",
    ]
    trained(workspace, audit, "efficientnet_lite0", "v1", seeds=2)
    assert len(plan_retrain(workspace, audit)) == 2  # a seed is missing
    trained(workspace, audit, "efficientnet_lite0", "v1", seeds=3)
    trained(workspace, audit, "efficientnet_lite0", seeds=3)
    assert plan_retrain(workspace, audit) == []


def test_estimates_in_words() -> None:
    def plan(seconds: float, runs: int) -> Plan:
        return Plan((), "", Estimate(seconds, runs))

    assert (
        estimate_words([plan(60, 0)])
        == "about 60 s (by a rough table for two cores: none of these was trained here yet)"
    )
    assert estimate_words([plan(60, 2), plan(60, 1)]) == "about 2 min (by 3 finished runs here)"
    assert "1 of 2 by a rough table" in estimate_words([plan(60, 2), plan(60, 0)])
    assert about_time(3600) == "60 min"


def test_progress_over_the_seeds(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    audit = small_audit(workspace, cams=0)
    trained(workspace, audit, "simple_cnn", seeds=2)
    folders = sorted(workspace.runs.glob("tiny-simple-cnn-original-s*"))
    (folders[1] / "metrics.json").unlink()
    write_text(folders[1] / "metrics.jsonl", '{"epoch": 1}\n')
    runs = [load_run(folder) for folder in folders]
    assert runs[0].status is not None
    share, text = progress_of(runs, 2, now=min(run.status.started for run in runs if run.status) + 30)
    assert share == 0.75  # 2 of 2 epochs and 1 of 2
    assert text == "3 of 4 epochs, about 10 s left"
    assert progress_of([], 2) == (0.0, "")
