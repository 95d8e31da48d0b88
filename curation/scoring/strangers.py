"""New pictures that resemble no picture of a data set: noise, drawings, photographs of other things."""

import numpy as np

from curation.scoring.neighbours import unit
from models.arrays import BoolArray, FloatArray, IntArray

STRANGE = 0.01  # share of the data set's ordinary images that would be called strange: where the score is 0.5
COMPANY = 10  # most alike images that count
FEWEST = 50  # ordinary images; among fewer, the share cannot be told
_STEEPNESS = 4.0  # log-odds between the middle ordinary image and the edge
_COMPARED, _RANKED = 20_000, 5_000  # images that a picture is compared with, and that tell the edge, at most
_BLOCK = 512  # rows at a time


def strangers(
    known: FloatArray, new: FloatArray, among: BoolArray, ordinary: BoolArray, groups: IntArray, seed: int = 0
) -> FloatArray | None:
    """Return the score of new pictures of being strange, shape (M,), in [0, 1]; 0.5 = stranger than 99 % of ordinary.

    A picture is strange if the mean cosine of its embedding to the 10 most alike images is low. The edge is where 1 %
    of the ordinary images of the data set lie, each compared without itself and its copies. The embeddings are taken as
    the network gives them: centred or standardised ones hide how little the network sees in noise or flat colour. No
    other new picture matters for the score of one.

    Args:
        known: embeddings of the data set's N images by a frozen backbone, shape (N, D).
        new: embeddings of M pictures by the same backbone, shape (M, D).
        among: which images are compared with, shape (N,).
        ordinary: which images tell what is usual, shape (N,).
        groups: copies share a group, shape (N,).
        seed: draws the images where there are many.

    Returns:
        the scores; None where fewer than 50 images are ordinary or compared with.

    Source: distance to the nearest neighbours, Sun et al. 2022, arXiv:2204.06507.
    """
    draws = np.random.default_rng(seed)
    pool, usual = draws.permutation(np.flatnonzero(among)), draws.permutation(np.flatnonzero(ordinary))
    pool, usual = pool[:_COMPARED], usual[:_RANKED]
    if min(len(pool), len(usual)) < FEWEST:
        return None
    others = unit(known[pool])
    own = _company(unit(known[usual]), others, groups[usual], groups[pool])
    edge, middle = np.quantile(own, STRANGE), np.median(own)
    company = _company(unit(new), others, np.full(len(new), -1), groups[pool])  # a copy counts: it is no stranger
    beyond = (edge - company) / max(float(middle - edge), 1e-6)
    return np.asarray(1 / (1 + np.exp(-np.clip(_STEEPNESS * beyond, -50, 50))), np.float32)


def _company(units: FloatArray, others: FloatArray, groups: IntArray, their_groups: IntArray) -> FloatArray:
    """Return the mean cosine to the most alike of the others that are no copies, shape (M,)."""
    parts = [np.empty(0, np.float32)]
    for start in range(0, len(units), _BLOCK):
        rows = slice(start, start + _BLOCK)
        cosines = units[rows] @ others.T
        cosines[groups[rows, None] == their_groups] = -1
        parts.append(np.partition(cosines, -COMPANY, axis=1)[:, -COMPANY:].mean(1))
    return np.concatenate(parts)
