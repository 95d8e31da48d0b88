"""Many images of one confusion at once: a verdict for those that are chosen, and one for the rest."""

import streamlit as st

from app.html_parts.labels import given_label, other_label
from app.html_parts.markdown import plain, sentence
from app.screens.review.choices import ONE
from app.screens.review.keys import undo_keys
from app.screens.review.many.bar import verdict_bar
from app.screens.review.many.page import (
    can_turn_back,
    chosen_of,
    doubt,
    next_pair,
    page_of,
    toggle,
    turn,
    turn_back,
)
from app.screens.review.many.tiles import confusion_head, shown_since, tiles
from app.screens.review.progress import progress
from app.screens.review.sitting import Sitting
from app.screens.review.visit import message, reveal
from curation.decisions.verdicts import MOVES

COLUMNS = 8
_ELSEWHERE = "review.elsewhere"  # whether the choices above the grid were changed from inside it


def grid(sitting: Sitting) -> None:
    """Show up to 24 images of a confusion, most suspicious first, and the verdicts on them."""
    if st.session_state.pop(_ELSEWHERE, False):
        st.rerun(scope="app")
    pair, rows = page_of(sitting)
    if text := message():
        st.warning(sentence(text))
    if pair is None or not rows:
        _nothing_left(sitting)
        return
    given, other = (sitting.bench.ledger.classes[label] for label in pair)
    chosen = chosen_of(sitting, pair, rows)
    since = shown_since(rows)
    st.html(confusion_head(len(rows), len(chosen), given_label(given), other_label(other)))
    notes = [doubt(sitting, row) for row in rows]
    tiles(sitting, rows, set(rows) - chosen, COLUMNS, notes, toggle)
    reveal(*map(sitting.image_id, rows))
    verdict_bar(sitting, pair, rows, chosen, since)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="review-turn"):
        _turning_keys(sitting, rows)
        _leaving_key(sitting, chosen)
        undo_keys(sitting)
    st.html(progress(sitting))


def _nothing_left(sitting: Sitting) -> None:
    """Say that nothing is left of the confusion, or at all, and show the ways on."""
    back = " Pages that you turned are behind you." if can_turn_back(sitting) else ""
    which = "this confusion" if next_pair(sitting) else "any confusion in this split"
    st.success(f"No image of {which} is left to judge.{back}")
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="review-turn"):
        _turning_keys(sitting, [])
        _leaving_key(sitting, set())
        undo_keys(sitting)
    st.html(progress(sitting))


def _turning_keys(sitting: Sitting, rows: list[int]) -> None:
    """Show the keys to the page before and to the next one, which is there always."""
    (back, _, to_before), (onward, _, to_next) = MOVES["back"], MOVES["next"]
    st.button(
        to_before, shortcut=back, type="tertiary", key="review.page-back", disabled=not can_turn_back(sitting),
        on_click=turn_back, args=(sitting,),
    )  # fmt: skip
    following = None if rows else next_pair(sitting)
    if following is None:
        where, act, args = to_next, turn, (sitting,)
    else:
        classes = sitting.bench.ledger.classes
        name = " → ".join(classes[label] for label in following)
        where, act, args = f"{to_next}: {plain(name)}", _choose, ("order", name)  # type: ignore[assignment]
    st.button(
        where, shortcut=onward, type="secondary" if rows else "primary", disabled=not rows and following is None,
        key=f"review.page-next-{rows[0] if rows else ''}", on_click=act, args=args,
    )  # fmt: skip


def _leaving_key(sitting: Sitting, chosen: set[int]) -> None:
    """Show what Escape does: nothing is chosen any more; where nothing is, one image after the other."""
    if chosen:
        names = [sitting.image_id(row) for row in sorted(chosen)]
        st.button("Choose none", shortcut="Escape", type="tertiary", key="review.unchoose", on_click=toggle, args=names)
    else:
        st.button(
            "One by one", shortcut="Escape", type="tertiary", key="review.leave", on_click=_choose, args=("images", ONE)
        )


def _choose(choice: str, value: str) -> None:
    """Change a choice above the grid."""
    st.session_state[choice] = value
    st.session_state[_ELSEWHERE] = True
