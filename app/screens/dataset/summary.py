"""Title, licence, source and figures of a data set."""

from markupsafe import Markup

from app.html_parts.tables import Figure, figures, notice_list
from app.html_parts.templates import macros
from app.panels.bench import wrong_labels_in
from app.screens.dataset.source import Source
from curation.results.audit import Audit

_HTML = macros(__file__)


def dataset_summary(source: Source) -> Markup:
    """Return title, licence, source and the figures of a data set, and how an audit read it."""
    entries = []
    if source.rows is not None and source.look is None:  # a look has these figures, too
        entries = [Figure(len(source.rows), "images"), Figure(len(source.rows.classes), "classes")]
    notices = []
    if source.audit is not None:
        entries += _audit_figures(source.audit)
        notices = source.audit.config.get("notices", [])
    return _HTML.summary(source, figures(entries), notice_list(notices))


def has_images(audit: Audit, part: str) -> bool:
    """Return whether a part of the screen has images to show, and so a view in FiftyOne."""
    if part == "image problems":
        return audit.problems is not None and bool(audit.problems.flags.any())
    return bool(audit.duplicates.shared().any())


def _audit_figures(audit: Audit) -> list[Figure]:
    duplicates, wrong = audit.duplicates, wrong_labels_in(audit)
    return [
        Figure(wrong.figure, wrong.name, wrong.sentence()),
        Figure(int(audit.problems.flags.any(1).sum()) if audit.problems else "not looked at", "with image problems"),
        Figure(int(duplicates.shared().sum()), "with a copy"),
        Figure(int(duplicates.leaks(audit.rows.splits).sum()), "leaks"),
        Figure(len(audit.checked.skipped), "files skipped"),
    ]
