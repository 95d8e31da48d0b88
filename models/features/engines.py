"""Ways to run a frozen backbone: a plain one and fast ones, all with the same result.

An engine may be called from several threads at once. On a CPU each call uses one processor, and the callers keep all
processors busy: threads that meet at a barrier after every layer wait for the slowest one, threads with a batch each do
not.
"""

import copy
import hashlib
import importlib.util
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from models.arrays import ByteArray, FloatArray
from models.errors import unknown
from models.features.bfloat16 import Bfloat16Conv, in_bfloat16
from models.images.input_spec import InputSpec
from models.processors.devices import has_bfloat16

Run = Callable[[ByteArray], FloatArray]  # pixels (B, S, S, 3), uint8 -> features (B, D), float32
Precision = Literal["float32", "bfloat16"]


@dataclass(frozen=True)
class Engine:
    """A backbone that is ready to run."""

    run: Run
    precision: Precision  # what it really computes in, whatever was asked for

    def __call__(self, pixels: ByteArray) -> FloatArray:
        """Return the features, shape (B, D), float32, of uint8 pixels, shape (B, S, S, 3)."""
        return self.run(pixels)


# (module, spec, device, folder for converted models, precision asked for)
Builder = Callable[[nn.Module, InputSpec, str, Path, Precision], Engine]

# From this number of images on, the one-time seconds pay off (bench_features on 2 cores, in tests/benchmarks).
OPENVINO_PAYS_FROM = 2_000
COMPILE_PAYS_FROM = 20_000
FOLD_TOLERANCE = 1e-3  # of the largest feature


def default_precision(device: str, engine: str = "torch") -> Precision:
    """Return the precision to ask an engine for, "float32" or "bfloat16"; see `extract_features`.

    bfloat16 only on processors that multiply in it (elsewhere it is emulated, and slower), and never in "eager". On
    GPUs decoding the files takes longer than the model, and torch's convolutions there multiply in TF32 already.
    """
    return "bfloat16" if engine != "eager" and device == "cpu" and has_bfloat16(device) else "float32"


def batch_size(device: str) -> int:
    """Return the images per call: few on a CPU, where a batch should stay near the caches and memory be reused."""
    return 8 if device == "cpu" else 64


def choose_engine(device: str, n_images: int, cached: bool = False) -> str:
    """Return the engine that finishes `n_images` first, its one-time compile or conversion included.

    Args:
        device: "cpu", "cuda" or "mps".
        n_images: images still to be computed.
        cached: a converted OpenVINO model is already on disk, so it costs nothing.
    """
    if device != "cpu":
        return "torch"  # decoding the files takes longer than the model
    intel = platform.machine().lower() in ("x86_64", "amd64")
    if intel and importlib.util.find_spec("openvino") and (cached or n_images >= OPENVINO_PAYS_FROM):
        return "openvino"
    # In float32 compiling gained nothing on folding (66 and 71 img/s in one run): only where there is bfloat16.
    if default_precision(device) == "bfloat16" and shutil.which("g++") and n_images >= COMPILE_PAYS_FROM:
        return "compile"
    return "torch"


def build_engine(
    name: str, module: nn.Module, spec: InputSpec, device: str, folder: Path, precision: Precision | None = None
) -> Engine:
    """Return the engine of that name; the module is left as it is.

    Args:
        name: one of `ENGINES`.
        module: normalised images (B, 3, S, S), float32 -> features (B, D).
        spec: the module's input.
        device: "cpu", "cuda" or "mps".
        folder: where converted models are kept.
        precision: to ask for, `default_precision(device, name)` if not given. "eager" always computes in float32, the
            other engines where the processor has no bfloat16 or no layer suits.

    Raises:
        ErrataError: no such engine, or its library is not installed.
    """
    if name not in ENGINES:
        raise unknown("engine", name, ENGINES)
    return ENGINES[name](module, spec, device, folder, precision or default_precision(device, name))


class FromPixels(nn.Module):
    """A feature module with its normalisation in front: uint8 (B, S, S, 3) -> float32 (B, D)."""

    scale: torch.Tensor
    shift: torch.Tensor

    def __init__(self, module: nn.Module, spec: InputSpec) -> None:
        super().__init__()
        self.module = module
        # (x / 255 - mean) / std as one multiply and one add. It cannot go into the first convolution's weights:
        # that layer pads with zeros after the normalisation, and zero is mid-grey, not black.
        mean, std = torch.tensor(spec.mean), torch.tensor(spec.std)
        self.register_buffer("scale", (1 / (255 * std)).view(1, 3, 1, 1))
        self.register_buffer("shift", (-mean / std).view(1, 3, 1, 1))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the features of a batch of pixels."""
        images = pixels.permute(0, 3, 1, 2).float()  # (B, 3, S, S), a view: channels_last without a copy
        return self.module(images * self.scale + self.shift).flatten(1)  # type: ignore[no-any-return]


def folded(module: nn.Module, spec: InputSpec) -> nn.Module:
    """Return a copy in which batch norms are part of the convolutions before them: one pass over memory less each.

    A convolution and the batch norm defined right after it are taken for a pair. The features of a noise image then
    show whether they are; where the features differ, the copy is returned unfolded.
    """
    plain = copy.deepcopy(module).eval()
    fast = copy.deepcopy(plain)
    for parent in list(fast.modules()):
        children = list(parent.named_children())
        for (_, conv), (name, norm) in pairwise(children):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d) and norm.track_running_stats:
                _fold(conv, norm)
                setattr(parent, name, getattr(norm, "act", nn.Identity()))  # timm's batch norms carry the activation
    noise = torch.rand((1, 3, spec.size_px, spec.size_px), generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.inference_mode():
        expected, computed = plain(noise), fast(noise)
    same = bool((expected - computed).abs().max() <= FOLD_TOLERANCE * expected.abs().max())
    return fast if same else plain


def _fold(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    assert norm.running_mean is not None  # noqa: S101 (track_running_stats was checked)
    assert norm.running_var is not None  # noqa: S101
    conv.weight, conv.bias = fuse_conv_bn_weights(
        conv.weight, conv.bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
    )


def weights_digest(module: nn.Module) -> str:
    """Return 16 hex digits over the module's structure and weights: the key of what was computed with them."""
    key = hashlib.sha256(repr(module).encode())
    for name, tensor in sorted(module.state_dict().items()):
        key.update(name.encode())
        key.update(tensor.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return key.hexdigest()[:16]


def _precision_of(module: nn.Module) -> Precision:
    """Return "bfloat16" if a layer multiplies in it: a network may have no layer that suits."""
    return "bfloat16" if any(isinstance(layer, Bfloat16Conv) for layer in module.modules()) else "float32"


def _without_gradients(module: nn.Module, device: str) -> Run:
    """Return the module as a function of pixels: in eval mode, channels_last, without gradients."""
    module = module.eval().to(device).to(memory_format=torch.channels_last)

    def run(pixels: ByteArray) -> FloatArray:
        if device == "cpu":
            torch.set_num_threads(1)  # of this calling thread; see the top of this file
        with torch.inference_mode():
            batch = torch.from_numpy(np.ascontiguousarray(pixels)).to(device)
            features: FloatArray = module(batch).cpu().numpy()
        return features

    return run


def _eager(module: nn.Module, spec: InputSpec, device: str, folder: Path, precision: Precision) -> Engine:
    """The oracle: the module as it is, in float32."""
    return Engine(_without_gradients(FromPixels(copy.deepcopy(module), spec), device), "float32")


def _torch(module: nn.Module, spec: InputSpec, device: str, folder: Path, precision: Precision) -> Engine:
    """The portable fast path: batch norms folded, dense convolutions in bfloat16 where the hardware has it."""
    fast = _fast(module, spec, precision)
    return Engine(_without_gradients(fast, device), _precision_of(fast))


def _fast(module: nn.Module, spec: InputSpec, precision: Precision) -> FromPixels:
    fast = folded(module, spec)
    return FromPixels(in_bfloat16(fast, spec) if precision == "bfloat16" else fast, spec)


def _compile(module: nn.Module, spec: InputSpec, device: str, folder: Path, precision: Precision) -> Engine:
    """Compiled for one batch size, the weights frozen into the code; the first call takes tens of seconds."""
    size = batch_size(device)
    fast = _fast(module, spec, precision).eval().to(device).to(memory_format=torch.channels_last)
    compiled = torch.compile(fast, dynamic=False, options={"freezing": True})
    run_batch = _without_gradients(compiled, device)  # type: ignore[arg-type]

    def run(pixels: ByteArray) -> FloatArray:
        n = len(pixels)
        if n < size:  # another size would compile again
            pixels = np.concatenate([pixels, np.zeros((size - n, *pixels.shape[1:]), np.uint8)])
        return run_batch(pixels)[:n]

    return Engine(run, _precision_of(fast))


def _openvino(module: nn.Module, spec: InputSpec, device: str, folder: Path, precision: Precision) -> Engine:
    """Intel's runtime for CPUs; imported when used, because it is an optional extra."""
    from models.features.engine_openvino import openvino_engine

    key = weights_digest(module)
    run, bfloat16 = openvino_engine(lambda: FromPixels(folded(module, spec), spec), key, spec, precision, folder)
    return Engine(run, "bfloat16" if bfloat16 else "float32")


ENGINES: dict[str, Builder] = {"eager": _eager, "torch": _torch, "compile": _compile, "openvino": _openvino}
