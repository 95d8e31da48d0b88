"""Which images a model gets wrong, by numbers that can be checked in the head."""

import numpy as np

from curation.results.error_lists import ClassPair, cell_rows, class_pairs, same_predictions, worst_errors
from models.figures.metrics import confusion

LABELS = np.array([0, 0, 0, 1, 1, 2])
PROBS = np.array(
    [[0.9, 0.1, 0], [0.2, 0.8, 0], [0.4, 0.6, 0], [0.3, 0.7, 0], [0.5, 0.2, 0.3], [0, 0.1, 0.9]], np.float32
)
ALL_ROWS = np.ones(6, bool)


def test_a_cell_holds_its_images_the_surest_first() -> None:
    assert cell_rows(LABELS, PROBS, ALL_ROWS, 0, 1).tolist() == [1, 2]
    assert cell_rows(LABELS, PROBS, np.arange(6) != 1, 0, 1).tolist() == [2]
    assert cell_rows(LABELS, PROBS, ALL_ROWS, 2, 0).tolist() == []


def test_the_cells_are_those_of_the_matrix() -> None:
    random = np.random.default_rng(0)
    labels, probs = random.integers(0, 4, 200), random.dirichlet(np.ones(4), 200).astype(np.float32)
    counted = random.random(200) < 0.6
    counts = confusion(labels[counted], probs[counted].argmax(1), 4)
    assert [[len(cell_rows(labels, probs, counted, i, j)) for j in range(4)] for i in range(4)] == counts.tolist()


def test_worst_errors_of_each_class() -> None:
    assert [rows.tolist() for rows in worst_errors(LABELS, PROBS, ALL_ROWS)] == [[1, 2], [4], []]
    assert [rows.tolist() for rows in worst_errors(LABELS, PROBS, ~ALL_ROWS)] == [[], [], []]


def test_the_same_predictions_two_by_two() -> None:
    predicted = np.array([[0, 1, 2, 0], [0, 1, 1, 1], [0, 0, 0, 0]])
    expected = [[1, 0.5, 0.5], [0.5, 1, 0.25], [0.5, 0.25, 1]]
    np.testing.assert_allclose(same_predictions(predicted, np.ones(4, bool)), expected)
    np.testing.assert_allclose(same_predictions(predicted, np.zeros(4, bool)), np.ones((3, 3)))


def test_class_pairs_by_images() -> None:
    joint = np.array([[90.2, 8.8, 1.0], [0.3, 99.7, 0.0], [20.0, 0, 30.0]], np.float32)
    pairs = class_pairs(joint)
    assert [(pair.given, pair.shown, pair.images) for pair in pairs] == [(2, 0, 20), (0, 1, 9), (0, 2, 1)]
    np.testing.assert_allclose([pair.share for pair in pairs], [0.4, 0.088, 0.01], rtol=1e-5)
    assert class_pairs(np.diag([3.0, 4.0])) == []
    assert pairs[0] == ClassPair(2, 0, 20, pairs[0].share)
