"""Learning curves of the networks that an audit or a training is training, as charts."""

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from app.html_parts.line_chart import line_figure
from app.jobs.process import JobState
from curation.reports.line_chart import Line, Point
from curation.results.trained import TrainedRun
from curation.workspace.run_files import read_config
from models.figures.curves import Epoch, is_number, read_curves
from models.figures.folds import DEFAULT_FOLDS


def audit_curves(folder: Path, job_state: JobState) -> Markup:
    """Return the validation accuracy of the network that an audit trains, a line for each fold; empty without any.

    A fine-tuned network learns from all images of its folds: then it is the accuracy on these.
    """
    if not job_state.fills or job_state.state != "running":
        return Markup()
    folds = range(int(read_config(folder).get("folds", DEFAULT_FOLDS)))
    curves = read_curves(folder.parent / job_state.fills, folds)
    if not curves:
        return Markup()
    measured = any(_points(epochs, "val_accuracy") for epochs in curves.values())
    key, what = ("val_accuracy", "validation accuracy") if measured else ("train_accuracy", "accuracy while learning")
    lines = [Line(f"fold {fold}", _points(epochs, key)) for fold, epochs in curves.items()]
    return line_figure(lines, "epoch", f"{job_state.stage}: {what}", percent=True)


def training_curves(runs: Sequence[TrainedRun]) -> Markup:
    """Return the accuracy after each epoch: on validation images, and with a single seed on training images too."""
    lines: list[Line] = []
    for run in runs:
        seed = "" if len(runs) == 1 else f", seed {run.seed}"
        for key, name, kind in (("val_accuracy", "validation", ""), ("train_accuracy", "training", "dashed")):
            points = _points(run.curve, key)
            if points and (key == "val_accuracy" or len(runs) == 1 or not lines):
                lines.append(Line(f"{name}{seed}", points, kind))
    return line_figure(lines, "epoch", "accuracy, labels as trained on", percent=True)


def _points(epochs: Sequence[Epoch], key: str) -> list[Point]:
    """Return epoch and figure of the epochs in which the figure is a number."""
    return [(float(epoch["epoch"]), float(epoch[key])) for epoch in epochs if is_number(epoch.get(key))]
