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
    checkpoints: Sequence[Path], paths: Sequence[Path], progress: Progress | None = None
) -> FilePredictions:
    """Return the mean probabilities of networks that differ only in their folds or seeds.

    Args:
        checkpoints: one or more, of the same classes.
        paths: N image files that passed `check_images`, one or more.
        progress: told (networks done, networks).

    Raises:
        ErrataError: none is given, a checkpoint or an image cannot be read, or their classes differ.
    """
    if not checkpoints:
        raise ErrataError("there is no checkpoint to predict with; train a network first")
    first: tuple[str, ...] | None = None
    probs_of_networks: list[FloatArray] = []
    embeddings = np.zeros((0, 0), np.float32)
    for place, checkpoint in enumerate(checkpoints):
        classifier, info = load_checkpoint(checkpoint)
        if first is not None and info.classes != first:
            raise ErrataError(f"{checkpoint} tells other classes apart than {checkpoints[0]}; predict with each alone")
        first, spec = info.classes, info.input
        assert spec is not None  # noqa: S101 - load_checkpoint fills it in
        starts = range(0, len(paths), BATCH)
        batches = [_predict_batch(classifier, spec, paths[start : start + BATCH]) for start in starts]
        probs_of_networks.append(np.concatenate([probs for probs, _ in batches]))
        if place == 0:
            embeddings = np.concatenate([embedded for _, embedded in batches])
        if progress:
            progress(place + 1, len(checkpoints))
    return FilePredictions(first or (), np.mean(probs_of_networks, axis=0, dtype=np.float32), embeddings)


def _predict_batch(classifier: Classifier, spec: InputSpec, paths: Sequence[Path]) -> tuple[FloatArray, FloatArray]:
    """Return probabilities, shape (B, K), and embeddings, shape (B, D)."""
    pixels = np.stack([read_pixels(path, spec.size_px, spec.interpolation) for path in paths])
    embedded = classifier.backbone(normalise(torch.from_numpy(pixels), spec))
    return classifier.head(embedded).softmax(1).numpy(), embedded.numpy()
