"""Distances to classes by hand, and on labels known to be wrong."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from models.arrays import FloatArray
from tests.benchmarks.class_geometry import class_distance, reconstruction
from tests.curation.scoring.test_judge import clusters


def test_distance_by_hand() -> None:
    x = np.array([[0, 0], [2, 0], [10, 0], [12, 0], [1, 0]], np.float32)
    labels, learn = np.array([0, 0, 1, 1, 1]), np.array([True, True, True, True, False])
    found = class_distance(x, labels, 2, learn)
    # Of the first: 2 from the class's other image, 11 from the mean of the other class.
    assert found.tolist() == pytest.approx([11 / 13, 9 / 11, 9 / 11, 11 / 13, 0 / 10], abs=1e-5)


@pytest.mark.parametrize("score", [class_distance, reconstruction])
def test_wrong_labels_score_low(score: object) -> None:
    x, true, labels = clusters(400, 4, 0, noise=0.2)
    assert callable(score)
    found: FloatArray = score(x, labels, 4, np.ones(400, bool))
    assert ((found >= 0) & (found <= 1)).all()
    assert roc_auc_score(true != labels, -found) > 0.95


@pytest.mark.parametrize("score", [class_distance, reconstruction])
def test_one_class_or_classes_without_images(score: object) -> None:
    x, _, _ = clusters(6, 2, 0)
    assert callable(score)
    assert score(x, np.zeros(6, np.int64), 1, np.ones(6, bool)).tolist() == [1] * 6
    assert np.isfinite(score(x, np.arange(6) % 2, 5, np.ones(6, bool))).all()
