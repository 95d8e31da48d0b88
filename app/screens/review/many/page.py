"""The page of the grid: images of one confusion that lie there until they are judged, or until the page is turned."""

from collections.abc import Sequence
from itertools import islice

import numpy as np
import streamlit as st

from app.screens.review.sitting import Sitting
from curation.review.queue import LEARNED, pairs
from curation.review.suggestion import Suggestion, suggestion
from curation.scoring.kinds import NAMES
from models.arrays import BoolArray, IntArray

SHOWN = 24
Pair = tuple[int, int]  # given and suggested class
_PAGE, _TURNED, _TOGGLED = "review.page", "review.turned", "review.toggled"
_WRONG = NAMES["wrong"][0]


def page_of(sitting: Sitting) -> tuple[Pair | None, list[int]]:
    """Return the confusion on the page and the rows of its images that are not judged; none where nothing is left."""
    settings, pair, rows = st.session_state.get(_PAGE) or [None, None, []]
    done = sitting.done()
    left = [row for row in rows if not done[row]]
    if settings == sitting.settings and left:
        return tuple(pair), left
    chosen = sitting.pair or next_pair(sitting)
    rows = _first_rows(sitting, chosen) if chosen else []
    st.session_state[_PAGE] = [sitting.settings, [*chosen], rows] if chosen and rows else None
    return chosen, rows


def next_pair(sitting: Sitting) -> Pair | None:
    """Return the most frequent confusion with images that are neither judged nor on a page that was turned."""
    audit, rows = sitting.bench.audit, _waiting(sitting)
    frequent = pairs(audit.rows.labels[rows], audit.consensus.suggested[rows])
    return next((pair for pair in frequent if _first_rows(sitting, pair)), None)


def turn(sitting: Sitting) -> None:
    """Go on to other images; those on the page keep their label, and what was chosen among them is remembered."""
    if page := st.session_state.pop(_PAGE, None):
        st.session_state[_TURNED] = [*st.session_state.get(_TURNED, []), page]


def turn_back(sitting: Sitting) -> None:
    """Go back to the page that was turned last and still has an image to judge."""
    turned = st.session_state.get(_TURNED, [])
    if place := _last_turned(sitting):
        st.session_state[_PAGE] = turned[place - 1]
        st.session_state[_TURNED] = [*turned[: place - 1], *turned[place:]]


def can_turn_back(sitting: Sitting) -> bool:
    """Return whether a page was turned that still has an image to judge."""
    return bool(_last_turned(sitting))


def lay_anew() -> None:
    """Lay out another page: a verdict was taken back, and its images come first."""
    st.session_state.pop(_PAGE, None)


def chosen_of(sitting: Sitting, pair: Pair, rows: Sequence[int]) -> set[int]:
    """Return the images that a verdict is given to: those that the suggested class fits, but for those clicked."""
    toggled = set(toggles())
    return {row for row in rows if proposed(sitting, row, pair[1]) != (sitting.image_id(row) in toggled)}


def toggles() -> list[str]:
    """Return the images that were clicked an odd number of times in this visit."""
    return list(st.session_state.get(_TOGGLED, []))


def toggle(*image_ids: str) -> None:
    """Choose images that are not chosen, and the other way round."""
    known = toggles()
    kept = [name for name in known if name not in image_ids]
    st.session_state[_TOGGLED] = [*kept, *(name for name in image_ids if name not in known)]


def proposed(sitting: Sitting, row: int, label: int) -> bool:
    """Return whether a class is proposed for an image: it is the likeliest, and no other kind of trouble is likelier.

    An image that shows none of the classes, or two of them, or that may well be right is a person's to choose.
    """
    return doubt(sitting, row) == "" and _suggestion(sitting, row).label == label


def doubt(sitting: Sitting, row: int) -> str:
    """Return what speaks against relabelling an image with others, in a word or two; empty where nothing does."""
    if _suggestion(sitting, row).no_class:
        return "none of these?"
    kind = sitting.bench.audit.findings.kinds.where(np.array([row])).names()[0]
    return "" if kind == _WRONG else f"{kind or 'not sure'}?"


def _suggestion(sitting: Sitting, row: int) -> Suggestion:
    return suggestion(sitting.bench, row, sitting.order == LEARNED)


def _first_rows(sitting: Sitting, pair: Pair) -> list[int]:
    """Return the first images of a confusion, most suspicious first, as far as their files exist."""
    audit, rows = sitting.bench.audit, _waiting(sitting)
    rows = rows[(audit.rows.labels[rows] == pair[0]) & (audit.consensus.suggested[rows] == pair[1])]
    ranked = rows[np.argsort(audit.consensus.label_quality[rows], kind="stable")].tolist()
    existing = (row for row in ranked if (audit.rows.root / sitting.image_id(row)).exists())
    return list(islice((row for row in existing if _belongs(sitting, row, pair[1])), SHOWN))


def _belongs(sitting: Sitting, row: int, label: int) -> bool:
    """Return whether an image still shows the confusion after the verdicts so far, where the order learns."""
    says = _suggestion(sitting, row)
    return sitting.order != LEARNED or says.label == label or says.no_class


def _waiting(sitting: Sitting) -> IntArray:
    """Return the rows of the sitting that are neither judged nor on a page that was turned."""
    bench = sitting.bench
    rows = sitting.queue.rows if sitting.picked else bench.part(sitting.split).rows
    out: BoolArray = sitting.left_out()
    for settings, _, turned in st.session_state.get(_TURNED, []):
        if settings == sitting.settings:
            out[turned] = True
    return np.asarray(rows[~out[rows]])


def _last_turned(sitting: Sitting) -> int:
    """Return the place of the page to go back to, 1 for the first; 0 where there is none."""
    done = sitting.done()
    places = [
        place
        for place, (settings, _, rows) in enumerate(st.session_state.get(_TURNED, []), 1)
        if settings == sitting.settings and not done[rows].all()
    ]
    return places[-1] if places else 0
