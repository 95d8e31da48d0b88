"""Networks without memory for their weights: their layers and shapes, at no cost."""

from collections.abc import Callable
from typing import TypeVar

import torch

T = TypeVar("T")


def without_memory(work: Callable[[], T]) -> T:
    """Return what `work` returns, its tensors on torch's meta device; real where it looks at values (RegNet does)."""
    try:
        with torch.device("meta"):
            return work()
    except (NotImplementedError, RuntimeError):
        return work()
