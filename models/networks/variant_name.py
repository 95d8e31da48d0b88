"""Variants as they are written, `ARCH` or `ARCH@MODE`; read without torch, and without a look at the architectures."""

from typing import Literal, get_args

from models.errors import unknown

# scratch: random weights, all trained; finetuned: pretrained, all or part trained;
# frozen: the pretrained backbone stays as it is, only the head is fitted, on features computed once.
Mode = Literal["scratch", "finetuned", "frozen"]
MODES: tuple[Mode, ...] = get_args(Mode)


def split_variant(text: str) -> tuple[str, Mode | None]:
    """Return the architecture, which need not exist, and the mode; None where it is left to the architecture.

    Raises:
        ErrataError: no such mode.
    """
    architecture, at, mode = text.strip().partition("@")
    if not at:
        return architecture, None
    for known in MODES:
        if mode == known:
            return architecture, known
    raise unknown("mode", mode, MODES)


def architecture_name(text: str) -> str:
    """Return the architecture of a variant; the mode is not looked at."""
    return text.strip().partition("@")[0]
