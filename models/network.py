"""The network a training starts from: its architecture, its input, and where its weights come from."""

from dataclasses import dataclass
from pathlib import Path

import torch

from models.checkpoint import load_checkpoint
from models.classifier import Classifier
from models.errors import ErrataError
from models.freezing import frozen_modules
from models.images import InputSpec
from models.train_config import TrainConfig
from models.variants import Mode, Variant, build_classifier


@dataclass(frozen=True)
class Network:
    """What a training starts from."""

    architecture: str
    mode: Mode
    spec: InputSpec
    weights: Path | None = None  # a local file with the pretrained backbone
    init_from: Path | None = None  # a checkpoint whose backbone it takes over

    def build(self, n_classes: int) -> Classifier:
        """Return the classifier; random weights are drawn from torch's global generator.

        Raises:
            ErrataError: pretrained weights cannot be had, or the checkpoint is of another backbone.
        """
        if self.init_from is None:
            variant = Variant(self.architecture, self.mode)
            return build_classifier(variant, n_classes, self.spec.size_px, self.weights)
        source, info = load_checkpoint(self.init_from)
        found = info.input or self.spec
        if (info.architecture, found.size_px) != (self.architecture, self.spec.size_px):
            raise ErrataError(
                f"{self.init_from.parent.name} is {info.architecture} at {found.size_px} px and cannot start "
                f"{self.architecture} at {self.spec.size_px} px; name the same --architecture and --size"
            )
        classifier = build_classifier(Variant(self.architecture, "scratch"), n_classes, self.spec.size_px)
        classifier.backbone.load_state_dict(source.backbone.state_dict())
        return classifier

    @property
    def stored(self) -> Mode:
        """How its checkpoint is stored: whole, unless the frozen backbone can be had again from where it came."""
        elsewhere = self.weights is not None or self.init_from is not None
        return "scratch" if self.init_from is not None else "finetuned" if elsewhere else self.mode


def check_network(network: Network, config: TrainConfig, n_classes: int) -> None:
    """Raise before any work what building the network or freezing a layer would raise.

    Raises:
        ErrataError: weights cannot be had or do not fit, or two places to have them from; no such layer, or one to
            freeze that never learned; an input smaller than the network's strides; batch norm with single images.
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


def _is_batch_norm(layer: torch.nn.Module) -> bool:
    return isinstance(layer, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d)
