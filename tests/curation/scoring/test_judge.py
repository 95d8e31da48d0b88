"""The judge against refitting without the image, and on labels that are known to be wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from curation.scoring.judge import judge_by_ridge
from curation.scoring.principal_axes import joint_axes
from curation.scoring.ridge import HeldOutRidge, groups_of_copies
from models.arrays import FloatArray, IntArray


def clusters(n: int, n_classes: int, seed: int, noise: float = 0.0) -> tuple[FloatArray, IntArray, IntArray]:
    """Return embeddings (N, 12) around a point for each class, true labels and labels of which a share is wrong."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, n_classes, n)
    places = rng.normal(size=(n_classes, 12)) * 2
    labels = np.where(rng.random(n) < noise, (true + rng.integers(1, n_classes, n)) % n_classes, true)
    return (places[true] + rng.normal(size=(n, 12))).astype(np.float32), true, labels


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 10), st.booleans())
def test_predictions_are_those_of_a_regression_without_the_image_and_its_copies(
    seed: int, penalty: float, some_held: bool
) -> None:
    rng = np.random.default_rng(seed)
    x, _, labels = clusters(20, 3, seed)
    weights = rng.uniform(0.2, 1, 20).astype(np.float32)
    learn = rng.random(20) < 0.7 if some_held else np.ones(20, bool)
    learn[:3] = True
    groups = np.array([0, 0, 1, 2, 2, 2, *range(3, 17)])
    target, shares = np.eye(3, dtype=np.float32)[labels] - np.float32(0.3), np.full(3, 0.3, np.float32)
    trusted = np.where(learn, weights, 0).astype(np.float32)
    fit = HeldOutRidge.of(x, trusted, groups_of_copies(groups, learn), labels, shares)
    predicted = fit.held_out(penalty)
    for row in range(20):
        taught = learn & (groups != groups[row])
        ridge = Ridge(alpha=penalty, fit_intercept=False, solver="svd")
        ridge.fit(x[taught].astype(np.float64), target[taught], sample_weight=weights[taught])
        np.testing.assert_allclose(predicted[row], ridge.predict(x[row : row + 1])[0], atol=2e-3)


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_the_error_of_each_penalty_is_that_of_its_predictions(seed: int, at_once: int) -> None:
    rng = np.random.default_rng(seed)
    x, _, labels = clusters(20, 3, seed)
    weights, learn = rng.uniform(0.2, 1, 20).astype(np.float32), rng.random(20) < 0.7
    learn[:3] = True
    groups = np.array([0, 0, 1, 2, 2, 2, *range(3, 17)])
    target, shares = np.eye(3, dtype=np.float32)[labels] - np.float32(0.3), np.full(3, 0.3, np.float32)
    trusted = np.where(learn, weights, 0).astype(np.float32)
    fit = HeldOutRidge.of(x, trusted, groups_of_copies(groups, learn), labels, shares)
    penalties = np.array([0.01, 0.5, 10.0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("curation.scoring.ridge._CELLS", at_once)
        errors = fit.errors(learn, penalties)
    for error, penalty in zip(errors, penalties, strict=True):
        missed = np.square(target - fit.held_out(float(penalty))).sum(1)
        np.testing.assert_allclose(error, (missed * trusted).sum(), rtol=1e-3)


def test_images_that_all_have_copies_are_judged_by_the_others() -> None:
    x, true, labels = clusters(60, 3, 0, noise=0.1)
    twice, groups = np.repeat(np.arange(60), 2), np.repeat(np.arange(60), 2)
    probs = judge_by_ridge(x[twice], labels[twice], 3, np.ones(120, bool), groups, np.ones(120, np.float32)).probs
    assert (probs.argmax(1) == true[twice]).mean() > 0.9


def test_features_that_are_all_alike_say_nothing() -> None:
    labels, ones = np.arange(12) % 2, np.ones(12, np.float32)
    for groups in (np.arange(12), np.arange(12) // 2):
        probs = judge_by_ridge(np.zeros((12, 4), np.float32), labels, 2, ones > 0, groups, ones).probs
        np.testing.assert_allclose(probs, 0.5, atol=1e-3)


def test_wrong_labels_are_found_by_the_others() -> None:
    x, true, labels = clusters(400, 4, 0, noise=0.2)
    probs = judge_by_ridge(x, labels, 4, np.ones(400, bool), np.arange(400), np.ones(400, np.float32)).probs
    np.testing.assert_allclose(probs.sum(1), 1, atol=1e-5)
    assert (probs.argmax(1) == true).mean() > 0.97


def test_images_that_are_not_learned_from_change_nothing() -> None:
    x, _, labels = clusters(120, 3, 1)
    learn, groups, ones = np.arange(120) < 80, np.arange(120), np.ones(120, np.float32)
    before = judge_by_ridge(x, labels, 3, learn, groups, ones).probs
    labels[80:] = (labels[80:] + 1) % 3
    np.testing.assert_array_equal(judge_by_ridge(x, labels, 3, learn, groups, ones).probs, before)


def test_a_copy_is_not_judged_by_its_copys_label() -> None:
    x, _, labels = clusters(100, 3, 2)
    x[1] = x[0]
    labels[:2] = (labels[0] + 1) % 3  # both wrong alike
    ones, learn = np.ones(100, np.float32), np.ones(100, bool)
    apart = judge_by_ridge(x, labels, 3, learn, np.arange(100), ones).probs
    together = judge_by_ridge(x, labels, 3, learn, np.array([0, 0, *range(1, 99)]), ones).probs
    assert together[0, labels[0]] < apart[0, labels[0]]


@pytest.mark.parametrize("n", [2, 3])
def test_hardly_any_images(n: int) -> None:
    x, _, _ = clusters(n, 2, 4)
    labels = np.arange(n) % 2
    probs = judge_by_ridge(joint_axes([x])[0], labels, 2, np.ones(n, bool), np.arange(n), np.ones(n, np.float32)).probs
    assert np.isfinite(probs).all()
