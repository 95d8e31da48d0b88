"""The last layer of a network that has a map of the image, for Grad-CAM; found by watching one pass."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import isqrt

import torch
from torch import Tensor, nn

from models.networks.meta import without_memory

Reshape = Callable[[Tensor], Tensor]  # what a layer returns -> (B, D, H, W)
# The norm before the attention of a transformer's last block: after that, no class token attends to other tokens.
BEFORE_ATTENTION = ("norm1", "ln_1")
BATCH = 2


@dataclass(frozen=True)
class LastMap:
    """The last layer that still tells places of the image apart."""

    layer: str  # as `named_modules` of the backbone names it
    stride_px: int  # pixels of the input to one place of the map
    reshape: Reshape | None = None  # None: the layer returns (B, D, H, W) by itself


@dataclass(frozen=True)
class _Output:
    layer: str
    shape: torch.Size


def find_last_map(build: Callable[[], nn.Module], size_px: int) -> LastMap | None:
    """Return the last layer of a backbone with a map of the image, or None if it has none.

    The network is built without memory for its weights and run without computing, where it allows that.

    Args:
        build: returns the backbone, (B, 3, S, S) -> (B, D).
        size_px: S.

    Raises:
        RuntimeError, ValueError, AssertionError: the network does not take this size, or gives no (B, D).
    """
    outputs, prefix = without_memory(lambda: _watched(build(), size_px))
    maps = [(place, last) for place, output in enumerate(outputs) if (last := _as_map(output, size_px))]
    tokens = [(place, last) for place, output in enumerate(outputs) if (last := _as_tokens(output, size_px, prefix))]
    if tokens and (not maps or tokens[-1][0] > maps[-1][0]):
        attended = [last for _, last in tokens if last.layer.rpartition(".")[2] in BEFORE_ATTENTION]
        return attended[-1] if attended else tokens[-1][1]
    return maps[-1][1] if maps else None


def channels_first(output: Tensor) -> Tensor:
    """Return (B, H, W, D) as (B, D, H, W)."""
    return output.permute(0, 3, 1, 2)


def tokens_to_map(prefix: int, output: Tensor) -> Tensor:
    """Return tokens (B, prefix + H * W, D) as (B, D, H, W), without the class and register tokens in front."""
    side = isqrt(output.shape[1] - prefix)
    batch, _, width = output.shape
    return output[:, prefix:].transpose(1, 2).reshape(batch, width, side, side)


def _watched(backbone: nn.Module, size_px: int) -> tuple[list[_Output], int]:
    """Run the backbone once; return what its layers gave, in the order they finished, and timm's class tokens."""
    outputs: list[_Output] = []

    def watch(name: str, _module: nn.Module, _inputs: object, output: object) -> None:
        if isinstance(output, Tensor) and output.shape[0] == BATCH:
            outputs.append(_Output(name, output.shape))

    for name, module in backbone.named_modules():
        if name:
            module.register_forward_hook(partial(watch, name))
    with torch.no_grad():
        embedded = backbone.eval()(torch.zeros(BATCH, 3, size_px, size_px))
    if not isinstance(embedded, Tensor) or embedded.ndim != 2:
        raise ValueError("it gives no single embedding of an image")
    return outputs, int(getattr(backbone, "num_prefix_tokens", 0))


def _as_map(output: _Output, size_px: int) -> LastMap | None:
    if len(output.shape) != 4:
        return None
    _, first, second, third = output.shape
    if second == third > 1:
        return LastMap(output.layer, size_px // second)
    return LastMap(output.layer, size_px // second, channels_first) if first == second > 1 else None


def _as_tokens(output: _Output, size_px: int, prefix: int) -> LastMap | None:
    if len(output.shape) != 3:
        return None
    count = output.shape[1]
    for skipped in (prefix, count - isqrt(count) ** 2):
        side = isqrt(max(count - skipped, 0))
        if side > 1 and side * side == count - skipped:
            return LastMap(output.layer, size_px // side, partial(tokens_to_map, skipped))
    return None
