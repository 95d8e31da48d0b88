"""Duplicates and image problems of an audit, as figures of its report."""

from typing import Any

import numpy as np

from curation.images.problems import CHECKS
from curation.reports.audit.architectures import splits_of
from curation.results.audit import Audit


def duplicate_figures(audit: Audit) -> dict[str, Any]:
    """Return counts of images with a twin, and all groups: conflicting labels first, then leaks, then the largest."""
    rows, duplicates = audit.rows, audit.duplicates
    shared, leaked = duplicates.shared(), duplicates.leaks(rows.splits)
    conflicting = duplicates.conflicting(rows.labels)
    members = np.flatnonzero(shared)
    members = members[np.argsort(duplicates.groups[members], kind="stable")]
    starts = np.flatnonzero(np.diff(duplicates.groups[members])) + 1
    groups = np.split(members, starts) if len(members) else []
    groups.sort(
        key=lambda group: (-int(conflicting[group].any()), -int(leaked[group].any()), -len(group), int(group[0]))
    )
    return {
        "images": int(shared.sum()),
        "exact_images": int(duplicates.exact.sum()),
        "near_images": int(duplicates.near.sum()),
        "conflicting_images": int(conflicting.sum()),
        "conflicting_groups": sum(bool(conflicting[group].any()) for group in groups),
        "leaks": {split: int(leaked[mask].sum()) for split, mask in splits_of(audit) if split != "train"},
        "groups": [
            {
                "rows": group.tolist(),
                "image_ids": [printable(image_id) for image_id in rows.image_ids[group]],
                "labels": [rows.classes[label] for label in rows.labels[group]],
                "splits": [str(split) for split in rows.splits[group]],
                "copies": "near" if duplicates.near[group].any() else "exact",
                "conflicting": bool(conflicting[group].any()),
                "leak": bool(leaked[group].any()),
            }
            for group in groups
        ],
    }


def problem_figures(audit: Audit) -> dict[str, Any] | None:
    """Return the flagged images of each check, lowest score first; None for an audit without these checks."""
    problems, rows = audit.problems, audit.rows
    if problems is None:
        return None
    checks = {}
    for column, check in enumerate(CHECKS):
        flagged = np.flatnonzero(problems.flags[:, column])
        flagged = flagged[np.argsort(problems.scores[flagged, column], kind="stable")]
        checks[check] = [
            {
                "row": int(row),
                "image_id": printable(rows.image_ids[row]),
                "label": rows.classes[rows.labels[row]],
                "split": str(rows.splits[row]),
                "size_px": audit.checked.sizes_px[row].tolist(),
                "score": round(float(problems.scores[row, column]), 6),
            }
            for row in flagged
        ]
    return {"images": int(problems.flags.any(1).sum()), "checks": checks, "common": problems.common()}


def printable(image_id: str) -> str:
    """Return the name as it can be written: bytes that are no UTF-8, which some file systems allow, become escapes."""
    return str(image_id).encode("utf-8", "backslashreplace").decode("utf-8")
