"""Which trainings are planned."""

from pathlib import Path

from app.jobs.train_plan import plan_retrain, plan_trainings
from curation.workspace.folders import Workspace
from tests.helpers.curated_folder import add_verdicts, trained, version
from tests.helpers.small_audit import small_audit


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
    add_verdicts(workspace)
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
