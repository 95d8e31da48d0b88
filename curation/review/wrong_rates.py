"""The share of wrong labels along the ranking, calibrated by the verdicts: draws from its posterior."""

from collections.abc import Callable

import numpy as np

from models.arrays import BoolArray, Doubles, IntArray

_DRAWS = 2000  # from the posterior: the ends of an interval repeat within a few per cent of its width
_FIRST_CELL = 50  # images next to the boundary of the review; every further cell holds twice as many
# How far label quality may be off, as standard deviations of log-odds: the same shift everywhere; per unit of its
# log-odds, so that a ranking may be worthless or upside down (-1); in each cell, fading over two cells.
_SHIFT, _SLOPE, _BEND, _REACH = 2.0, 3.0, 2.0, 2.0


def ranking_cells(quality: Doubles, inclusion: Doubles) -> tuple[IntArray, BoolArray]:
    """Cut the ranking into cells that double in size away from the boundary of the review, on both sides of it.

    Returns:
        cell of each image, shape (N,), 0 = most suspicious; and whether it lies before the boundary, where all images
        were looked at.
    """
    certain = inclusion >= 1
    rest = np.sort(quality[~certain])
    head = certain & (quality <= np.min(rest, initial=np.inf))
    done = np.sort(quality[head])
    onward = np.log2(np.searchsorted(rest, quality) / _FIRST_CELL + 1).astype(np.int64)
    back = np.log2((len(done) - np.searchsorted(done, quality, "right")).clip(0) / _FIRST_CELL + 1).astype(np.int64)
    cells = np.unique(np.where(head, -1 - back, onward), return_inverse=True)[1]
    return cells.astype(np.int64), head


def draw_rates(quality: Doubles, cells: IntArray, known: BoolArray, wrong: BoolArray) -> Doubles:
    """Draw the share of wrong labels in each cell from its posterior, shape (draws, cells).

    The log-odds of the cells are normal around those of 1 - label_quality; the verdicts of `known` are binomial.
    """
    size = np.bincount(cells)
    mean = np.bincount(cells, weights=np.clip(1 - quality, 0.001, 0.999)) / size
    start = np.log(mean / (1 - mean))
    seen, hits = (np.bincount(cells[rows], minlength=len(size)) for rows in (known, known & wrong))
    slope, place = start - np.average(start, weights=size), np.arange(len(size))
    near = np.exp(-np.abs(np.subtract.outer(place, place)) / _REACH)
    covariance = _SHIFT**2 + _SLOPE**2 * np.outer(slope, slope) + _BEND**2 * near
    precision: Doubles = np.linalg.inv(covariance).astype(np.float64)

    def density(odds: Doubles) -> Doubles:
        off = odds - start
        likelihood = (hits * odds - seen * np.logaddexp(0, odds)).sum(-1)
        return np.asarray(likelihood - 0.5 * ((off @ precision) * off).sum(-1))

    mode, curvature = start.astype(np.float64), precision
    for _ in range(100):  # Newton's method; the density is concave, so half steps always get there
        share = _share(mode)
        curvature = precision + np.diag(seen * share * (1 - share)).astype(np.float64)
        step = np.linalg.solve(curvature, hits - seen * share - precision @ (mode - start))
        while np.abs(step).max() > 1e-6 and density(mode + step) < density(mode):
            step = step / 2
        mode = mode + step
        if np.abs(step).max() <= 1e-6:
            break
    return _share(_sample(mode, curvature, density))


def _sample(mode: Doubles, curvature: Doubles, density: Callable[[Doubles], Doubles]) -> Doubles:
    """Draw from a density by importance sampling around its mode, with tails as heavy as Student's t of 8 degrees."""
    random, freedom = np.random.default_rng(0), 8
    normal = random.standard_normal((_DRAWS, len(mode)))
    spread = normal * np.sqrt(freedom / random.chisquare(freedom, (_DRAWS, 1)))
    draws = mode + spread @ np.linalg.cholesky(np.linalg.inv(curvature)).T
    weights = density(draws) + (freedom + len(mode)) / 2 * np.log1p((spread**2).sum(1) / freedom)
    sums = np.cumsum(np.exp(weights - weights.max()))
    picks = np.searchsorted(sums, (np.arange(_DRAWS) + 0.5) / _DRAWS * sums[-1])
    return np.asarray(draws[picks])


def _share(odds: Doubles) -> Doubles:
    return np.asarray((1 + np.tanh(odds / 2)) / 2)  # the logistic function, without overflow
