"""Two or more classifiers on the same images: which is better, and how certain that is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.arrays import BoolArray, Doubles
from models.errors import ErrataError

DRAWS = 2000  # bootstrap samples: the ends of a 95 % interval repeat within a few per cent of its width
_AT_ONCE = 100  # samples: of 50,000 images 40 MB


class McNemar(NamedTuple):
    """The result of an exact McNemar test of two classifiers."""

    first_only: int  # images that only the first gets right
    second_only: int  # images that only the second gets right
    p: float  # in (0, 1], two-sided: how probable such a lopsided count is where both are equally good


def mcnemar(first: BoolArray, second: BoolArray) -> McNemar:
    """Test whether two classifiers are equally often right on the same images.

    If they are, an image that only one of them gets right is the first's or the second's with probability 1/2 each, so
    the smaller count is binomial. Nothing is approximated.

    Args:
        first: whether the first classifier is right, shape (N,).
        second: whether the second one is, shape (N,).

    Raises:
        ErrataError: shapes disagree.

    Source: McNemar 1947, doi:10.1007/BF02295996; same values as scipy.stats.binomtest and statsmodels (tested).
    """
    _same_images(first, second)
    first_only, second_only = int((first & ~second).sum()), int((second & ~first).sum())
    n, tail, ways = first_only + second_only, 0, 1
    for k in range(min(first_only, second_only) + 1):
        tail += ways
        ways = ways * (n - k) // (k + 1)
    return McNemar(first_only, second_only, min(1.0, 2 * tail / 2**n))  # whole numbers up to here: exact for any n


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for the number of tests, in the same order.

    Args:
        p_values: of M tests, in [0, 1].

    Returns:
        M values in [0, 1], each at least its p-value, and in the order of the p-values.

    Raises:
        ErrataError: a value is outside [0, 1] or NaN.

    Source: Holm 1979, Scandinavian Journal of Statistics 6, 65; same values as statsmodels' multipletests (tested).
    """
    for value in p_values:
        if not 0 <= value <= 1:
            raise ErrataError(f"{value} is not a p-value; expected 0 to 1")
    adjusted, least = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = least
    return adjusted


def bootstrap_shares(values: npt.NDArray[np.bool_], draws: int = DRAWS, seed: int = 0) -> Doubles:
    """Return the share of N images for which each row is true, in samples drawn with replacement.

    All rows use the same samples, so that differences between them are paired.

    Args:
        values: shape (R, N), N > 0; for example whether each of R classifiers is right.
        draws: how many samples, B.
        seed: of the samples.

    Returns:
        shape (B, R), float64 in [0, 1].

    Raises:
        ErrataError: there is no image.

    Source: Efron 1979, doi:10.1214/aos/1176344552.
    """
    if values.ndim != 2 or not values.shape[1]:
        raise ErrataError(f"values have shape {values.shape}; expected (classifiers, images) with an image at least")
    n, random = values.shape[1], np.random.default_rng(seed)
    true = values.T.astype(np.float32)  # (N, R)
    shares = []
    for start in range(0, draws, _AT_ONCE):
        samples = min(_AT_ONCE, draws - start)
        drawn = random.integers(n, size=(samples, n), dtype=np.int32)
        drawn += n * np.arange(samples, dtype=np.int32)[:, None]
        times = np.bincount(drawn.ravel(), minlength=samples * n).reshape(samples, n)  # each image was drawn
        shares.append(times.astype(np.float32) @ true)  # whole numbers, exact in float32
    return np.asarray(np.concatenate(shares) / np.float64(n), np.float64)


def seed_means(shares: Doubles, members: Sequence[Sequence[int]], seed: int = 0) -> Doubles:
    """Return the mean share of each group of rows, its members drawn anew in every sample.

    A group of one stays as it is. From a group of S seeds, S are drawn with replacement, so that the chance of the
    training counts beside the chance of the images.

    Args:
        shares: shape (B, R), as `bootstrap_shares` returns them.
        members: for each of G groups its rows.
        seed: of the draws.

    Returns:
        shape (B, G), float64.
    """
    random, samples = np.random.default_rng([seed, 1]), np.arange(len(shares))[:, None]
    means = []
    for rows in members:
        picked = np.asarray(rows)[random.integers(len(rows), size=(len(shares), len(rows)))]  # (B, members)
        means.append(shares[samples, picked].mean(1))
    return np.stack(means, 1)


def middle(samples: Doubles, level: float = 0.95) -> tuple[float, float]:
    """Return the ends of the interval that holds the middle `level` of the samples, shape (B,)."""
    low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def best_shares(scores: Doubles) -> Doubles:
    """Return the share of samples in which each column has the highest score; columns that tie share it.

    Args:
        scores: shape (B, G).

    Returns:
        shape (G,), float64, sums to 1.
    """
    best = _is_best(scores)
    return np.asarray((best / best.sum(1, keepdims=True)).mean(0))


def differ_share(first: Doubles, second: Doubles) -> float:
    """Return the probability, in [0, 1], that `second` has another best column of a sample than `first`.

    A lot decides between columns that tie, the same lot both times: equal scores never differ.

    Args:
        first: scores of the samples, shape (B, G).
        second: other scores of the same samples, shape (B, G).

    Source: one lot picks the same from two sets with the probability of their overlap, as in Broder 1997 (min-hash),
    doi:10.1109/SEQUEN.1997.666900.
    """
    by_first, by_second = _is_best(first), _is_best(second)
    return float(1 - ((by_first & by_second).sum(1) / (by_first | by_second).sum(1)).mean())


def _is_best(scores: Doubles) -> BoolArray:
    # Scores are sums of a few shares: differences below rounding are ties.
    return np.asarray(scores >= scores.max(1, keepdims=True) - 1e-12)


def _same_images(first: BoolArray, second: BoolArray) -> None:
    if first.shape != second.shape or first.ndim != 1:
        raise ErrataError(
            f"the classifiers were judged on {first.shape} and {second.shape} images; expected the same (N,)"
        )
