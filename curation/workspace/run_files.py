"""What config.json and metrics.json of a run folder say, so far as anything reads it back."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.figures.predictions import Predictions
from models.files.schemas import read_dict

AUDIT_SCHEMA = 1  # of results.json and rows.json; raised when an earlier Errata would read an audit wrongly


@dataclass(frozen=True)
class _Config:
    """Of audits, of their models and of trainings; each of them has some of it."""

    dataset: str = ""
    source: str | None = None
    version: str | None = None
    recipe: str | None = None
    architecture: str = ""
    mode: str | None = None
    weights: str | None = None
    init_from: str | None = None
    rows_key: str | None = None
    seed: int = 0
    folds: int = 2
    max_train_images: int | None = None
    classes: list[str] = field(default_factory=list)
    members: list[str] | dict[str, str] | None = None
    images: dict[str, int] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    input: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, Any] = field(default_factory=dict)
    architectures: list[str] = field(default_factory=list)
    cams_per_split: int = 0
    engine: str = ""
    fiftyone_limit: int = 0
    minutes: float | None = None
    predictions: str = ""
    with_decisions: bool = False


@dataclass(frozen=True)
class _Figures:
    """Of a split, as `models.figures.metrics.evaluate` makes them."""

    classes: list[str]
    n: int
    correct: int
    accuracy: float | None
    low: float | None
    high: float | None
    macro_f1: float | None
    top_k: dict[str, float]
    log_loss: float | None
    brier: float | None
    calibration: dict[str, Any]
    auroc: dict[str, Any] | None
    confusion: list[list[int]]
    per_class: list[dict[str, Any]]


@dataclass(frozen=True)
class _Metrics:
    """Of a training, or of an ensemble."""

    test: _Figures | None = None
    val: _Figures | None = None
    seconds: float | None = None
    images_per_s: float | None = None
    epochs: int | None = None
    parameters: int | None = None
    average: _Figures | None = None
    members: dict[str, _Figures | None] | None = None
    out_of_fold: dict[str, _Figures | None] | None = None


def read_config(folder: Path) -> dict[str, Any]:
    """Return what a run was asked to do; {} where the folder does not tell.

    Raises:
        ErrataError: config.json is damaged.
    """
    path = folder / "config.json"
    return read_dict(path, _Config) if path.exists() else {}


def check_predictions(folder: Path) -> None:
    """Raise where what a run predicted, or what it was asked to do, cannot be read.

    Raises:
        ErrataError: a file is missing or damaged.
    """
    Predictions.load(folder / "predictions.npz")
    read_config(folder)


def read_metrics(folder: Path) -> dict[str, Any]:
    """Return the figures of a finished training; {} until it is finished.

    Raises:
        ErrataError: metrics.json is damaged.
    """
    path = folder / "metrics.json"
    return read_dict(path, _Metrics, "delete the run folder and train again", newest=1) if path.exists() else {}
