"""Predictions of a model for the images of a data set."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.arrays import Features, FloatArray, IntArray
from models.errors import ErrataError
from models.figures.taken_rows import taken_rows
from models.files.npz import Like, read_arrays, write_arrays

NO_FOLD = -1  # no fold model trained on the image: its probs are the mean of all of them
MARGINS = "margins.npz"  # beside the predictions of fold models: how far each label led while it was learned, (N,)

_LIKE = {
    "image_ids": Like("text", ("N",)),
    "probs": Like("numbers", ("N", "K"), finite=True),
    "embeddings": Like("numbers", ("N", "D"), optional=True, finite=True, left_in_file=True),
    "fold": Like("whole", ("N",), optional=True),
}


@dataclass(frozen=True)
class Predictions:
    """Predictions of one architecture for N images."""

    image_ids: npt.NDArray[np.str_]  # (N,)
    probs: FloatArray  # (N, K), rows sum to 1
    embeddings: Features | None  # (N, D)
    # (N,) the fold whose model did not train on the image, NO_FOLD where no model did; None = in-sample.
    fold: IntArray | None

    def take(self, rows: IntArray, scratch: Path | None = None) -> "Predictions":
        """Return the predictions of some images, in the order of `rows`, shape (R,).

        Args:
            rows: which.
            scratch: as for `taken_rows`, which takes the embeddings.
        """
        embeddings, fold = self.embeddings, self.fold
        return Predictions(
            self.image_ids[rows],
            self.probs[rows],
            None if embeddings is None else taken_rows(embeddings, rows, scratch),
            None if fold is None else fold[rows],
        )

    def save(self, path: Path) -> None:
        """Write them as .npz, whole or not at all."""
        optional = {"embeddings": self.embeddings, "fold": self.fold}
        given = {name: array for name, array in optional.items() if array is not None}
        write_arrays(path, image_ids=self.image_ids, probs=self.probs, **given)

    @classmethod
    def load(cls, path: Path, with_embeddings: bool = True) -> "Predictions":
        """Read what `save` wrote; nothing is unpickled. Large embeddings stay in the file, as a read-only memory map.

        Args:
            path: the file.
            with_embeddings: else they are not looked at, which are a hundred times as large as all else.

        Raises:
            ErrataError: the file is missing, damaged, lacks an array, or has arrays of different lengths.
        """
        if not path.is_file():
            raise ErrataError(f"no predictions at {path}; run the audit first")
        only = () if with_embeddings else tuple(name for name in _LIKE if name != "embeddings")
        arrays = read_arrays(path, only, _LIKE, advice="run the audit or the training again")
        return cls(arrays["image_ids"], arrays["probs"], arrays.get("embeddings"), arrays.get("fold"))


def held_out_or_mean(of_folds: Iterable[FloatArray], fold: IntArray) -> FloatArray:
    """Return the held-out model's output for training rows, and the mean of all models for other rows, shape (N, …).

    Args:
        of_folds: outputs of the model of each fold, F of shape (N, …); looked at one after the other.
        fold: shape (N,), 0..F-1, or NO_FOLD for rows that no model trained on.
    """
    result, total, n_folds = np.empty(0, np.float32), np.empty(0, np.float32), 0
    for k, outputs in enumerate(of_folds):
        if not k:
            result, total = np.empty(outputs.shape, np.float32), np.zeros(outputs.shape, np.float32)
        total += outputs
        own = fold == k
        result[own] = outputs[own]
        n_folds = k + 1
    rest = fold == NO_FOLD
    result[rest] = total[rest] / np.float32(max(n_folds, 1))
    return result


def checked_probs(probs: FloatArray, n_classes: int) -> FloatArray:
    """Return the probabilities as float32, shape (N, K).

    Raises:
        ErrataError: a shape, a value that is not finite or negative, or a row with a sum further than 0.001 from 1.
    """
    if probs.ndim != 2 or probs.shape[1] != n_classes:
        raise ErrataError(f"probs have shape {probs.shape}; expected (number of images, {n_classes} classes)")
    if not np.isfinite(probs).all() or (probs < 0).any():
        row = int(np.flatnonzero(~np.isfinite(probs).all(1) | (probs < 0).any(1))[0])
        raise ErrataError(f"probs of row {row} hold a negative value, NaN or infinity; give probabilities, not logits")
    sums = probs.sum(1, dtype=np.float64)
    if len(sums) and np.abs(sums - 1).max() > 1e-3:
        row = int(np.abs(sums - 1).argmax())
        raise ErrataError(f"probs of row {row} sum to {sums[row]:.4g}, not 1; apply a softmax first")
    return np.asarray(probs, np.float32)
