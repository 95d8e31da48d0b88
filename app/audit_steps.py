"""The steps of an audit under way, as people see them."""

from dataclasses import dataclass
from pathlib import Path

from app.background import Progress
from curation.audit_config import COMBINATIONS
from curation.stages import read_records
from models.files import read_json

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


def audit_steps(folder: Path, progress: Progress) -> tuple[Step, ...]:
    """Return the steps of a running audit in their order; those before the current one are done."""
    if progress.state != "running":
        return ()
    records = read_records(folder)
    planned = _planned(folder, set(records) | {progress.stage})
    if progress.stage not in planned:
        return (Step("Start", "now"),)
    now = planned.index(progress.stage)
    return tuple(
        Step(
            _label(stage),
            "done" if place < now else "now" if place == now else "waiting",
            records[stage].seconds if place < now and stage in records else 0.0,
        )
        for place, stage in enumerate(planned)
    )


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
