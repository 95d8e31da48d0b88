"""How long a trained network takes for an image."""

import time
from pathlib import Path
from statistics import median
from typing import Any

import torch

from models.images.input_spec import InputSpec
from models.networks.architectures import find_architecture
from models.networks.checkpoint import load_checkpoint
from models.networks.variants import Variant, pretrained_backbone
from models.processors.devices import default_device

BATCH = 16  # images at a time
_FEW_TIMES = 3  # of an estimate
_TIMES = 10  # the fastest of these counts: other work on the machine makes a batch slower, never faster


def measure_speed(checkpoint: Path) -> dict[str, Any]:
    """Return the time from normalised images to class scores, in plain PyTorch.

    Args:
        checkpoint: of a trained run.

    Returns:
        `ms_per_image`, of the fastest of ten batches after one to warm up; `batch_size`, `device`, CPU `threads`.

    Raises:
        ErrataError: the checkpoint cannot be read.
    """
    classifier, info = load_checkpoint(checkpoint)
    spec = info.input or find_architecture(info.architecture).input
    device = default_device()
    return {
        "ms_per_image": 1000 * min(_batch_seconds(classifier, spec, device, _TIMES)) / BATCH,
        "batch_size": BATCH,
        "device": device,
        "threads": torch.get_num_threads(),
    }


def forward_seconds(variant: Variant, spec: InputSpec) -> float:
    """Return how long the pretrained backbone of a variant takes for an image, with the load that the machine has now.

    Raises:
        ErrataError: its weights cannot be had.
    """
    backbone = pretrained_backbone(variant).eval()
    return median(_batch_seconds(backbone, spec, default_device(), _FEW_TIMES)) / BATCH


def _batch_seconds(module: torch.nn.Module, spec: InputSpec, device: str, times: int) -> list[float]:
    """Return the seconds of each of some batches, after one to warm up."""
    module.to(device)
    images = torch.zeros(BATCH, 3, spec.size_px, spec.size_px, device=device)
    seconds = []
    with torch.inference_mode():
        for _ in range(times + 1):
            start = time.perf_counter()
            module(images).sum().item()  # .item() waits for the device
            seconds.append(time.perf_counter() - start)
    return seconds[1:]
