"""The figures of an audit's report that belong to one architecture."""

from collections.abc import Iterator
from typing import Any

from curation.reports.curves import finite
from curation.results.audit import ArchitectureResult, Audit
from curation.workspace.names import MEAN_OF_FOLDS
from models.arrays import BoolArray
from models.figures.curves import read_curves
from models.figures.metrics import confusion, wilson_interval
from models.figures.predictions import NO_FOLD
from models.files.atomic import read_json

SPLIT_ORDER = ("test", "val", "train")  # the test split first: it is what accuracies are quoted on


def splits_of(audit: Audit) -> Iterator[tuple[str, BoolArray]]:
    """Yield the splits that have images, with their rows, shape (N,)."""
    for split in SPLIT_ORDER:
        own = audit.rows.splits == split
        if own.any():
            yield split, own


def architecture_figures(audit: Audit, one: ArchitectureResult) -> dict[str, Any]:
    """Return how one architecture predicts the given labels, how it was trained, and its learning curves."""
    labels, predicted = audit.rows.labels, one.predictions.probs.argmax(1)
    right, leaked = predicted == labels, audit.duplicates.leaks(audit.rows.splits)
    about = _run_config(one)
    splits = {}
    for split, own in splits_of(audit):
        figures = {
            "measured": _measured(one, own, trained_here=about is not None),
            **share(int(right[own].sum()), int(own.sum())),
        }
        if (own & leaked).any():
            kept = own & ~leaked
            figures["without_leaks"] = share(int(right[kept].sum()), int(kept.sum()))
        splits[split] = figures
    return {
        "name": one.name,
        "slug": one.slug,
        "run": one.run_folder.name,
        "in_sample": one.predictions.fold is None,
        "weight": short(audit.findings.weight(one.name)),
        "splits": splits,
        "confusion": {
            split: confusion(labels[own], predicted[own], len(audit.rows.classes)).tolist()
            for split, own in splits_of(audit)
        },
        "training": _training(one, about),
        "members": list(one.members),
        "training_config": (about or {}).get("config", {}),
        "trained_with": (about or {}).get("versions", {}),
        "curves": _curves(one),
    }


def _run_config(one: ArchitectureResult) -> dict[str, Any] | None:
    """Return how the run was trained; None for predictions made elsewhere."""
    path = one.run_folder / "config.json"
    config: dict[str, Any] | None = read_json(path) if path.exists() else None
    return config


def _training(one: ArchitectureResult, about: dict[str, Any] | None) -> str:
    """Return how the weights came about."""
    if about is None:
        return "elsewhere"
    if one.members:
        return "layer on members" if about["config"] else "mean of members"
    if "penalties" in about["config"] or not about["config"]:
        return "frozen backbone"
    return "finetuned" if one.name.endswith("@finetuned") else "from scratch"


def _measured(one: ArchitectureResult, own: BoolArray, trained_here: bool) -> str:
    """Return how an accuracy over these rows, shape (N,), came about; said wherever the figure is shown."""
    fold = one.predictions.fold
    if fold is None:
        return "in-sample or not known: flatters the given labels"
    if not trained_here:
        return "held out, as its file says"
    if (fold[own] != NO_FOLD).all():
        return "out of fold"
    return MEAN_OF_FOLDS.format(int(fold.max()) + 1)


def _curves(one: ArchitectureResult) -> dict[str, list[dict[str, float | None]]]:
    """Return the epochs of each fold that has a learning curve; a figure that is no number becomes None."""
    if one.predictions.fold is None:
        return {}
    curves = read_curves(one.run_folder, range(int(one.predictions.fold.max()) + 1))
    return {
        str(fold): [{name: value for name, value in epoch.items() if name != "fold"} for epoch in finite(epochs)]
        for fold, epochs in curves.items()
    }


def share(correct: int, n: int) -> dict[str, Any]:
    """Return a share of n images with its 95 % Wilson interval; no accuracy for n = 0."""
    low, high = wilson_interval(correct, n)
    return {
        "n": n,
        "correct": correct,
        "accuracy": short(correct / n) if n else None,
        "low": short(low),
        "high": short(high),
    }


def short(value: float) -> float:
    """Return the value with six decimals: more are noise."""
    return round(float(value), 6)
