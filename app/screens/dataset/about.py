"""What a data set is, in a line: title, licence, source, and how many images of what kind."""

from html import escape

from app.screens.dataset.source import Source
from curation.results.audit import Audit


def has_images(audit: Audit, part: str) -> bool:
    """Return whether a part has images to show, and so a view in FiftyOne."""
    if part == "image problems":
        return audit.problems is not None and bool(audit.problems.flags.any())
    return bool(audit.duplicates.shared().any())


def about(own: Source) -> str:
    """Return title, licence, source and the figures of a data set."""
    figures = []
    if own.rows is not None:
        figures = [(f"{len(own.rows):,}", "images"), (f"{len(own.rows.classes):,}", "classes")]
    if own.audit is not None:
        figures += _audited(own.audit)
    cells = "".join(f"<div><b>{value}</b><span>{what}</span></div>" for value, what in figures)
    return (
        f'<div class="er-facts"><div><h2>{escape(own.title)}</h2><p class="er-source">Licence: {escape(own.licence)}. '
        f'Source: {escape(own.where)}.</p></div><div class="er-counts">{cells}</div></div>'
    )


def _audited(audit: Audit) -> list[tuple[str, str]]:
    problems = f"{int(audit.problems.flags.any(1).sum()):,}" if audit.problems else "not looked at"
    twins = audit.duplicates
    return [
        (problems, "with image problems"),
        (f"{int(twins.shared().sum()):,}", "with a copy"),
        (f"{int(twins.leaks(audit.rows.splits).sum()):,}", "leaks"),
        (f"{len(audit.checked.skipped):,}", "files skipped"),
    ]
