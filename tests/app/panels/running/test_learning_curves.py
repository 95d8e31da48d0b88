"""Learning curves of the networks that an audit is training."""

from dataclasses import replace
from pathlib import Path

from app.jobs.process import JobState, watch
from app.panels.running.learning_curves import audit_curves
from curation.workspace.stages import Stages
from models.arrays import Progress
from models.files.atomic import write_text
from models.files.runs import computing

LINES = '{"epoch": 1, "val_accuracy": 0.5}\n{"epoch": 2, "val_accuracy": null}\n'


def test_curves_of_a_network_in_training(tmp_path: Path) -> None:
    folder, run, other = (tmp_path / name for name in ("audit-tiny", "any-name", "tiny-simple_cnn-00000000"))
    write_text(other / "fold-2.jsonl", LINES)  # newer than the job, and called as the runs of this architecture are
    states: list[JobState] = []

    def train(progress: Progress) -> None:
        assert audit_curves(folder, watch(folder)) == ""
        for fold in (0, 1):
            write_text(run / f"fold-{fold}.jsonl", LINES)
        progress(2, 3)
        states.append(watch(folder))

    def draw(_: Progress) -> None:
        states.append(watch(folder))

    with computing(folder, {"architectures": ["simple_cnn"], "folds": 3}) as computation:
        stages = Stages(computation)
        stages.do("train simple_cnn", [], [], train, fills=run.name)
        stages.do("map simple_cnn", [], [], draw)
    training, drawing = states
    assert (training.state, training.fills) == ("running", run.name)
    chart = audit_curves(folder, training)
    assert "train simple_cnn: validation accuracy" in chart
    assert [f"fold {fold}" in chart for fold in range(3)] == [True, True, False]
    assert audit_curves(folder, drawing) == ""
    assert audit_curves(folder, replace(training, state="finished")) == ""
