"""Numbers that others call predictions, as probabilities: percentages, rounded ones, logarithms and logits."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.arrays import Doubles, FloatArray, IntArray
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD
from models.figures.softmax import softmax
from models.files.finite import all_finite
from models.processors.blocks import blocks_as_they_are

_SURE = 1e-3  # from 1 of the sum of a row: float32, and float16 with few classes
_ROUNDED = 0.02  # with two decimals or more
_COARSE = 0.3  # at most, however coarsely the values are rounded
_LARGEST = 1e30  # of a value: more cannot be added up
_LARGEST_EMBEDDING = 1e9  # the sum of 8,192 squares stays far below the largest float32
_MOST_FOLDS = 10_000
_NOISE = 1e-4  # negative values so small come from computing


def as_probabilities(values: npt.NDArray[Any], n_classes: int, name: str = "probs") -> tuple[FloatArray, str]:
    """Return probabilities, shape (N, K), rows sum to 1, and a sentence on how they were read; "" = as they are.

    Percentages, rounded probabilities and logarithms of probabilities are known by the sums of their rows, and read.
    Anything else is refused.

    Args:
        values: shape (N, K).
        n_classes: K.
        name: of the array: values called `logits` are brought to probabilities by a softmax.

    Raises:
        ErrataError: a shape, text, NaN or infinity, or rows that are no probabilities.
    """
    if values.ndim != 2 or values.shape[1] != n_classes:
        raise ErrataError(f"{name} have shape {values.shape}; expected (number of images, {n_classes} classes)")
    try:
        numbers = np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise ErrataError(f"{name} hold something other than numbers ({error}); write numbers") from error
    if np.isnan(numbers).any() or np.isposinf(numbers).any():
        row = int(np.flatnonzero(np.isnan(numbers).any(1) | np.isposinf(numbers).any(1))[0])
        raise ErrataError(f"{name} of row {row} hold NaN or infinity; predict this image again or leave it out")
    if (huge := np.isfinite(numbers) & (np.abs(numbers) > _LARGEST)).any():
        row = int(huge.any(1).argmax())
        raise ErrataError(
            f"{name} of row {row} hold {numbers[row][huge[row]][0]:.3g}, which no model says; write them again"
        )
    return _of_logits(numbers) if name == "logits" else _of_probs(numbers)


def probabilities_of(values: npt.NDArray[Any], n_classes: int, name: str, notices: list[str]) -> FloatArray:
    """Return the probabilities of a file; where they are not as they stand there, notices get a sentence.

    Raises:
        ErrataError: as `as_probabilities`; the sentence goes after the file's name.
    """
    try:
        probs, notice = as_probabilities(values, n_classes, name)
    except ErrataError as error:
        raise ErrataError(f"cannot be read: {error}") from error
    notices += [notice] if notice else []
    return probs


def checked_embeddings(path: Path, values: npt.NDArray[Any] | None) -> npt.NDArray[Any] | None:
    """Return the embeddings of a file as they are there, if there are any; a memory map is looked at in blocks.

    Raises:
        ErrataError: NaN, infinity, values too large for distances, or no column.
    """
    if values is None:
        return None
    sound, largest = values.dtype.kind in "fiu" and values.shape[1] > 0, 0.0
    for block in blocks_as_they_are(values) if sound else ():
        sound &= all_finite(block)
        largest = max(largest, float(block.max()), -float(block.min()))
    if not sound:
        raise ErrataError(
            f"{path}: embeddings must be finite numbers, at least one for each image; leave them out or fix them"
        )
    if largest > _LARGEST_EMBEDDING:
        raise ErrataError(
            f"{path}: embeddings hold values up to {largest:.3g}, which their distances cannot be computed of; "
            f"divide them, so that none is above {_LARGEST_EMBEDDING:.0e}, or leave them out"
        )
    return values


def checked_folds(path: Path, values: npt.NDArray[Any] | None) -> IntArray | None:
    """Return the folds of a file; None for a model that may have seen all images.

    Raises:
        ErrataError: something other than numbers of folds.
    """
    if values is None:
        return None
    if (
        values.dtype.kind not in "fiu"
        or not np.isfinite(values).all()
        or (values != np.floor(values)).any()
        or (values < NO_FOLD).any()
        or (values >= _MOST_FOLDS).any()
    ):
        raise ErrataError(
            f"{path}: fold must hold whole numbers below {_MOST_FOLDS:,}, {NO_FOLD} where no model trained on the image"
        )
    return values.astype(np.int64)


def _of_logits(numbers: Doubles) -> tuple[FloatArray, str]:
    if _sum_to(numbers, 1, _SURE) and (numbers >= 0).all() and len(numbers):
        raise ErrataError("logits hold probabilities (each row sums to 1); name the array probs")
    if np.isneginf(numbers).all(1).any():
        raise ErrataError(f"logits of row {int(np.isneginf(numbers).all(1).argmax())} are all minus infinity")
    return np.asarray(softmax(numbers), np.float32), "Its logits are brought to probabilities by a softmax."


def _of_probs(numbers: Doubles) -> tuple[FloatArray, str]:
    if not len(numbers):
        return np.asarray(numbers, np.float32), ""
    if (numbers <= _NOISE).all() and _sum_to(np.exp(numbers), 1, _ROUNDED):
        return _shares(np.exp(numbers)), "Its values are logarithms of probabilities (their exponentials sum to 1)."
    _refuse_negative(numbers)
    numbers = np.maximum(numbers, 0)
    if (numbers.sum(1) == 0).any():
        row = int((numbers.sum(1) == 0).argmax())
        raise ErrataError(f"probs of row {row} are all 0; predict this image again or leave it out")
    for total, words in ((1.0, ""), (100.0, "Its values are percentages (each row sums to 100).")):
        tolerance = max(_ROUNDED, _rounding(numbers / total))
        if _sum_to(numbers, total, tolerance):
            rounded = not _sum_to(numbers, total, _SURE)
            low, high = numbers.sum(1).min(), numbers.sum(1).max()
            note = f"Its rows sum to {low:.4g} to {high:.4g}, as rounded values do; each is divided by its sum."
            return _shares(numbers), " ".join(filter(None, (words, note if rounded else "")))
    raise _wrong_sums(numbers)


def _sum_to(numbers: Doubles, total: float, tolerance: float) -> bool:
    """Return whether each row sums to a total, up to a tolerance that is a share of it."""
    return bool((np.abs(numbers.sum(1) - total) <= tolerance * total).all())


def _rounding(numbers: Doubles) -> float:
    """Return how far the sum of a row may be from 1, for the decimals that the values have; 0 with many decimals."""
    for decimals in (1, 2, 3):
        if np.abs(numbers - numbers.round(decimals)).max() < 1e-6:
            return float(min(_COARSE, numbers.shape[1] * 0.5 * 10.0**-decimals))
    return 0.0


def _shares(numbers: Doubles) -> FloatArray:
    return np.asarray(numbers / numbers.sum(1, keepdims=True), np.float32)


def _refuse_negative(numbers: Doubles) -> None:
    if (numbers < -_NOISE).any():
        row = int((numbers < -_NOISE).any(1).argmax())
        raise ErrataError(
            f"probs of row {row} hold a negative value ({numbers[row].min():.4g}); if these are logits, name the array "
            "logits or apply a softmax over the classes"
        )


def _wrong_sums(numbers: Doubles) -> ErrataError:
    """Return the error for rows whose sums are neither 1 nor 100, with an advice that fits what they may be."""
    sums = numbers.sum(1)
    row = int(np.abs(sums - 1).argmax())
    said = f"probs of row {row} sum to {sums[row]:.4g}, not 1"
    if np.abs(sums - sums[0]).max() <= _SURE * sums[0]:
        return ErrataError(f"{said}, and all rows have the same sum: divide the values by {sums[0]:.4g}")
    if numbers.max() <= 1:
        return ErrataError(
            f"{said}: these may be independent scores (a sigmoid for each class), and a label is one of the classes; "
            "if so, divide each row by its sum"
        )
    return ErrataError(f"{said}: apply a softmax if these are logits; divide each row by its sum if these are counts")
