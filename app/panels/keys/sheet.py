"""The sheet of all keys, which `?` opens; whoever learned earlier keys sees it once before any key judges."""

import json
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from app.html_parts.assets import run_script
from app.html_parts.templates import macros
from curation.decisions.verdicts import CLASS_KEY, DIGITS, MOVES, PICK_KEY, REST_KEY, REVERSALS, VERDICTS

Line = tuple[Sequence[str], str]  # keys, and what they do

_HTML = macros(__file__)
_GIVEN_FIRST = 6  # classes that are named beside their digits
_SHOWN = {"ArrowLeft": "←", "ArrowRight": "→", "ArrowUp": "↑", "ArrowDown": "↓", "Backspace": "⌫"}


def key_sheet(keys: Sequence[tuple[str, list[Line]]], learned: bool | None = None) -> None:
    """Put the sheet on the page, hidden, and let the page hear the keys.

    Args:
        keys: title of each part, and its keys with what they do.
        learned: whether this reviewer judged before, perhaps with the keys of an earlier release; None where no key of
            the screen judges.
    """
    aliases = {other: key for key, others, _ in MOVES.values() for other in others}
    st.html(Path(__file__).with_name("sheet.css"))
    guard = {None: "", False: "new", True: "learned"}[learned]
    st.html(_HTML.sheet(keys, json.dumps(aliases, sort_keys=True), guard))
    run_script(Path(__file__).with_name("sheet.js"))


def moving_keys(*names: str) -> list[Line]:
    """Return the keys that move, of MOVES, with what they do."""
    return [
        ((MOVES[name][0], *(_SHOWN.get(key, key) for key in MOVES[name][1])), MOVES[name][2]) for name in names
    ]  # fmt: skip


def verdict_sheet(classes: Sequence[str]) -> list[Line]:
    """Return the keys of all verdicts and of the classes of a data set, with what they do."""
    digits: list[Line] = [((str(digit),), name) for digit, name in enumerate(classes[:DIGITS], 1)]
    if len(classes) > _GIVEN_FIRST:
        digits = [(("1", "…", str(min(DIGITS, len(classes)))), "The class, in the order of the data set")]
    typed: list[Line] = [((CLASS_KEY,), "Type any class")] if len(classes) > DIGITS else []
    return [*(((verdict.key,), verdict.purpose) for verdict in VERDICTS.values()), *digits, *typed]


def other_keys() -> list[Line]:
    """Return the keys of the review that are no verdicts, with what they do."""
    return [
        ((PICK_KEY,), "Pick several classes"),
        *(((key,), purpose) for key, _, purpose in REVERSALS.values()),
        (("L",), "The images most like the one judged last"),
        (("G",), "Draw Grad-CAM"),
        *leaving_keys(),
    ]


def grid_keys() -> list[Line]:
    """Return the keys that only the grid has, with what they do."""
    return [
        (("←", "→", "↑", "↓"), "To another image"),
        (("Space",), "Choose it, or not"),
        ((REST_KEY,), "The rest of the page is right"),
        (("J", "K"), "Next page, page before"),
        (("Esc",), "Choose none; then one by one"),
    ]


def leaving_keys() -> list[Line]:
    """Return the keys that all screens have, with what they do."""
    return [
        (("+",), "Enlarge the image"),
        (("Esc",), "Leave a field, a list, this sheet"),
        (("?",), "Show or hide this sheet"),
    ]
