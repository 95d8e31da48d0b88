"""How long a network will train on this machine: a few steps are timed on noise, before any image is decoded."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import numpy as np
import torch

from models.images.examples import Pixels
from models.images.input_spec import InputSpec
from models.networks.variants import Variant, build_classifier
from models.processors.threads import cores, torch_threads
from models.training.config import TrainConfig
from models.training.fabric import make_fabric
from models.training.loop import EpochMetrics, train

STEPS = 4  # the first of them allocates memory and is left out


def seconds_per_image(
    variant: Variant, spec: InputSpec, config: TrainConfig, n_classes: int, workers: int = 1
) -> float:
    """Return how long an image takes in each epoch, forward and back, with the load that the machine has now.

    Args:
        variant: what is trained.
        spec: what it sees of an image.
        config: the method.
        n_classes: K.
        workers: networks trained at a time, which share the processors; the result is for all of them together.

    Raises:
        ErrataError: the pretrained weights cannot be had.
    """
    n, fabric, curve = config.batch_size, make_fabric(config.precision), list[EpochMetrics]()
    pixels = np.random.default_rng(0).integers(0, 256, (n, spec.size_px, spec.size_px, 3), np.uint8)
    examples = Pixels(pixels, spec, config.augmentation, fabric.device)
    every, nothing = np.ones(n, bool), np.zeros(n, bool)

    def on_epoch(so_far: Sequence[EpochMetrics]) -> None:
        curve[:] = so_far

    with torch.random.fork_rng(devices=[]), torch_threads(max(1, cores() // workers)):
        torch.manual_seed(0)
        classifier = build_classifier(variant, n_classes, spec.size_px)
        few = replace(config, epochs=STEPS)  # one step an epoch
        train(classifier, examples, np.arange(n) % n_classes, every, nothing, few, 0, fabric, on_epoch)
    return median(epoch.seconds for epoch in curve[1:]) / n / workers
