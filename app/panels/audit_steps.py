"""The steps of an audit under way, as people see them, and the curves of the networks that it trains."""

import time
from dataclasses import dataclass
from pathlib import Path

from app.html_parts.line_chart import line_figure
from app.jobs.process import JobState
from curation.reports.line_chart import Line
from curation.training.combine import COMBINATIONS
from curation.workspace.names import slug
from curation.workspace.stages import read_records
from models.figures.curves import read_curves
from models.files.atomic import read_json

_NAMES = {
    "images": "Read and check the images",
    "problems": "Look for spoiled images",
    "duplicates": "Find duplicates",
    "features": "Features of",
    "pixels": "Pixels for",
    "train": "Train",
    "judge": "Judge the labels",
    "map": "Map of",
    "cams": "Grad-CAM of",
    "fiftyone": "Write the FiftyOne dataset",
    "report": "Write the report",
}


@dataclass(frozen=True)
class Step:
    """One step of an audit."""

    name: str  # what people see
    state: str  # done, now or waiting
    seconds: float = 0.0  # of finished ones
    share: float = 0.0  # of it that is done, in [0, 1]
    left: float = 0.0  # seconds until the one under way is done, as far as known; else 0


def audit_steps(folder: Path, progress: JobState) -> tuple[Step, ...]:
    """Return the steps of a running audit in their order; those before the current one are done."""
    if progress.state != "running":
        return ()
    records = read_records(folder)
    planned = _planned(folder, set(records) | {progress.stage})
    if progress.stage not in planned:
        return (Step("Start", "now"),)
    now = planned.index(progress.stage)
    share = min(1.0, progress.done / progress.total) if progress.total else 0.0
    left = _left(folder, progress, share)
    return tuple(
        Step(_label(stage), "done", records[stage].seconds if stage in records else 0.0, 1.0)
        if place < now
        else Step(_label(stage), "now", 0.0, share, left)
        if place == now
        else Step(_label(stage), "waiting")
        for place, stage in enumerate(planned)
    )


def _left(folder: Path, progress: JobState, share: float) -> float:
    """Return how many seconds the stage still takes if it goes on as it did; it began when the last one was noted."""
    noted = folder / "stages.json"
    began = max(progress.started, noted.stat().st_mtime if noted.exists() else 0.0)
    gone = time.time() - began
    return gone / share * (1 - share) if 0.02 < share < 1 and gone > 2 else 0.0


def training_curves(folder: Path, progress: JobState) -> str:
    """Return the learning curves of the networks that an audit is training, a line for each fold; empty if none."""
    kind, _, architecture = progress.stage.partition(" ")
    if kind != "train" or progress.state != "running":
        return ""
    own = f"{folder.name.removeprefix('audit-')[:30]}-{slug(architecture)[:24]}-*"
    written = [path for path in folder.parent.glob(f"{own}/fold-*.jsonl") if path.stat().st_mtime >= progress.started]
    if not written:
        return ""
    newest = max(written, key=lambda path: path.stat().st_mtime).parent
    curves = read_curves(newest, range(int(read_json(folder / "config.json").get("folds", 5))))
    lines = [
        Line(f"fold {fold}", [(float(one["epoch"]), float(one["val_accuracy"])) for one in epochs if _has(one)])
        for fold, epochs in curves.items()
    ]
    return line_figure(lines, "epoch", f"{architecture}: validation accuracy", percent=True)


def _has(epoch: dict[str, object]) -> bool:
    value = epoch.get("val_accuracy")
    return isinstance(value, int | float) and value == value


def _planned(folder: Path, seen: set[str]) -> list[str]:
    """Return the names of the stages in the order in which they are done; preparations only where they were seen."""
    names = read_json(folder / "config.json")["architectures"]
    training = [f"{kind} {name}" for name in names for kind in ("features", "pixels", "train")]
    foreign = sorted(stage for stage in seen if stage.startswith("predictions "))
    learning = [stage for stage in training if stage.startswith("train") or stage in seen]
    looking = [f"{kind} {name}" for kind in ("map", "cams") for name in names if name not in COMBINATIONS]
    # Copies are known by the features of the first frozen architecture, so these come before them.
    early = [stage for stage in learning if stage.startswith("features")][:1]
    learning = [stage for stage in learning if stage not in early]
    return ["images", "problems", *early, "duplicates", *(foreign or learning), "judge", *looking, "fiftyone", "report"]


def _label(stage: str) -> str:
    kind, _, name = stage.partition(" ")
    return f"{_NAMES.get(kind, kind.capitalize())} {name}".strip()
