"""Which images a model gets wrong, by numbers that can be checked in the head."""

import numpy as np

from curation.scoring.error_lists import ClassPair, agreement, cell_rows, class_pairs, worst_errors
from models.figures.metrics import confusion

LABELS = np.array([0, 0, 0, 1, 1, 2])
PROBS = np.array(
    [[0.9, 0.1, 0], [0.2, 0.8, 0], [0.4, 0.6, 0], [0.3, 0.7, 0], [0.5, 0.2, 0.3], [0, 0.1, 0.9]], np.float32
)
EVERY = np.ones(6, bool)


def test_a_cell_holds_its_images_the_surest_first() -> None:
    assert cell_rows(LABELS, PROBS, EVERY, 0, 1).tolist() == [1, 2]
    assert cell_rows(LABELS, PROBS, np.arange(6) != 1, 0, 1).tolist() == [2]
    assert cell_rows(LABELS, PROBS, EVERY, 2, 0).tolist() == []


def test_the_cells_are_those_of_the_matrix() -> None:
    random = np.random.default_rng(0)
    labels, probs = random.integers(0, 4, 200), random.dirichlet(np.ones(4), 200).astype(np.float32)
    own = random.random(200) < 0.6
    counts = confusion(labels[own], probs[own].argmax(1), 4)
    assert [[len(cell_rows(labels, probs, own, i, j)) for j in range(4)] for i in range(4)] == counts.tolist()


def test_worst_errors_of_each_class() -> None:
    assert [own.tolist() for own in worst_errors(LABELS, PROBS, EVERY)] == [[1, 2], [4], []]
    assert [own.tolist() for own in worst_errors(LABELS, PROBS, ~EVERY)] == [[], [], []]


def test_agreement_two_by_two() -> None:
    predicted = np.array([[0, 1, 2, 0], [0, 1, 1, 1], [0, 0, 0, 0]])
    expected = [[1, 0.5, 0.5], [0.5, 1, 0.25], [0.5, 0.25, 1]]
    np.testing.assert_allclose(agreement(predicted, np.ones(4, bool)), expected)
    np.testing.assert_allclose(agreement(predicted, np.zeros(4, bool)), np.ones((3, 3)))


def test_class_pairs_by_images() -> None:
    joint = np.array([[90.2, 8.8, 1.0], [0.3, 99.7, 0.0], [20.0, 0, 30.0]], np.float32)
    found = class_pairs(joint)
    assert [(one.given, one.shown, one.images) for one in found] == [(2, 0, 20), (0, 1, 9), (0, 2, 1)]
    np.testing.assert_allclose([one.share for one in found], [0.4, 0.088, 0.01], rtol=1e-5)
    assert class_pairs(np.diag([3.0, 4.0])) == []
    assert found[0] == ClassPair(2, 0, 20, found[0].share)
