"""The verdicts on the images that are chosen in the grid, and the one on the rest of the page."""

import time
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from app.html_parts.markdown import plain
from app.screens.review.many.page import Pair
from app.screens.review.sitting import Sitting
from app.screens.review.verdicts import judge_many
from curation.decisions.verdicts import DIGITS, KEEP, RELABEL, REST_KEY, VERDICTS, Verdict
from curation.review.looks import GRID


def verdict_bar(sitting: Sitting, pair: Pair, rows: Sequence[int], chosen: set[int], since: float) -> None:
    """Show a key for each verdict on the chosen images, for each class, and for the rest of the page.

    Args:
        sitting: of the reviewer.
        pair: given and suggested class of all images.
        rows: of the images on the page.
        chosen: those among them that the verdicts are on; the rest is all others.
        since: Unix time at which they were shown.
    """
    classes = sitting.bench.ledger.classes
    given, other = (plain(classes[label]) for label in pair)
    which, rest = [row for row in rows if row in chosen], [row for row in rows if row not in chosen]
    of_pair = replace(sitting, pair=pair)

    def key(name: str, shortcut: str, images: Sequence[int], verdict: str, labels: tuple[str, ...], kind: str) -> None:
        st.button(
            name, shortcut=shortcut, type=kind, disabled=not images,  # type: ignore[arg-type]
            key=f"review.many-{shortcut}-{hash(tuple(images))}",  # a late key never reaches other images
            on_click=_judge, args=(of_pair, images, verdict, labels, since),
        )  # fmt: skip

    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="review-grid"):
        accept = VERDICTS[RELABEL]
        name = f"{accept.button} **{other}** for {len(which)} of {len(rows)}"
        key(name, accept.key, which, RELABEL, (classes[pair[1]],), "primary")
        for verdict in filter(_is_said_of_many, VERDICTS.values()):
            name = f"{verdict.button} **{given}**" if verdict.name == KEEP else verdict.button
            key(name, verdict.key, which, verdict.name, (), "secondary")
        key(f"The rest is right: **{given}** for {len(rest)}", REST_KEY, rest, KEEP, (), "secondary")
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="review-grid-classes"):
        for digit, name in enumerate(classes[:DIGITS], 1):
            said = _said(classes[pair[0]], name)
            key(plain(name), str(digit), which, *said, "secondary")
        if len(classes) > DIGITS:
            place = f"review.many-class-{hash(tuple(which))}"
            st.selectbox(
                "Any class", classes, index=None, placeholder="/ any class", key=place, label_visibility="collapsed",
                disabled=not which, on_change=_judge_as, args=(of_pair, which, place, pair[0], since), width=170,
            )  # fmt: skip


def _is_said_of_many(verdict: Verdict) -> bool:
    """Return whether a verdict needs no look at each image alone."""
    return verdict.classes_named == "none" and verdict.is_answer


def _said(given: str, name: str) -> tuple[str, tuple[str, ...]]:
    """Return the verdict that images of a given class show a class."""
    return (KEEP, ()) if name == given else (RELABEL, (name,))


def _judge_as(sitting: Sitting, rows: Sequence[int], key: str, given: int, since: float) -> None:
    if name := st.session_state[key]:
        _judge(sitting, rows, *_said(sitting.bench.ledger.classes[given], name), since)


def _judge(sitting: Sitting, rows: Sequence[int], decision: str, labels: tuple[str, ...], since: float) -> None:
    judge_many(sitting, rows, decision, labels, GRID, time.time() - since)
