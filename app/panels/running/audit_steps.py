"""The steps of a running audit in the words that people see."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.jobs.process import JobState
from app.jobs.words import seconds_left
from app.panels.running.audit_time import audit_seconds_left
from curation.audit.choices import CANDIDATES
from curation.audit.config import AUTO, DEFAULT_ARCHITECTURES
from curation.training.combine import COMBINATIONS
from curation.workspace.run_files import read_config
from curation.workspace.stages import StageRecord, read_records

_NAMES = {
    "draw": "Draw the pictures",
    "images": "Read and check the images",
    "problems": "Look for spoiled images",
    "duplicates": "Find duplicates",
    "features": "Features of",
    "pixels": "Pixels for",
    "train": "Train",
    "choose": "Decide on",
    "compare": "Compare the",
    "judge": "Judge the labels",
    "map": "Map of",
    "cams": "Grad-CAM of",
    "fiftyone": "Write the FiftyOne dataset",
    "report": "Write the report",
}


@dataclass(frozen=True)
class AuditStep:
    """One step of an audit."""

    name: str  # what people see
    state: str  # done, now or waiting
    seconds: float = 0.0  # of finished ones
    share: float = 0.0  # of it that is done, in [0, 1]
    left: float = 0.0  # seconds until the current one is done; 0 where that is not known


def audit_steps(folder: Path, job_state: JobState) -> tuple[AuditStep, ...]:
    """Return the steps of a running audit in their order; those before the current one are done."""
    if job_state.state != "running":
        return ()
    records = read_records(folder)
    planned = _planned(read_config(folder), set(records) | {job_state.stage})
    if job_state.stage not in planned:
        return (AuditStep("Start", "now"),)
    current = planned.index(job_state.stage)
    share = min(1.0, job_state.done / job_state.total) if job_state.total else 0.0
    done = [AuditStep(_name(stage), "done", _seconds(records, stage), 1.0) for stage in planned[:current]]
    now = AuditStep(_name(job_state.stage), "now", 0.0, share, seconds_left(job_state, time.time()))
    return (*done, now, *(AuditStep(_name(stage), "waiting") for stage in planned[current + 1 :]))


def _seconds(records: dict[str, StageRecord], stage: str) -> float:
    return records[stage].seconds if stage in records else 0.0


def seconds_until(folder: Path, job_state: JobState, stage: str = "report") -> float:
    """Return how many seconds a running audit takes until a stage is over; 0 where that is not known.

    Args:
        folder: of the audit.
        job_state: of the audit.
        stage: its name; by default the last one.
    """
    if job_state.state != "running" or not (folder / "config.json").exists():
        return 0.0
    records, config = read_records(folder), read_config(folder)
    plan = _planned(config, set(records) | {job_state.stage})
    if job_state.stage not in plan:
        return 0.0
    return audit_seconds_left(folder, plan, job_state, records, int(config.get("folds", 5)), stage)


def _planned(config: dict[str, Any], seen: set[str]) -> list[str]:
    """Return the names of the stages in the order in which they run; preparations only where they were seen."""
    names = _architectures(config.get("architectures", []), seen)
    training = [f"{kind} {name}" for name in names for kind in ("choose", "features", "pixels", "train")]
    imported = sorted(stage for stage in seen if stage.startswith("predictions "))
    left_out = {name for name in names if f"choose {name}" in seen and f"train {name}" not in seen}
    training = [
        stage for stage in training if stage in seen or (stage.startswith("train") and stage[6:] not in left_out)
    ]
    training += _seen(["compare voters"], seen)
    drawing = [f"{kind} {name}" for kind in ("map", "cams") for name in names if name not in COMBINATIONS]
    # Duplicates are found by the features of the first frozen architecture, so these come before them.
    early = [stage for stage in training if stage.startswith("features")][:1]
    training = [stage for stage in training if stage not in early]
    return [
        *_seen(["draw"], seen), "images", "problems", *early, "duplicates", *(imported or training), "judge", *drawing,
        "fiftyone", "report",
    ]  # fmt: skip


def _seen(stages: Sequence[str], seen: set[str]) -> list[str]:
    return [stage for stage in stages if stage in seen]


def _architectures(asked: list[str], seen: set[str]) -> list[str]:
    """Return the architectures that are to be trained; of an audit that chooses them, those that it has looked at."""
    if AUTO not in asked:
        return asked
    return [name for name in CANDIDATES if name in DEFAULT_ARCHITECTURES or f"choose {name}" in seen]


def _name(stage: str) -> str:
    kind, _, architecture = stage.partition(" ")
    return f"{_NAMES.get(kind, kind.capitalize())} {architecture}".strip()
