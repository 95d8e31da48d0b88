"""Figures of a data set side by side, how it was read, and its unreadable files, as HTML."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from app.html_parts.templates import macros
from app.meanings import MEANINGS
from curation.results.audit import Audit

_HTML = macros(__file__)


class Figure(NamedTuple):
    """A number and what it counts."""

    number: int | str
    what: str
    title: str = ""  # what the mouse over it shows


def figures(entries: Iterable[Figure]) -> Markup:
    """Return numbers side by side, each above what it counts."""
    return _HTML.figures(list(entries), MEANINGS)


def notice_list(notices: Sequence[str]) -> Markup:
    """Return the sentences on how a data set was read, as a list; nothing where there are none."""
    return _HTML.notices(notices)


def skipped_table(audit: Audit) -> Markup:
    """Return the files that could not be read, and why; `st.table` would load pandas for it, which takes 1.5 s."""
    return _HTML.skipped(audit.checked.skipped)
