"""Whether a button was pressed: also where something else is pressed before the screen has come to the button.

Streamlit draws the whole screen anew at each click and breaks off the drawing before. With `if st.button(…)`, a press
whose drawing is broken off above the button is lost; callbacks run before anything is drawn, and note it here.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

_PRESSED = "pressed"
_MEANT = ("dataset", "image")  # parameters of the address that say what a press is about


def pressed(label: str, key: str, button: Callable[..., object] = st.button, **options: Any) -> bool:
    """Show a button and return whether it was pressed since it was last asked; the answer is given once.

    What is done then is done with the fields as they are now: who types a name and presses means that name. A press is
    about the data set and image that the address named, and about no other.

    Args:
        label: in Markdown.
        key: of the button.
        button: `st.button`, or `st.form_submit_button`.
        **options: of the button. One that is disabled was not pressed, as by the second click of two.
    """
    presses: set[tuple[str, ...]] = st.session_state.setdefault(_PRESSED, set())
    press = (key, *(st.query_params.get(name, "") for name in _MEANT))
    # No session state in the callback: Streamlit breaks off callbacks, too, where they ask for it.
    button(label, key=key, on_click=presses.add, args=(press,), **options)
    if press not in presses:
        return False
    presses.discard(press)
    return not options.get("disabled", False)


def forget_presses() -> None:
    """Forget the presses of buttons that the screen no longer has; to be called when all of it is drawn."""
    st.session_state.get(_PRESSED, set()).clear()
