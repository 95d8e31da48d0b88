"""What a visit remembers: the image on the screen, the next one, a message, and what the reviewer knows."""

import time
from collections.abc import Sequence
from typing import Any

import streamlit as st

_SHOWN, _MESSAGE, _PASSED = "review.shown", "review.said", "review.passed"
_REVEALED, _PROMISED = "review.revealed", "review.promised"
_TRAIL, _BACK = "review.trail", "review.back"
_LONGEST_TRAIL = 200  # images


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


def walk(proposal: Sequence[Any]) -> None:
    """Note an image on the screen, as plain values, as the last one that was come to."""
    st.session_state[_TRAIL] = [*trail(), [*proposal]][-_LONGEST_TRAIL:]


def trail() -> list[Any]:
    """Return what `walk` noted, first to last."""
    return list(st.session_state.get(_TRAIL, []))


def steps_back() -> int:
    """Return how many images before the last one of the trail are looked at; 0: the last one, or the next."""
    return int(st.session_state.get(_BACK, 0))


def step_back(steps: int) -> None:
    """Look at an earlier image of the trail; 0 leads to the last one."""
    st.session_state[_BACK] = max(0, steps)


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
    skip(image_id)
    tell(message)


def skip(*image_ids: str) -> None:
    """Leave images out for this visit, or until `take_up`."""
    known = passed_over()
    st.session_state[_PASSED] = [*known, *(image_id for image_id in image_ids if image_id not in known)]
    for image_id in image_ids:
        leave(image_id)


def take_up(*image_ids: str) -> None:
    """Let images come again that were left out in this visit; all of them where none is named."""
    st.session_state[_PASSED] = [name for name in passed_over() if image_ids and name not in image_ids]


def passed_over() -> list[str]:
    """Return the images that were left out in this visit."""
    return list(st.session_state.get(_PASSED, []))


def tell(message: str) -> None:
    """Show a message with the next image."""
    st.session_state[_MESSAGE] = message


def message() -> str:
    """Return the message to show, and forget it."""
    return str(st.session_state.pop(_MESSAGE, ""))
