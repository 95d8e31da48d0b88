"""The labels of an audit, as figures of its report: the most suspicious ones, and what is estimated of all of them."""

from typing import Any

import numpy as np

from curation.reports.audit.architectures import short, splits_of
from curation.reports.audit.images import printable
from curation.reports.matrix import stored
from curation.results.audit import Audit
from curation.results.reasons import reasons

SUSPECTS = 50  # images shown, a split
_KINDS = ("wrong", "ambiguous", "out of scope", "hard but right")  # the order of the page, not that of precedence


def suspect_figures(audit: Audit, split: str) -> list[dict[str, Any]]:
    """Return the most suspicious images of a split, rank 1 first."""
    return [_suspect(audit, int(row), rank) for rank, row in enumerate(audit.suspects(split)[:SUSPECTS], 1)]


def _suspect(audit: Audit, row: int, rank: int) -> dict[str, Any]:
    classes, label, consensus = audit.rows.classes, int(audit.rows.labels[row]), audit.consensus
    alternative = int(audit.alternatives()[row])
    opinions = {}
    for architecture in audit.architectures:
        probs = architecture.predictions.probs[row]
        opinions[architecture.name] = {
            "prediction": classes[int(probs.argmax())],
            "confidence": short(probs.max()),
            "label_probability": short(probs[label]),
            "alternative_probability": short(probs[alternative]),
        }
    return {
        "rank": rank,
        "row": row,
        "image_id": printable(audit.rows.image_ids[row]),
        "label": classes[label],
        "suggested_label": classes[int(consensus.suggested[row])],
        "alternative": classes[alternative],  # the suggested label, or the runner-up where the given one is suggested
        "confidence": short(consensus.confidence[row]),  # of the suggested label
        "label_quality": short(consensus.label_quality[row]),
        "kind": audit.findings.kinds.where(np.array([row])).names()[0],
        "why": reasons(audit, [row])[0],
        "architectures": opinions,
    }


def trouble_figures(audit: Audit) -> dict[str, Any]:
    """Return how many labels are of which kind of trouble, and the class-pair matrix, row = given label."""
    findings, splits = audit.findings, list(splits_of(audit))
    kinds = np.array(findings.kinds.names())
    counts = np.rint(findings.joint).astype(np.int64)
    return {
        "flagged": {split: int(findings.flagged[mask].sum()) for split, mask in splits},
        "kinds": {kind: {split: int((kinds[mask] == kind).sum()) for split, mask in splits} for kind in _KINDS},
        "voters": dict(zip(findings.voters, [round(float(weight), 3) for weight in findings.weights], strict=True)),
        "class_pairs": stored(counts),
    }
