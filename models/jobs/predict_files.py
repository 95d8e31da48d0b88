"""Predictions of trained networks for image files that belong to no data set."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from models.arrays import FloatArray, Progress
from models.errors import ErrataError
from models.images.decode import read_pixels
from models.images.examples import normalise
from models.images.grey_range import GreyRange
from models.images.input_spec import InputSpec
from models.networks.checkpoint import load_checkpoint
from models.networks.classifier import Classifier

BATCH = 32


@dataclass(frozen=True)
class FilePredictions:
    """The predictions of several networks of one kind together."""

    classes: tuple[str, ...]  # K names
    probs: FloatArray  # (N, K) mean over the networks, rows sum to 1
    embeddings: FloatArray  # (N, D) of the first network


@torch.inference_mode()
def predict_files(
    checkpoints: Sequence[Path],
    paths: Sequence[Path],
    progress: Progress | None = None,
    grey_range: GreyRange | None = None,
) -> FilePredictions:
    """Return the mean probabilities of networks that differ only in their folds or seeds.

    Args:
        checkpoints: one or more, of the same classes.
        paths: N image files that passed `check_images`, one or more.
        progress: told (networks done, networks).
        grey_range: that of the data set, for images of more than 8 bits.

    Raises:
        ErrataError: none is given, a checkpoint or an image cannot be read, or their classes differ.
    """
    if not checkpoints:
        raise ErrataError("there is no checkpoint to predict with; train a network first")
    first: tuple[str, ...] | None = None
    probs_of_networks: list[FloatArray] = []
    embeddings = seen = np.zeros((0, 0), np.float32)
    previous: tuple[Classifier, InputSpec] | None = None
    for place, checkpoint in enumerate(checkpoints):
        classifier, info = load_checkpoint(checkpoint)
        if first is not None and info.classes != first:
            raise ErrataError(f"{checkpoint} tells other classes apart than {checkpoints[0]}; predict with each alone")
        first, spec = info.classes, info.input
        assert spec is not None  # noqa: S101 - load_checkpoint fills it in
        shared = previous is not None and _same_backbone(*previous, classifier, spec)
        if not shared:  # heads on a frozen backbone see the same: it looks once
            starts = range(0, len(paths), BATCH)
            seen = np.concatenate(
                [_embed(classifier, spec, paths[start : start + BATCH], grey_range) for start in starts]
            )
        if place == 0:
            embeddings = seen
        probs_of_networks.append(classifier.head(torch.from_numpy(seen)).softmax(1).numpy())
        previous = classifier, spec
        if progress:
            progress(place + 1, len(checkpoints))
    return FilePredictions(first or (), np.mean(probs_of_networks, axis=0, dtype=np.float32), embeddings)


def _embed(classifier: Classifier, spec: InputSpec, paths: Sequence[Path], grey_range: GreyRange | None) -> FloatArray:
    """Return embeddings, shape (B, D)."""
    pixels = np.stack([read_pixels(path, spec.size_px, spec.interpolation, grey_range=grey_range) for path in paths])
    return np.asarray(classifier.backbone(normalise(torch.from_numpy(pixels), spec)).numpy())


def _same_backbone(first: Classifier, spec: InputSpec, second: Classifier, their_spec: InputSpec) -> bool:
    """Return whether two networks give the same embeddings."""
    ours, theirs = first.backbone.state_dict(), second.backbone.state_dict()
    same_weights = ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)
    return spec == their_spec and same_weights
