"""Images far from every class stand out; those of a class do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.scoring.out_of_scope import FEWEST, isolation, out_of_scope, strangeness
from models.arrays import Doubles
from tests.curation.scoring.test_judge import clusters


def test_a_picture_of_nothing_known_is_the_strangest() -> None:
    x, _, labels = clusters(300, 3, 0, noise=0.1)
    rng = np.random.default_rng(1)
    x[:5] = x.mean(0) + rng.normal(size=(5, 12)) * 0.3  # amid the classes, of none
    learn, ones = np.ones(300, bool), np.ones(300, np.float32)
    deviations = strangeness(x, labels, 3, learn, ones)
    assert set(np.argsort(-deviations)[:5]) == set(range(5))
    assert abs(np.median(deviations)) < 1e-4
    score = out_of_scope(deviations, np.zeros(300, np.float32))
    assert ((score >= 0) & (score <= 1)).all()
    assert (np.argsort(deviations) == np.argsort(score)).all() or len(np.unique(score)) < 300


def test_half_at_the_edge() -> None:
    strange, isolated = np.array([10, 0, 5, 0, 1e6, -1e6], np.float32), np.array([0, 5, 2.5, 0, 0, 0], np.float32)
    score = out_of_scope(strange, isolated)
    assert score[:3].tolist() == [0.5, 0.5, 0.5]
    assert score[3] < 0.01
    assert (score[4], score[5]) == (1, np.float32(0) + score[5])
    assert score[5] < 1e-20


def test_an_image_without_a_neighbour_is_the_most_isolated() -> None:
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(200, 12)) * 0.3 + 3 * np.eye(12)[rng.integers(0, 3, 200)]).astype(np.float32)
    x[7] = 3 * np.eye(12)[9]
    isolated = isolation(x, np.ones(200, bool), np.arange(200))
    assert isolated.argmax() == 7
    assert abs(np.median(isolated)) < 1e-4


def test_a_copy_is_no_neighbour() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(100, 6)).astype(np.float32)
    x[20:41] = x[20]  # 21 copies of a picture: with each other they would be the least isolated
    groups = np.arange(100)
    alone = isolation(x, np.ones(100, bool), groups)
    groups[20:41] = 20
    assert alone[20] == alone.min()
    assert isolation(x, np.ones(100, bool), groups)[20] > alone[20]


def test_nothing_to_compare_with() -> None:
    few = FEWEST - 1
    assert (isolation(np.eye(few, dtype=np.float32), np.ones(few, bool), np.arange(few)) == 0).all()
    assert (isolation(np.zeros((80, 3), np.float32), np.ones(80, bool), np.arange(80)) == 0).all()
    assert (isolation(np.ones((80, 3), np.float32), np.zeros(80, bool), np.arange(80)) == 0).all()
    assert (isolation(np.ones((80, 3), np.float32), np.ones(80, bool), np.zeros(80, np.int64)) == 0).all()


def test_held_out_images_are_compared_among_themselves() -> None:
    x, _, labels = clusters(400, 3, 0)
    deviations = strangeness(x, labels, 3, np.arange(400) < 200, np.ones(400, np.float32))
    assert abs(np.median(deviations[:200])) < 1e-4
    assert abs(np.median(deviations[200:])) < 1e-4
    few = strangeness(x[:240], labels[:240], 3, np.arange(240) < 200, np.ones(240, np.float32))
    assert (few[200:] == 0).all()  # of 40 images nobody can say


@given(st.integers(0, 2**32 - 1), st.integers(3, 30))
def test_always_finite(seed: int, n: int) -> None:
    x, _, labels = clusters(n, 4, seed)
    learn = np.arange(n) < max(1, n - 2)  # some classes may be missing among them
    assert np.isfinite(strangeness(x, labels, 4, learn, np.ones(n, np.float32))).all()
    assert np.isfinite(strangeness(np.zeros_like(x), labels, 4, learn, np.ones(n, np.float32))).all()


def test_strangeness_is_the_relative_mahalanobis_distance_by_the_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    """By NumPy's inverse and each class by itself; blocks and products of all classes only round otherwise."""
    x, _, labels = clusters(240, 4, 3, noise=0.1)
    x += 50  # far from the origin
    weights, learn = np.random.default_rng(0).uniform(0.1, 1, 240).astype(np.float32), np.arange(240) % 3 > 0
    labels[labels == 3] = 2  # a class without images
    monkeypatch.setattr("models.processors.blocks.CELLS", 500)
    trusted = np.where(learn, weights, 0).astype(np.float64)
    rows, means = x.astype(np.float64), np.zeros((4, 12))
    for label in range(3):
        means[label] = np.average(rows[labels == label], 0, trusted[labels == label])

    def squared(apart: Doubles, spread: Doubles) -> Doubles:
        covariance = np.cov(spread.T, aweights=trusted, ddof=0) + np.outer(mean := np.average(spread, 0, trusted), mean)
        covariance += (0.05 * np.trace(covariance) / 12) * np.eye(12)
        return np.asarray(np.einsum("nm,mk,nk->n", apart, np.linalg.inv(covariance), apart))

    around = rows - np.average(rows, 0, trusted)
    nearest = np.min([squared(rows - mean, rows - means[labels]) for mean in means[:3]], 0)
    relative, expected = nearest - squared(around, around), np.zeros(240)
    for some in (learn, ~learn):
        middle = np.median(relative[some])
        expected[some] = (relative[some] - middle) / (1.4826 * np.median(np.abs(relative[some] - middle)))
    np.testing.assert_allclose(strangeness(x, labels, 4, learn, weights), expected, atol=2e-3)
