"""Variants: an architecture that exists and the mode of its weights."""

from dataclasses import dataclass
from pathlib import Path

from models.errors import ErrataError
from models.networks.architectures import ARCHITECTURES, find_architecture
from models.networks.classifier import Backbone, Classifier
from models.networks.pretrained import read_weights
from models.networks.variant_name import Mode, split_variant


@dataclass(frozen=True)
class Variant:
    """An architecture and the mode of its weights."""

    architecture: str
    mode: Mode

    def __str__(self) -> str:
        """Return `ARCH@MODE`, without the mode where it is the architecture's default; `parse_variant` reads it."""
        default = self.mode == default_mode(self.architecture)
        return self.architecture if default else f"{self.architecture}@{self.mode}"


def default_mode(architecture: str) -> Mode:
    """Return frozen where the architecture has pretrained weights, else scratch.

    Raises:
        ErrataError: no such architecture.
    """
    return "scratch" if find_architecture(architecture).weights is None else "frozen"


def parse_variant(text: str) -> Variant:
    """Return the variant of `ARCH` or `ARCH@MODE`.

    Raises:
        ErrataError: no such architecture or mode, or a pretrained mode of one that has no pretrained weights.
    """
    architecture, mode = split_variant(text)
    default = default_mode(architecture)  # raises where there is no such architecture
    variant = Variant(architecture, mode or default)
    _check_mode(variant)
    return variant


def build_classifier(
    variant: Variant, n_classes: int, size_px: int | None = None, weights: Path | None = None
) -> Classifier:
    """Return a new classifier: random, or with a pretrained backbone and a random head.

    Random weights are drawn from torch's global generator.

    Args:
        variant: the architecture and its mode.
        n_classes: K, the number of classes.
        size_px: side of the input; the architecture's own by default.
        weights: a local file to read the pretrained backbone from, instead of where the architecture has it from.

    Raises:
        ErrataError: the input is smaller than the network's strides allow, the weights cannot be had or do not fit,
            or weights are given for a network trained from scratch.
    """
    entry = find_architecture(variant.architecture)
    size_px = size_px or entry.input.size_px
    if size_px < entry.min_size_px:
        raise ErrataError(
            f"{size_px} px is too small for {variant.architecture}: "
            f"its strides need at least {entry.min_size_px} px a side"
        )
    _check_mode(variant)
    if variant.mode == "scratch" or entry.weights is None:
        if weights is not None:
            raise ErrataError(f"{variant} starts from random weights; leave {weights} out, or write @finetuned")
        return entry.build(n_classes, size_px)
    state = entry.weights.read() if weights is None else read_weights(weights)
    classifier = entry.build(n_classes, size_px)
    entry.weights.put(classifier.backbone, state, size_px)
    return classifier


def pretrained_backbone(variant: Variant) -> Backbone:
    """Return the backbone of a variant alone, with its pretrained weights.

    Raises:
        ErrataError: as `build_classifier`.
    """
    return build_classifier(variant, n_classes=1).backbone


def _check_mode(variant: Variant) -> None:
    """Refuse a pretrained mode where there are no pretrained weights: never silently random."""
    if variant.mode != "scratch" and find_architecture(variant.architecture).weights is None:
        able = ", ".join(name for name, entry in ARCHITECTURES.items() if entry.weights)
        raise ErrataError(
            f"{variant.architecture} has no pretrained weights to be {variant.mode}; "
            f"write {variant.architecture}@scratch, or choose one that has: {able}"
        )
