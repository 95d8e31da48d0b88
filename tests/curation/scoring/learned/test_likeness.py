"""What labels have in common, and sums of it in short."""

from dataclasses import replace

import numpy as np

from curation.scoring.learned.likeness import CLASS, SHIFT, SIGHT, SLOPES, VOTER, Pull, alike, products, sameness
from tests.curation.scoring.learned.clustered_traits import clustered


def test_products_by_hand() -> None:
    traits, _ = clustered(6)
    summary = np.array([[1, 0, 0, 0, 3], [2, 0, 0, 1, 2], [0, 0, 0, 0, 0]] * 2, np.float32)
    sight = np.array([[0, 0], [0, 2], [3, 0]] * 2, np.float32)
    traits = replace(
        traits,
        labels=np.array([0, 0, 1, 0, 0, 1]),
        suggested=np.array([1, 2, 2, 1, 2, 2]),
        summary=summary,
        sight=sight,
    )
    of = products(traits, np.array([0, 1]), np.array([1, 2]))
    same_given = SHIFT**2 + 2 * SLOPES[0] ** 2 + 6 * VOTER**2 + CLASS**2 + SIGHT**2 * np.exp(-2)
    same_suggested = SHIFT**2 + CLASS**2 + SIGHT**2 * np.exp(-(4 + 9) / 2)
    np.testing.assert_allclose(of[0, 0], same_given, rtol=1e-5)
    np.testing.assert_allclose(of[1, 1], same_suggested, rtol=1e-5)
    assert sameness(traits, np.array([0]), np.array([3]))[0, 0] == 1.0  # the same in all respects


def test_a_pull_is_the_products_times_the_vector() -> None:
    for seen in (True, False):
        traits, _ = clustered(300, seen=seen)
        rows, vector = np.arange(0, 200, 5), np.random.default_rng(0).standard_normal(40)
        wanted = products(traits, np.arange(300), rows).astype(np.float64) @ vector
        np.testing.assert_allclose(Pull(traits, rows, vector).on(np.arange(300)), wanted, atol=1e-3)
    assert Pull(traits, rows, vector).on(np.zeros(0, np.int64)).shape == (0,)


def test_products_are_a_covariance() -> None:
    traits, _ = clustered(120)
    rows = np.arange(120)
    assert np.linalg.eigvalsh(products(traits, rows, rows).astype(np.float64)).min() > -1e-3


def test_images_of_one_cluster_look_alike() -> None:
    traits, cluster = clustered(300)
    likeness, same = alike(traits, np.arange(300), np.arange(300)), cluster[:, None] == cluster
    assert likeness[same].mean() > 2 * likeness[~same].mean()
    assert likeness.min() >= 0
    assert likeness.max() <= 1 + 1e-5
