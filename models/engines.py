"""Ways to run a frozen backbone: one plain, the others fast, all with the same answer.

An engine takes uint8 pixels (B, S, S, 3) and returns float32 features (B, D). It may be called from several threads
at once; on a CPU each call uses one processor, and the callers keep all processors busy: threads that meet at a
barrier after every layer wait for the slowest, threads with a batch each do not.
"""

import copy
import hashlib
import importlib.util
import platform
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from models.arrays import ByteArray, FloatArray
from models.devices import has_bfloat16
from models.errors import unknown
from models.images import InputSpec

Engine = Callable[[ByteArray], FloatArray]  # (B, S, S, 3) uint8 -> (B, D)
Builder = Callable[[nn.Module, InputSpec, str, Path], Engine]  # (module, spec, device, folder for converted models)

# Images from which the one-time seconds are won back, from bench_features on 2 cores; see tests/benchmarks.
OPENVINO_PAYS_FROM = 2_000
COMPILE_PAYS_FROM = 20_000
FOLD_TOLERANCE = 1e-3  # of the largest feature


def precision(device: str, engine: str = "torch") -> str:
    """Return the precision an engine computes in, "float32" or "bfloat16"; its features are cached under it.

    bfloat16 only where the hardware multiplies in it (elsewhere it is emulated, and slower), and never in "eager".
    """
    return "bfloat16" if engine != "eager" and has_bfloat16(device) else "float32"


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
    if precision(device) == "bfloat16" and shutil.which("g++") and n_images >= COMPILE_PAYS_FROM:
        return "compile"
    return "torch"


def build_engine(name: str, module: nn.Module, spec: InputSpec, device: str, folder: Path) -> Engine:
    """Return the engine of that name; the module is left as it is.

    Args:
        name: one of `ENGINES`.
        module: normalised images (B, 3, S, S), float32 -> features (B, D).
        spec: the module's input.
        device: "cpu", "cuda" or "mps".
        folder: where converted models are kept.

    Raises:
        ErrataError: no such engine, or its library is not installed.
    """
    if name not in ENGINES:
        raise unknown("engine", name, ENGINES)
    return ENGINES[name](module, spec, device, folder)


class FromPixels(nn.Module):
    """A feature module with its normalisation in front: uint8 (B, S, S, 3) -> float32 (B, D)."""

    scale: torch.Tensor
    shift: torch.Tensor

    def __init__(self, module: nn.Module, spec: InputSpec, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.module = module
        self.dtype = dtype  # of the convolutions
        # (x / 255 - mean) / std as one multiply and one add. It cannot go into the first convolution's weights: that
        # one pads with zeros after the normalisation, and zero is mid-grey, not black.
        mean, std = torch.tensor(spec.mean), torch.tensor(spec.std)
        self.register_buffer("scale", (1 / (255 * std)).view(1, 3, 1, 1))
        self.register_buffer("shift", (-mean / std).view(1, 3, 1, 1))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the features of a batch of pixels."""
        images = pixels.permute(0, 3, 1, 2).float()  # (B, 3, S, S), a view: channels_last without a copy
        half = self.dtype != torch.float32
        with torch.autocast(pixels.device.type, self.dtype) if half else nullcontext():
            features = self.module(images * self.scale + self.shift)
        return features.flatten(1).float()  # type: ignore[no-any-return]


def folded(module: nn.Module, spec: InputSpec) -> nn.Module:
    """Return a copy in which batch norms are part of the convolutions before them: one pass over memory less each.

    A convolution and the batch norm defined right after it are taken for a pair; whether they really are one is then
    checked by the features of a noise image, and where these differ the copy is returned unfolded.
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
        expected, found = plain(noise), fast(noise)
    same = bool((expected - found).abs().max() <= FOLD_TOLERANCE * expected.abs().max())
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


def _run(module: nn.Module, device: str) -> Engine:
    """Return the module as an engine: in eval mode, channels_last, without gradients."""
    module = module.eval().to(device).to(memory_format=torch.channels_last)

    def engine(pixels: ByteArray) -> FloatArray:
        if device == "cpu":
            torch.set_num_threads(1)  # of this calling thread; see the top of this file
        with torch.inference_mode():
            batch = torch.from_numpy(np.ascontiguousarray(pixels)).to(device)
            features: FloatArray = module(batch).cpu().numpy()
        return features

    return engine


def _eager(module: nn.Module, spec: InputSpec, device: str, folder: Path) -> Engine:
    """The oracle: the module as it is, in float32."""
    return _run(FromPixels(copy.deepcopy(module), spec), device)


def _torch(module: nn.Module, spec: InputSpec, device: str, folder: Path) -> Engine:
    """The portable fast path: batch norms folded, bfloat16 where the hardware has it."""
    return _run(_fast(module, spec, device), device)


def _fast(module: nn.Module, spec: InputSpec, device: str) -> FromPixels:
    fast = folded(module, spec)
    if precision(device) != "bfloat16":
        return FromPixels(fast, spec)
    # What the blocks of a network add up stays float32: rounding it to 8 bits at every block costs more accuracy than
    # all other roundings, and the sums are narrow. On 2,100 photographs, EfficientNet-Lite0: mean cosine 0.9991 with
    # float32 features (0.9988 without this), the same class by a linear head for 99.7 to 99.9 %.
    for conv in fast.modules():
        if isinstance(conv, nn.Conv2d) and conv.out_channels < conv.in_channels:
            conv.register_forward_hook(_to_float32)
    return FromPixels(fast, spec, torch.bfloat16)


def _to_float32(module: nn.Module, inputs: object, output: torch.Tensor) -> torch.Tensor:
    return output.float()


def _compile(module: nn.Module, spec: InputSpec, device: str, folder: Path) -> Engine:
    """Compiled for one batch size, the weights frozen into the code; the first call takes tens of seconds."""
    size = batch_size(device)
    fast = _fast(module, spec, device).eval().to(device).to(memory_format=torch.channels_last)
    run = _run(torch.compile(fast, dynamic=False, options={"freezing": True}), device)  # type: ignore[arg-type]

    def engine(pixels: ByteArray) -> FloatArray:
        n = len(pixels)
        if n < size:  # another size would compile again
            pixels = np.concatenate([pixels, np.zeros((size - n, *pixels.shape[1:]), np.uint8)])
        return run(pixels)[:n]

    return engine


def _openvino(module: nn.Module, spec: InputSpec, device: str, folder: Path) -> Engine:
    """Intel's runtime for CPUs; imported on use because it is an optional extra."""
    from models.engine_openvino import openvino_engine

    key = weights_digest(module)
    return openvino_engine(lambda: FromPixels(folded(module, spec), spec), key, spec, precision(device), folder)


ENGINES: dict[str, Builder] = {"eager": _eager, "torch": _torch, "compile": _compile, "openvino": _openvino}
