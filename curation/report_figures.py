"""Every number of an audit's report, as JSON-able values: report.json as it stands, and all that report.html shows."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from curation.catalog import DatasetSpec
from curation.issues import skill
from curation.report_truth import known_truth
from curation.results import MEAN_OF_FOLDS, ArchitectureResult, Audit
from models.arrays import BoolArray
from models.files import digest, read_json
from models.metrics import confusion, wilson_interval
from models.predictions import NO_FOLD

SCHEMA_VERSION = 1
SPLIT_ORDER = ("test", "val", "train")  # the test split first: it is what accuracies are quoted on
SUSPECTS = 50  # images shown, a split
_LIBRARIES = ("errata-vision", "numpy", "pillow", "torch", "torchvision", "timm", "grad-cam")


def report_figures(audit: Audit, spec: DatasetSpec) -> dict[str, Any]:
    """Return all figures of the report; shares are in [0, 1] and stand beside their n."""
    rows = audit.rows
    return {
        "schema_version": SCHEMA_VERSION,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset": {"name": audit.name, "title": spec.title, "licence": spec.licence, "classes": list(rows.classes)},
        "config": audit.config,
        "images": len(rows),
        "splits": {split: _split(audit, own) for split, own in _splits(audit)},
        "skipped": [{"image_id": image_id, "problem": problem} for image_id, problem in audit.checked.skipped],
        "in_sample": audit.in_sample,
        "architectures": [_architecture(audit, one) for one in audit.architectures],
        "suspects": {split: _suspects(audit, split) for split, _ in _splits(audit)},
        "duplicates": _duplicates(audit),
        "known_truth": known_truth(audit),
        "stages": [asdict(stage) for stage in audit.stages if stage.name != "report"],  # this one is still going on
        "versions": {name: version(name) for name in _LIBRARIES},
        "hashes": _hashes(audit),
    }


def share(correct: int, n: int) -> dict[str, Any]:
    """Return a share of n images with its 95 % Wilson interval; no accuracy for n = 0."""
    low, high = wilson_interval(correct, n)
    return {
        "n": n,
        "correct": correct,
        "accuracy": _short(correct / n) if n else None,
        "low": _short(low),
        "high": _short(high),
    }


def _splits(audit: Audit) -> Iterator[tuple[str, BoolArray]]:
    """Yield the splits that have images, with their rows, shape (N,)."""
    for split in SPLIT_ORDER:
        own = audit.rows.splits == split
        if own.any():
            yield split, own


def _split(audit: Audit, own: BoolArray) -> dict[str, Any]:
    labels, classes = audit.rows.labels[own], audit.rows.classes
    counts = np.bincount(labels, minlength=len(classes))
    return {
        "images": len(labels),
        "classes": {name: int(count) for name, count in zip(classes, counts, strict=True)},
        "other_label_fits_better": int((audit.consensus.suggested[own] != labels).sum()),
        "architectures_disagree": int(audit.disagreement()[own].sum()),
    }


def _architecture(audit: Audit, one: ArchitectureResult) -> dict[str, Any]:
    labels, predicted = audit.rows.labels, one.predictions.probs.argmax(1)
    right, leaked = predicted == labels, audit.duplicates.leaks(audit.rows.splits)
    about = _run_config(one)
    splits = {}
    for split, own in _splits(audit):
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
        "weight": _short(skill(labels, one.predictions.probs)),
        "splits": splits,
        "confusion": {
            split: confusion(labels[own], predicted[own], len(audit.rows.classes)).tolist()
            for split, own in _splits(audit)
        },
        "training": "elsewhere" if about is None else "from scratch" if about["config"] else "frozen backbone",
        "training_config": (about or {}).get("config", {}),
        "trained_with": (about or {}).get("versions", {}),
        "curves": _curves(one),
    }


def _run_config(one: ArchitectureResult) -> dict[str, Any] | None:
    """Return how the run was trained; None for predictions made elsewhere."""
    path = one.run_folder / "config.json"
    config: dict[str, Any] | None = read_json(path) if path.exists() else None
    return config


def _measured(one: ArchitectureResult, own: BoolArray, trained_here: bool) -> str:
    """Return how an accuracy over these rows, shape (N,), came about; it stands beside the figure wherever that is shown."""
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
    from models.cross_validate import read_curves  # loads torch

    curves = read_curves(one.run_folder, range(int(one.predictions.fold.max()) + 1))
    return {
        str(fold): [
            {name: float(value) if np.isfinite(value) else None for name, value in epoch.items() if name != "fold"}
            for epoch in epochs
        ]
        for fold, epochs in curves.items()
    }


def _suspects(audit: Audit, split: str) -> list[dict[str, Any]]:
    """Return the most suspicious images of a split, rank 1 first."""
    return [_suspect(audit, int(row), place) for place, row in enumerate(audit.suspects(split)[:SUSPECTS], 1)]


def _suspect(audit: Audit, row: int, place: int) -> dict[str, Any]:
    classes, label, together = audit.rows.classes, int(audit.rows.labels[row]), audit.consensus
    other = int(audit.alternatives()[row])
    opinions = {}
    for one in audit.architectures:
        probs = one.predictions.probs[row]
        opinions[one.name] = {
            "prediction": classes[int(probs.argmax())],
            "confidence": _short(probs.max()),
            "label_probability": _short(probs[label]),
            "alternative_probability": _short(probs[other]),
        }
    return {
        "rank": place,
        "row": row,
        "image_id": str(audit.rows.image_ids[row]),
        "label": classes[label],
        "suggested_label": classes[int(together.suggested[row])],
        "alternative": classes[other],  # the suggested label, or the runner-up where the given one is suggested
        "confidence": _short(together.confidence[row]),  # of the suggested label
        "label_quality": _short(together.label_quality[row]),
        "architectures": opinions,
    }


def _duplicates(audit: Audit) -> dict[str, Any]:
    """Return the counts of images with a twin and all groups: conflicting labels first, then leaks, then the largest."""
    rows, found = audit.rows, audit.duplicates
    shared, leaked, conflicting = found.shared(), found.leaks(rows.splits), found.conflicting(rows.labels)
    members = np.flatnonzero(shared)
    members = members[np.argsort(found.groups[members], kind="stable")]
    groups = np.split(members, np.flatnonzero(np.diff(found.groups[members])) + 1) if len(members) else []
    groups.sort(key=lambda own: (-int(conflicting[own].any()), -int(leaked[own].any()), -len(own), int(own[0])))
    return {
        "images": int(shared.sum()),
        "exact_images": int(found.exact.sum()),
        "near_images": int(found.near.sum()),
        "conflicting_images": int(conflicting.sum()),
        "conflicting_groups": sum(bool(conflicting[own].any()) for own in groups),
        "leaks": {split: int(leaked[own].sum()) for split, own in _splits(audit) if split != "train"},
        "groups": [
            {
                "rows": own.tolist(),
                "image_ids": [str(image_id) for image_id in rows.image_ids[own]],
                "labels": [rows.classes[label] for label in rows.labels[own]],
                "splits": [str(split) for split in rows.splits[own]],
                "copies": "near" if found.near[own].any() else "exact",
                "conflicting": bool(conflicting[own].any()),
                "leak": bool(leaked[own].any()),
            }
            for own in groups
        ],
    }


def _hashes(audit: Audit) -> dict[str, Any]:
    """Return what the figures were computed from, as 16 hex digits each: equal hashes, equal input."""
    rows = audit.rows
    listed = [rows.image_ids.tolist(), rows.labels.tolist(), rows.splits.tolist(), audit.checked.sha256s.tolist()]
    return {
        "images_and_labels": digest(list(rows.classes), *listed),
        "predictions": {
            one.name: hashlib.sha256(np.ascontiguousarray(one.predictions.probs).tobytes()).hexdigest()[:16]
            for one in audit.architectures
        },
    }


def _short(value: float) -> float:
    return round(float(value), 6)
