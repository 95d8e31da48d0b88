"""Heads for many classes: few images of each class are told apart, and wrong labels found."""

import numpy as np
import pytest

from models.figures.predictions import NO_FOLD, held_out_or_mean
from models.jobs.discriminant import fit_discriminants
from models.jobs.heads import Heads, fit_heads

K, EACH, D = 60, 4, 24


def test_classes_of_four_images_are_told_apart_and_wrong_labels_found() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(K), EACH)
    true = np.where(rng.random(K * EACH) < 0.05, (labels + 7) % K, labels)
    x = (rng.normal(size=(K, D))[true] * 2 + rng.normal(size=(K * EACH, D))).astype(np.float32)
    fold = np.arange(K * EACH) % EACH
    rows = fold != np.arange(EACH)[:, None]
    heads = Heads(*fit_discriminants(x, labels, rows, np.arange(K * EACH), K, 0))
    probs = heads.held_out(x, fold)
    np.testing.assert_allclose(probs.sum(1), 1, atol=1e-5)
    given = probs[np.arange(K * EACH), labels]
    assert (probs.argmax(1) == true).mean() > 0.95
    assert given[labels != true].max() < np.median(given[labels == true])


def test_a_class_without_rows_gets_little() -> None:
    labels = np.array([0, 0, 1, 1, 2])
    x = np.array([[0, 0], [0, 1], [4, 0], [4, 1], [9, 9]], np.float32)
    rows = np.array([[True, True, True, True, False]])
    heads = Heads(*fit_discriminants(x, labels, rows, np.arange(5), 3, 0))
    probs = heads.probs(x)[0]
    assert probs[:4, 2].max() < 0.1
    assert (probs[:4].argmax(1) == labels[:4]).all()


def test_many_classes_take_them(monkeypatch: pytest.MonkeyPatch) -> None:
    rng, labels = np.random.default_rng(0), np.arange(40) % 10
    x, rows = rng.normal(size=(40, 6)).astype(np.float32), np.ones((1, 40), bool)
    monkeypatch.setattr("models.jobs.heads.FROM_CLASSES", 9)
    heads = fit_heads(x, labels, rows, np.arange(40), 10, 3)
    np.testing.assert_array_equal(heads.weight, fit_discriminants(x, labels, rows, np.arange(40), 10, 3)[0])


def test_a_head_at_a_time_is_all_heads_together() -> None:
    rng = np.random.default_rng(0)
    heads = Heads(*(rng.normal(size=shape).astype(np.float32) for shape in ((3, 5, 4), (3, 5), (3,))))
    x, fold = rng.normal(size=(30, 4)).astype(np.float32), np.append(np.arange(20) % 3, np.full(10, NO_FOLD))
    np.testing.assert_allclose(heads.held_out(x, fold), held_out_or_mean(heads.probs(x), fold), atol=1e-6)
