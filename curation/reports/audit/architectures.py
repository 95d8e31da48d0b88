"""The figures of an audit's report that belong to one architecture."""

from collections.abc import Iterator
from typing import Any

from curation.reports.curves import finite
from curation.reports.matrix import stored
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.workspace.names import MEAN_OF_FOLDS
from curation.workspace.run_files import read_config
from models.arrays import BoolArray
from models.figures.curves import read_curves
from models.figures.metrics import confusion, wilson_interval
from models.figures.predictions import NO_FOLD

SPLIT_ORDER = ("test", "val", "train")  # the test split first: it is what accuracies are quoted on


def splits_of(audit: Audit) -> Iterator[tuple[str, BoolArray]]:
    """Yield the splits that have images, each with the mask of its rows, shape (N,)."""
    for split in SPLIT_ORDER:
        mask = audit.rows.splits == split
        if mask.any():
            yield split, mask


def architecture_figures(audit: Audit, architecture: ArchitectureResult) -> dict[str, Any]:
    """Return how one architecture predicts the given labels, how it was trained, and its learning curves."""
    labels, predicted = audit.rows.labels, architecture.predictions.probs.argmax(1)
    run = _run_config(architecture)
    return {
        "name": architecture.name,
        "slug": architecture.slug,
        "run": architecture.run_folder.name,
        "in_sample": architecture.predictions.fold is None,
        "weight": short(audit.findings.weight(architecture.name)),
        "splits": _accuracies(audit, architecture, predicted == labels, trained_here=run is not None),
        "confusion": {
            split: stored(confusion(labels[mask], predicted[mask], len(audit.rows.classes)))
            for split, mask in splits_of(audit)
        },
        "training": _training(architecture, run),
        "members": list(architecture.members),
        "training_config": (run or {}).get("config", {}),
        "trained_with": (run or {}).get("versions", {}),
        "curves": _curves(architecture),
    }


def _accuracies(
    audit: Audit, architecture: ArchitectureResult, correct: BoolArray, trained_here: bool
) -> dict[str, dict[str, Any]]:
    """Return the accuracy on each split; where an image has a twin in train, also that without such images."""
    leaked = audit.duplicates.leaks(audit.rows.splits)
    splits = {}
    for split, mask in splits_of(audit):
        measured = _measured(architecture, mask, trained_here)
        splits[split] = {"measured": measured, **share(int(correct[mask].sum()), int(mask.sum()))}
        if (mask & leaked).any():
            kept = mask & ~leaked
            splits[split]["without_leaks"] = share(int(correct[kept].sum()), int(kept.sum()))
    return splits


def _run_config(architecture: ArchitectureResult) -> dict[str, Any] | None:
    """Return how the run was trained; None for predictions made elsewhere."""
    return read_config(architecture.run_folder) or None


def _training(architecture: ArchitectureResult, run: dict[str, Any] | None) -> str:
    """Return where the weights come from."""
    if run is None:
        return "elsewhere"
    if architecture.members:
        return "layer on members" if run["config"] else "mean of members"
    if "penalties" in run["config"] or not run["config"]:
        return "frozen backbone"
    return "finetuned" if architecture.name.endswith("@finetuned") else "from scratch"


def _measured(architecture: ArchitectureResult, mask: BoolArray, trained_here: bool) -> str:
    """Return how the accuracy over these rows, mask of shape (N,), was measured; it is shown beside the figure."""
    fold = architecture.predictions.fold
    if fold is None:
        return "in-sample or not known: flatters the given labels"
    if not trained_here:
        return "held out, as its file says"
    if (fold[mask] != NO_FOLD).all():
        return "out of fold"
    return MEAN_OF_FOLDS.format(int(fold.max()) + 1)


def _curves(architecture: ArchitectureResult) -> dict[str, list[dict[str, float | None]]]:
    """Return the epochs of each fold that has a learning curve; a figure that is not a number becomes None."""
    fold = architecture.predictions.fold
    if fold is None:
        return {}
    curves = read_curves(architecture.run_folder, range(int(fold.max()) + 1))
    return {
        str(number): [{name: value for name, value in epoch.items() if name != "fold"} for epoch in finite(epochs)]
        for number, epochs in curves.items()
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
