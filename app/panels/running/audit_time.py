"""How long an audit still takes: the price of each stage, corrected by what the stages so far took on this machine."""

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from app.jobs.process import JobState
from app.jobs.variants import mode_of
from app.jobs.words import seconds_left
from curation.training.combine import COMBINATIONS
from curation.training.estimate import ROUGH, ROUGH_OTHER
from curation.workspace.stages import StageRecord
from models.networks.variant_name import architecture_name

# Seconds, and milliseconds an image, on two idle cores: `scenes`, 2,400 images of 128 px (docs/studies/speed.md).
_PRICES: dict[str, tuple[float, float]] = {
    "draw": (2.0, 11.0),
    "images": (0.2, 0.5),
    "problems": (0.5, 0.8),
    "features": (4.0, 7.0),
    "duplicates": (1.0, 0.8),
    "pixels": (0.2, 0.4),
    "choose": (8.0, 0.0),
    "compare": (2.0, 0.1),
    "judge": (3.0, 6.0),
    "map": (1.5, 1.0),
    "cams": (3.0, 0.5),
    "fiftyone": (6.0, 2.0),
    "report": (2.0, 0.2),
}
_HEADS = (1.0, 1.0)  # of a frozen backbone
_SMALL_MS = 24.0  # five models of a small network, by which others are scaled
_SMALL = ("simple_cnn_norm_dropout", "scratch")
_TRUSTED_S = 10.0  # the prices count like a stage of that length against the stages so far
_IMAGES = 2_400  # before they are counted


def audit_seconds_left(
    folder: Path,
    plan: Sequence[str],
    job_state: JobState,
    records: Mapping[str, StageRecord],
    folds: int,
    until: str = "report",
    now: float | None = None,
) -> float:
    """Return how many seconds an audit still takes.

    Args:
        folder: of the audit.
        plan: the names of its stages in their order; the one under way is among them.
        job_state: of the audit.
        records: of finished stages, by name.
        folds: of the trainings.
        until: the last stage that counts.
        now: Unix time, s.
    """
    now = now or time.time()
    images, place = _image_count(folder, job_state), plan.index(job_state.stage)
    if until not in plan or plan.index(until) < place:
        return 0.0
    over = [records[stage] for stage in plan[:place] if stage in records]
    made = [record for record in over if not record.reused]
    current = price(job_state.stage, images, folds)
    elapsed, share = _passed(job_state, now)
    slowness = (_TRUSTED_S + sum(record.seconds for record in made) + (elapsed if share else 0.0)) / (
        _TRUSTED_S + sum(price(record.name, images, folds) for record in made) + share * current
    )
    # By its speed where that tells, else by its price: a stage that takes longer than it should is nearly over.
    left = seconds_left(job_state, now) or max(current * slowness - elapsed, current * slowness / 10)
    for stage in plan[place + 1 : plan.index(until) + 1]:
        kept = stage in records and over and not made  # nothing has changed so far, so this is found again, too
        left += 0.2 if kept else price(stage, images, folds) * slowness
    return left


def price(stage: str, images: int, folds: int) -> float:
    """Return the seconds a stage takes on two idle cores."""
    kind, _, variant = stage.partition(" ")
    trained = kind == "train" and variant not in COMBINATIONS
    fixed, each_ms = _training_price(variant, folds) if trained else _PRICES.get(kind, (2.0, 0.0))
    return fixed + images * each_ms / 1000


def _training_price(variant: str, folds: int) -> tuple[float, float]:
    name, mode = architecture_name(variant), mode_of(variant)
    if mode == "frozen":
        return _HEADS
    return 6.0, _SMALL_MS * (folds - 1) / 4 * ROUGH[_SMALL] / ROUGH.get((name, mode), ROUGH_OTHER)


def _passed(job_state: JobState, now: float) -> tuple[float, float]:
    """Return for how many seconds the stage has been under way, and which share of it is done, in [0, 1]."""
    share = min(1.0, job_state.done / job_state.total) if job_state.total > 1 else 0.0
    return now - job_state.began if job_state.began else 0.0, share


def _image_count(folder: Path, job_state: JobState) -> int:
    if job_state.stage in ("draw", "images"):
        return job_state.total if job_state.total > 1 else _IMAGES
    rows = folder / "rows.npz"
    return _count(rows, rows.stat().st_mtime_ns) if rows.exists() else _IMAGES


@lru_cache(maxsize=8)
def _count(file: Path, changed: int) -> int:
    try:
        with np.load(file) as arrays:
            return len(arrays["labels"])
    except (OSError, ValueError, KeyError):  # being written
        return _IMAGES
