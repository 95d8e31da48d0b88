"""How long a trained network takes for an image."""

import time
from pathlib import Path
from typing import Any

import torch

from models.networks.architectures import find_architecture
from models.networks.checkpoint import load_checkpoint
from models.processors.devices import default_device

BATCH = 16  # images at a time
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
    classifier.to(device)
    images = torch.zeros(BATCH, 3, spec.size_px, spec.size_px, device=device)
    seconds = []
    with torch.inference_mode():
        for _ in range(_TIMES + 1):
            start = time.perf_counter()
            classifier(images).sum().item()  # .item() waits for the device
            seconds.append(time.perf_counter() - start)
    return {
        "ms_per_image": 1000 * min(seconds[1:]) / BATCH,
        "batch_size": BATCH,
        "device": device,
        "threads": torch.get_num_threads(),
    }
