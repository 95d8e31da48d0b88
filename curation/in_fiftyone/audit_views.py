"""The saved views of an audit in FiftyOne."""

from curation.database import names
from curation.database.views import View
from curation.in_fiftyone.audit_fields import ALL, KINDS, Chosen, rows_of
from curation.results.audit import Audit

SUSPICIOUS = 200  # images in the saved views of suspicious labels


def audit_views(audit: Audit, chosen: Chosen = ALL) -> list[View]:
    """Return the saved views of an audit, or of those of its images that FiftyOne has."""
    worst = [
        View(
            names.suspicious_view(split),
            f"{split} labels that another fits better, worst first (at most {SUSPICIOUS})",
            where={names.SPLIT: split},
            filled=names.SUGGESTED,
            sort_by=names.LABEL_QUALITY,
            limit=SUSPICIOUS,
        )
        for split in ("test", "val", "train")
        if split in audit.rows.splits
    ]
    rows = rows_of(audit, chosen)
    present = set(audit.findings.kinds.where(rows).names())
    kinds = [
        View(kind, f"{kind}: {KINDS[kind]}, worst first", {names.KIND: kind}, sort_by=names.LABEL_QUALITY)
        for kind in KINDS
        if kind in present
    ]
    fields = [names.prediction_field(voter.slug) for voter in audit.voters]
    note = (
        f"{int(audit.disagreement()[rows].sum())} images on which the architectures differ, most suspicious label first"
    )
    apart = [View(names.DISAGREEMENT_VIEW, note, differ=fields, sort_by=names.LABEL_QUALITY)] if len(fields) > 1 else []
    copies, problems = _views_of_copies(audit), _views_of_problems(audit)
    return [View(names.ALL_VIEW, "every readable image"), *worst, *kinds, *apart, *copies, *problems]


def _views_of_copies(audit: Audit) -> list[View]:
    """Return the views of images with a twin, twins side by side; empty views are left out."""
    rows, twins = audit.rows, audit.duplicates
    kinds = (
        (names.CONFLICTS_VIEW, names.CONFLICTING_LABELS, twins.conflicting(rows.labels), "a twin has another label"),
        (
            names.LEAKS_VIEW,
            names.LEAK_PAIR,
            twins.leak_pairs(rows.splits),
            "images outside train with a twin in train, and the twin",
        ),
        (names.DUPLICATES_VIEW, names.HAS_DUPLICATE, twins.shared(), "copies and near copies"),
    )
    return [
        View(name, f"{note}, side by side", {field: True}, sort_by=names.DUPLICATE_GROUP)
        for name, field, mask, note in kinds
        if mask.any()
    ]


def _views_of_problems(audit: Audit) -> list[View]:
    """Return the view of images with problems, if there are any."""
    if audit.problems is None or not audit.problems.flags.any():
        return []
    return [View(names.PROBLEMS_VIEW, "dark, light, blurry, empty, odd or grey pictures", filled=names.IMAGE_PROBLEMS)]
