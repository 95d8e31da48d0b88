"""Checks of a network and its settings before any work."""

import torch

from models.errors import ErrataError
from models.networks.classifier import Classifier
from models.networks.freezing import frozen_modules
from models.networks.start import Network
from models.training.config import TrainConfig


def checked_classifier(network: Network, config: TrainConfig, n_classes: int) -> Classifier:
    """Return the classifier as training starts it; raise, before any work, the errors that training would raise.

    Raises:
        ErrataError: weights that cannot be had, do not fit or come from two places; a layer to freeze that does not
            exist or has random weights; an input smaller than the strides; batch norm with single images.
    """
    if network.weights is not None and network.init_from is not None:
        raise ErrataError(
            f"the backbone can come from {network.weights} or from {network.init_from.parent.name}, not from both; "
            "leave --weights or --init-from out"
        )
    with torch.random.fork_rng(devices=[]):
        classifier = network.build(n_classes)
    if network.mode == "frozen" and config.freeze not in ("none", "backbone"):
        raise ErrataError(f"a frozen backbone is frozen whole; leave --freeze {config.freeze} out or use @finetuned")
    frozen_modules(classifier, config.freeze)
    if config.freeze != "none" and network.mode == "scratch" and network.init_from is None:
        raise ErrataError(
            f"{network.architecture} starts from random weights, and frozen ones would never learn; "
            "use @finetuned, --init-from RUN or --freeze none"
        )
    if network.mode != "frozen" and config.batch_size == 1 and any(map(_is_batch_norm, classifier.modules())):
        raise ErrataError(f"{network.architecture} has batch norm, which needs more than --batch-size 1; use 2 or more")
    return classifier


def _is_batch_norm(layer: torch.nn.Module) -> bool:
    return isinstance(layer, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d)
