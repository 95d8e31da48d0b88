"""Every number of an audit's report, as JSON-able values: report.json as it stands, and all that report.html shows."""

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from curation.datasets.catalog import DatasetSpec
from curation.reports.audit.architectures import architecture_figures, short, splits_of
from curation.reports.audit.problems import problem_figures
from curation.reports.audit.trouble import trouble_figures
from curation.reports.audit.truth import known_truth
from curation.results.audit import Audit
from curation.results.reasons import reasons
from models.arrays import BoolArray
from models.files.atomic import digest

SCHEMA_VERSION = 1
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
        "splits": {split: _split(audit, own) for split, own in splits_of(audit)},
        "skipped": [
            {"image_id": _printable(image_id), "problem": problem} for image_id, problem in audit.checked.skipped
        ],
        "in_sample": audit.in_sample,
        "architectures": [architecture_figures(audit, one) for one in audit.architectures],
        "suspects": {split: _suspects(audit, split) for split, _ in splits_of(audit)},
        "trouble": trouble_figures(audit),
        "duplicates": _duplicates(audit),
        "problems": problem_figures(audit),
        "known_truth": known_truth(audit),
        "stages": [asdict(stage) for stage in audit.stages if stage.name != "report"],  # this one is still going on
        "versions": {name: version(name) for name in _LIBRARIES},
        "hashes": _hashes(audit),
    }


def _split(audit: Audit, own: BoolArray) -> dict[str, Any]:
    labels, classes = audit.rows.labels[own], audit.rows.classes
    counts = np.bincount(labels, minlength=len(classes))
    return {
        "images": len(labels),
        "classes": {name: int(count) for name, count in zip(classes, counts, strict=True)},
        "other_label_fits_better": int((audit.consensus.suggested[own] != labels).sum()),
        "architectures_disagree": int(audit.disagreement()[own].sum()),
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
            "confidence": short(probs.max()),
            "label_probability": short(probs[label]),
            "alternative_probability": short(probs[other]),
        }
    return {
        "rank": place,
        "row": row,
        "image_id": _printable(audit.rows.image_ids[row]),
        "label": classes[label],
        "suggested_label": classes[int(together.suggested[row])],
        "alternative": classes[other],  # the suggested label, or the runner-up where the given one is suggested
        "confidence": short(together.confidence[row]),  # of the suggested label
        "label_quality": short(together.label_quality[row]),
        "kind": audit.findings.kinds.where(np.array([row])).names()[0],
        "why": reasons(audit, [row])[0],
        "architectures": opinions,
    }


def _duplicates(audit: Audit) -> dict[str, Any]:
    """Return counts of images with a twin, and all groups: conflicting labels first, then leaks, then the largest."""
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
        "leaks": {split: int(leaked[own].sum()) for split, own in splits_of(audit) if split != "train"},
        "groups": [
            {
                "rows": own.tolist(),
                "image_ids": [_printable(image_id) for image_id in rows.image_ids[own]],
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


def _printable(image_id: str) -> str:
    """Return the name as it can be written: bytes that are no UTF-8, which some file systems allow, become escapes."""
    return str(image_id).encode("utf-8", "backslashreplace").decode("utf-8")
