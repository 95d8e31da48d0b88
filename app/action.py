"""A button that does something: once, with what the screen showed when it was pressed, whatever is pressed next.

Streamlit draws the whole screen anew at each click and breaks off the drawing before. What stands below
`if st.button(…)` is then never reached, and the click is lost; a callback runs before anything is drawn.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from models.errors import ErrataError


def action(label: str, key: str, act: Callable[..., object], *args: object, **options: Any) -> None:
    """Show the button.

    Args:
        label: in Markdown.
        key: of the button.
        act: what it does.
        *args: are given to `act`, as they are now.
        **options: of `st.button`.

    Raises:
        ErrataError: what `act` raised when the button was pressed.
    """
    st.button(label, key=key, on_click=_act, args=(key, act, args), **options)
    if error := st.session_state.pop(_failed(key), None):
        raise error


def _act(key: str, act: Callable[..., object], args: tuple[object, ...]) -> None:
    try:
        act(*args)
    except ErrataError as error:  # the screen says it where it handles what goes wrong with it
        st.session_state[_failed(key)] = error


def _failed(key: str) -> str:
    return f"{key}.failed"
