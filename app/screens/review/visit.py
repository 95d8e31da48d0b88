"""What a visit remembers: the image on the screen, the next one, a message, and what the reviewer knows."""

import time
from collections.abc import Sequence
from typing import Any

import streamlit as st

_SHOWN, _MESSAGE, _PASSED = "review.shown", "review.said", "review.passed"
_REVEALED, _PROMISED = "review.revealed", "review.promised"


def note_shown(image_id: str) -> None:
    """Note that an image is on the screen from now on."""
    if st.session_state.get(_SHOWN, ("",))[0] != image_id:
        st.session_state[_SHOWN] = [image_id, time.time()]


def on_screen() -> tuple[str, float]:
    """Return the image on the screen, empty where there is none, and for how many seconds it has been there."""
    image_id, since = st.session_state.get(_SHOWN, ("", 0.0))
    return str(image_id), time.time() - float(since)


def clear_screen() -> None:
    """Forget which image is on the screen: verdicts count only after an image is shown again."""
    st.session_state.pop(_SHOWN, None)


def promise(images: Sequence[Any]) -> None:
    """Note which images are on the page, as plain values; nothing where any may come next."""
    st.session_state[_PROMISED] = list(images)


def promised() -> list[Any]:
    """Return what `promise` noted."""
    return list(st.session_state.get(_PROMISED, []))


def reveal(*image_ids: str) -> None:
    """Note that the reviewer knows what the models say about these images: no later verdict on them is blind."""
    known = st.session_state.get(_REVEALED, [])
    st.session_state[_REVEALED] = [*known, *(image_id for image_id in image_ids if image_id not in known)]


def is_revealed(image_id: str) -> bool:
    """Return whether the reviewer knows what the models say about an image."""
    return image_id in st.session_state.get(_REVEALED, [])


def leave(image_id: str) -> None:
    """Go on in the queue after the image in the address."""
    if st.query_params.get("image") == image_id:
        st.query_params.pop("image", None)


def pass_over(image_id: str, message: str) -> None:
    """Leave an image out for this visit, and say why."""
    st.session_state[_PASSED] = [*passed_over(), image_id]
    leave(image_id)
    tell(message)


def passed_over() -> list[str]:
    """Return the images that were left out in this visit."""
    return list(st.session_state.get(_PASSED, []))


def tell(message: str) -> None:
    """Show a message with the next image."""
    st.session_state[_MESSAGE] = message


def message() -> str:
    """Return the message to show, and forget it."""
    return str(st.session_state.pop(_MESSAGE, ""))
