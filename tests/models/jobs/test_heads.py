"""Heads against scikit-learn's logistic regression."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from models.arrays import BoolArray, FloatArray, IntArray
from models.figures.folds import assign_folds
from models.jobs.heads import PENALTIES, Heads, fit_heads

N, D, K = 300, 40, 4
CLOSE = 2e-3  # float32 and a flat optimum: the loss agrees to seven digits, a probability to three


def embedded(seed: int = 0, noise: float = 1.0) -> tuple[FloatArray, IntArray]:
    """Features of K overlapping classes on very different scales, as those of a backbone are."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, K, N)
    centres = rng.normal(size=(K, D)) * 0.4
    features = (centres[labels] + noise * rng.normal(size=(N, D))) * rng.uniform(0.01, 10, D) + rng.normal(size=D)
    return features.astype(np.float32), labels


def out_of_fold(labels: IntArray, n_folds: int = 3) -> BoolArray:
    fold = assign_folds(labels, np.arange(len(labels)), "abcd", n_folds, 0)
    return np.asarray(fold[None] != np.arange(n_folds)[:, None])


def reference(features: FloatArray, labels: IntArray, rows: BoolArray, penalty: float) -> FloatArray:
    """Return the probabilities of scikit-learn for the same objective, which it multiplies by n / penalty."""
    exact = features.astype(np.float64)
    standard = (exact - exact.mean(0)) / exact.std(0)
    model = LogisticRegression(C=1 / (rows.sum() * penalty), tol=1e-10, max_iter=10_000)
    model.fit(standard[rows], labels[rows])
    return np.asarray(model.predict_proba(standard), np.float32)


@pytest.mark.parametrize("noise", [0.2, 1.0, 4.0])  # separable, overlapping, hopeless
def test_same_probabilities_as_scikit_learn(noise: float) -> None:
    features, labels = embedded(noise=noise)
    rows = out_of_fold(labels)
    heads = fit_heads(features, labels, rows, np.arange(N), K, seed=0)
    for probs, learned, penalty in zip(heads.probs(features), rows, heads.penalty, strict=True):
        assert np.abs(probs - reference(features, labels, learned, float(penalty))).max() < CLOSE


def test_features_kept_in_float16_are_computed_with_in_float32() -> None:
    halves, labels = embedded()[0].astype(np.float16), embedded()[1]
    rows, fold = out_of_fold(labels), np.arange(N) % 3
    small, large = (
        fit_heads(features, labels, rows, np.arange(N), K, seed=0).held_out(features, fold)
        for features in (halves, halves.astype(np.float32))
    )
    np.testing.assert_array_equal(small, large)


def test_more_features_than_rows() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    features = (rng.normal(size=(3, 400))[labels] + 2 * rng.normal(size=(60, 400))).astype(np.float32)
    rows = np.ones((1, 60), bool)
    heads = fit_heads(features, labels, rows, np.arange(60), 3, seed=0)
    expected = reference(features, labels, rows[0], float(heads.penalty[0]))
    assert np.abs(heads.probs(features)[0] - expected).max() < CLOSE


def test_probs_by_head() -> None:
    heads = Heads(np.array([[[1.0], [0.0]]], np.float32), np.array([[0.0, 0.0]], np.float32), np.zeros(1, np.float32))
    features = np.array([[0.0], [np.log(3)], [1000.0]], np.float32)
    assert heads.probs(features)[0] == pytest.approx(np.array([[0.5, 0.5], [0.75, 0.25], [1.0, 0.0]]), abs=1e-6)
    assert heads.probs(features).dtype == np.float32


def test_a_head_never_sees_the_rows_it_may_not_learn_from() -> None:
    features, labels = embedded()
    rows = out_of_fold(labels)
    before = fit_heads(features, labels, rows, np.arange(N), K, seed=0)
    held = np.flatnonzero(~rows[0])
    changed = labels.copy()
    changed[held] = (changed[held] + 1) % K
    after = fit_heads(features, changed, rows, np.arange(N), K, seed=0)
    # The heads share their iterations, so the others' new labels may move the last digits of this one.
    assert np.abs(before.probs(features)[0] - after.probs(features)[0]).max() < CLOSE
    assert np.abs(before.probs(features)[1] - after.probs(features)[1]).max() > 0.1
    alone = fit_heads(features, changed, rows[:1], np.arange(N), K, seed=0)
    assert np.array_equal(alone.weight, fit_heads(features, labels, rows[:1], np.arange(N), K, seed=0).weight)


def test_the_scale_of_the_features_does_not_matter() -> None:
    features, labels = embedded()
    rows = out_of_fold(labels)
    first = fit_heads(features, labels, rows, np.arange(N), K, seed=0).probs(features)
    scaled = features * np.float32(250) - 3
    second = fit_heads(scaled, labels, rows, np.arange(N), K, seed=0).probs(scaled)
    assert np.abs(first - second).max() < CLOSE


def test_noisier_classes_get_a_larger_penalty() -> None:
    penalties = []
    for noise in (0.2, 4.0):
        features, labels = embedded(noise=noise)
        penalties.append(fit_heads(features, labels, out_of_fold(labels), np.arange(N), K, seed=0).penalty.mean())
    assert penalties[0] < penalties[1]
    chosen = fit_heads(features, labels, out_of_fold(labels), np.arange(N), K, seed=0).penalty
    assert np.isin(chosen, np.array(PENALTIES, np.float32)).all()


def test_same_seed_same_heads() -> None:
    features, labels = embedded()
    rows = out_of_fold(labels)
    first, second = (fit_heads(features, labels, rows, np.arange(N), K, seed=3) for _ in range(2))
    assert np.array_equal(first.weight, second.weight)
    assert np.array_equal(first.bias, second.bias)


def test_a_constant_feature_and_a_class_without_rows_do_no_harm() -> None:
    features, labels = embedded()
    features[:, 0] = 7
    rows = (labels != 2)[None]
    probs = fit_heads(features, labels, rows, np.arange(N), K, seed=0).probs(features)[0]
    assert np.isfinite(probs).all()
    assert probs.sum(1) == pytest.approx(np.ones(N), abs=1e-5)
    assert probs[rows[0], 2].max() < 0.1


def test_read_only_features_such_as_a_memory_map_are_fine() -> None:
    features, labels = embedded()
    features.setflags(write=False)
    assert fit_heads(features, labels, np.ones((1, N), bool), np.arange(N), K, seed=0).weight.shape == (1, K, D)


def test_heads_that_begin_at_others_end_at_the_same_solution() -> None:
    features, labels = embedded()
    rows = out_of_fold(labels)
    first = fit_heads(features, labels, rows, np.arange(N), K, seed=0)
    changed = labels.copy()
    changed[::10] = (changed[::10] + 1) % K
    heads = fit_heads(features, changed, rows, np.arange(N), K, seed=0, start=first)
    np.testing.assert_array_equal(heads.penalty, first.penalty)
    for probs, learned, penalty in zip(heads.probs(features), rows, heads.penalty, strict=True):
        assert np.abs(probs - reference(features, changed, learned, float(penalty))).max() < CLOSE


def test_a_class_can_be_added_to_heads_and_taken_away() -> None:
    heads = Heads(np.ones((2, 3, 4), np.float32), np.full((2, 3), 5, np.float32), np.ones(2, np.float32))
    more, less = heads.of_classes(4), heads.of_classes(2)
    assert not more.weight[:, 3].any()
    assert not more.bias[:, 3].any()
    np.testing.assert_array_equal(more.weight[:, :3], heads.weight)
    assert (less.weight.shape, less.bias.shape, less.penalty.shape) == ((2, 2, 4), (2, 2), (2,))


def test_features_of_images_that_are_all_alike() -> None:
    rng = np.random.default_rng(0)
    features = np.full((20, 300), 0.3, np.float32) * (1 + rng.integers(-1, 2, (20, 300)) * 1e-7).astype(np.float32)
    labels = np.arange(20) % 2
    heads = fit_heads(features, labels, np.ones((1, 20), bool), np.arange(20), 2, 0)
    np.testing.assert_allclose(heads.probs(features), 0.5, atol=0.01)


def test_heads_of_a_walked_file_are_those_of_features_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    features, labels = embedded()
    np.save(tmp_path / "rows.npy", features)
    rows, fold = out_of_fold(labels), assign_folds(labels, np.arange(N), "abcd", 3, 0)
    whole = fit_heads(features, labels, rows, np.arange(N), K, seed=0)
    monkeypatch.setattr("models.jobs.heads.HELD", 10)
    monkeypatch.setattr("models.processors.blocks.CELLS", 64 * D)
    mapped = np.load(tmp_path / "rows.npy", mmap_mode="r")
    walked = fit_heads(mapped, labels, rows, np.arange(N), K, seed=0)
    np.testing.assert_array_equal(walked.penalty, whole.penalty)
    np.testing.assert_allclose(walked.held_out(mapped, fold), whole.held_out(features, fold), atol=CLOSE)


def test_a_sample_brings_the_fit_of_very_many_rows_near_the_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    features, labels = embedded(noise=2.0)
    monkeypatch.setattr("models.jobs.heads.TRIAL_ROWS", 150)
    rows = out_of_fold(labels)
    heads = fit_heads(features, labels, rows, np.arange(N), K, seed=0)
    for probs, learned, penalty in zip(heads.probs(features), rows, heads.penalty, strict=True):
        assert np.abs(probs - reference(features, labels, learned, float(penalty))).max() < 5 * CLOSE
