"""Every number of an audit's report, as JSON-able values: report.json as it stands, and all that report.html shows."""

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from curation.reports.audit.architectures import architecture_figures, splits_of
from curation.reports.audit.images import duplicate_figures, printable, problem_figures
from curation.reports.audit.labels import suspect_figures, trouble_figures
from curation.reports.audit.truth import known_truth
from curation.reports.shareable import shareable
from curation.results.audit import Audit
from models.arrays import BoolArray
from models.files.atomic import digest

SCHEMA_VERSION = 1
_LIBRARIES = ("errata-vision", "numpy", "pillow", "torch", "torchvision", "timm", "grad-cam")


def report_figures(audit: Audit, title: str, licence: str, wrong: dict[str, Any]) -> dict[str, Any]:
    """Return all figures of the report; shares are in [0, 1] and stand beside their n.

    Args:
        audit: the results.
        title: of the data set.
        licence: of its images.
        wrong: the estimated number of wrong labels, as `curation.review.wrong_labels.WrongLabels.figures` returns it.
    """
    rows = audit.rows
    figures = {
        "schema_version": SCHEMA_VERSION,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset": {"name": audit.name, "title": title, "licence": licence, "classes": list(rows.classes)},
        "config": audit.config,
        "images": len(rows),
        "splits": {split: _split(audit, mask) for split, mask in splits_of(audit)},
        "skipped": [
            {"image_id": printable(image_id), "problem": problem} for image_id, problem in audit.checked.skipped
        ],
        "in_sample": audit.in_sample,
        "wrong_labels": wrong,
        "architectures": [architecture_figures(audit, architecture) for architecture in audit.architectures],
        "suspects": {split: suspect_figures(audit, split) for split, _ in splits_of(audit)},
        "trouble": trouble_figures(audit),
        "duplicates": duplicate_figures(audit),
        "problems": problem_figures(audit),
        "known_truth": known_truth(audit),
        "stages": [asdict(stage) for stage in audit.stages if stage.name != "report"],  # that one is under way
        "versions": {name: version(name) for name in _LIBRARIES},
        "hashes": _hashes(audit),
    }
    return dict(shareable(figures, [rows.root, audit.folder.parent.parent]))  # the report is mailed around


def _split(audit: Audit, mask: BoolArray) -> dict[str, Any]:
    """Return the counts of a split, from the mask of its rows, shape (N,)."""
    labels, classes = audit.rows.labels[mask], audit.rows.classes
    counts = np.bincount(labels, minlength=len(classes))
    return {
        "images": len(labels),
        "classes": {name: int(count) for name, count in zip(classes, counts, strict=True)},
        "other_label_fits_better": int((audit.consensus.suggested[mask] != labels).sum()),
        "architectures_disagree": int(audit.disagreement()[mask].sum()),
    }


def _hashes(audit: Audit) -> dict[str, Any]:
    """Return hashes of the input of the figures, 16 hex digits each: equal hashes, equal input."""
    rows = audit.rows
    columns = [rows.image_ids.tolist(), rows.labels.tolist(), rows.splits.tolist(), audit.checked.sha256s.tolist()]
    return {
        "images_and_labels": digest(list(rows.classes), *columns),
        "predictions": {
            architecture.name: hashlib.sha256(architecture.predictions.probs.tobytes()).hexdigest()[:16]
            for architecture in audit.architectures
        },
    }
