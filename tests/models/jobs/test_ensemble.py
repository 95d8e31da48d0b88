"""Ensembles: numbers checked by hand, members that memorise or guess, and who may see which label."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from models.arrays import FloatArray, IntArray
from models.errors import ErrataError
from models.figures.metrics import accuracy, log_loss
from models.figures.predictions import NO_FOLD, Predictions
from models.jobs.ensemble import average, log_probs, stack

N, K, F = 600, 3, 4
TEST = 150  # the last rows are of no fold
FOLD = np.where(np.arange(N) < N - TEST, np.arange(N) % F, NO_FOLD)
TRAIN = FOLD != NO_FOLD
LABELS = np.random.default_rng(7).integers(0, K, N)
GROUPS = np.arange(N)


def predictions(logits: FloatArray, fold: IntArray | None = FOLD) -> Predictions:
    odds = np.exp(logits - logits.max(1, keepdims=True))
    image_ids = np.array([f"{i:04d}.png" for i in range(len(logits))])
    return Predictions(image_ids, (odds / odds.sum(1, keepdims=True)).astype(np.float32), None, fold)


def member(seed: int, signal: float, scale: float = 1.0) -> Predictions:
    """A model whose logits point to the label by `signal` standard deviations of its noise."""
    logits = np.random.default_rng(seed).normal(size=(N, K))
    logits[np.arange(N), LABELS] += signal
    return predictions((scale * logits).astype(np.float32))


def two() -> dict[str, Predictions]:
    return {"a": member(1, 1.5), "b": member(2, 1.5)}


def test_average_by_hand() -> None:
    fold = np.array([0, 1])
    first = Predictions(
        np.array(["x", "y"]), np.array([[0.8, 0.2], [0.1, 0.9]], np.float32), np.ones((2, 5), np.float32), fold
    )
    second = replace(first, probs=np.array([[0.4, 0.6], [0.3, 0.7]], np.float32))
    both = average({"a": first, "b": second})
    assert both.probs == pytest.approx(np.array([[0.6, 0.4], [0.2, 0.8]]), abs=1e-6)
    assert both.fold is fold
    assert both.embeddings is None
    assert both.image_ids.tolist() == ["x", "y"]


def test_log_probs_are_the_logits_less_a_number_a_row() -> None:
    logits = np.random.default_rng(0).normal(size=(N, K)).astype(np.float32)
    columns = log_probs({"a": predictions(logits), "b": predictions(2 * logits)})
    assert columns.shape == (N, 2 * K)
    assert np.ptp(columns[:, :K] - logits, axis=1).max() < 1e-5
    assert np.ptp(columns[:, K:] - 2 * logits, axis=1).max() < 1e-5


def test_a_probability_of_zero_is_no_infinity() -> None:
    sure = Predictions(np.array(["x"]), np.array([[1.0, 0.0]], np.float32), None, np.array([0]))
    assert log_probs({"a": sure}) == pytest.approx(np.array([[0, np.log(1e-12)]]))


def test_each_image_is_predicted_by_the_layer_that_did_not_see_it() -> None:
    """The same probabilities as scikit-learn, fitted fold by fold on what the docstring says."""
    members = two()
    stacked = stack(members, LABELS, GROUPS, seed=0)
    columns = log_probs(members).astype(np.float64)
    columns = (columns - columns.mean(0)) / columns.std(0)
    expected, mean = np.zeros((N, K)), np.zeros((N, K))
    for k in range(F):
        rows = TRAIN & (k != FOLD)
        exact = LogisticRegression(C=1 / (rows.sum() * float(stacked.heads.penalty[k])), tol=1e-9, max_iter=10_000)
        probs = exact.fit(columns[rows], LABELS[rows]).predict_proba(columns)
        expected[k == FOLD] = probs[k == FOLD]
        mean += probs / F
    expected[~TRAIN] = mean[~TRAIN]
    assert np.abs(stacked.predictions.probs - expected).max() < 2e-3
    assert stacked.predictions.embeddings is None
    np.testing.assert_array_equal(stacked.predictions.fold, FOLD)


def test_members_that_know_different_classes_complete_each_other() -> None:
    """One tells class 0 from the rest, the other 1 from 2: no average, but the right layer, knows all three."""
    first, second = np.zeros((N, K), np.float32), np.zeros((N, K), np.float32)
    first[:, 0] = np.where(LABELS == 0, 2, -2)
    second[:, 1] = np.where(LABELS == 1, 2, -2)  # of class 0 it says 2, as loud as the first one is right
    second[LABELS == 0] = [-2, -2, 2]
    members = {"a": predictions(first), "b": predictions(second)}
    assert accuracy(LABELS, average(members).probs) < 1
    assert accuracy(LABELS, stack(members, LABELS, GROUPS, 0).predictions.probs) == 1


def test_two_independent_members_are_better_than_one() -> None:
    members = two()
    both = stack(members, LABELS, GROUPS, 0).predictions.probs
    for predicted in members.values():
        assert log_loss(LABELS[~TRAIN], both[~TRAIN]) < log_loss(LABELS[~TRAIN], predicted.probs[~TRAIN])
        assert log_loss(LABELS[TRAIN], both[TRAIN]) < log_loss(LABELS[TRAIN], predicted.probs[TRAIN])


def test_an_overconfident_member_is_turned_down() -> None:
    members = {"calm": member(1, 1.5), "loud": member(2, 0.5, scale=20)}
    mean, layer = average(members).probs, stack(members, LABELS, GROUPS, 0).predictions.probs
    assert log_loss(LABELS[~TRAIN], layer[~TRAIN]) < log_loss(LABELS[~TRAIN], mean[~TRAIN]) - 0.1


def test_a_member_that_guesses_does_not_hurt_much() -> None:
    useful = two()
    alone = stack(useful, LABELS, GROUPS, 0).predictions.probs
    more = stack({**useful, "noise": member(3, 0)}, LABELS, GROUPS, 0).predictions.probs
    assert log_loss(LABELS, more) < log_loss(LABELS, alone) + 0.02
    assert accuracy(LABELS, more) > accuracy(LABELS, alone) - 0.02


def test_what_a_member_memorised_gains_nothing() -> None:
    """Its own training labels it knows by heart; what it says out of fold is noise, and that is all a layer sees.

    The same member with its in-fold values would be followed blindly: that is what the check of `fold` is for.
    """
    by_heart = np.full((N, K), -5, np.float32)
    by_heart[np.arange(N), LABELS] = 5
    blind = np.random.default_rng(5).normal(size=(N, K)).astype(np.float32)
    out_of_fold = predictions(blind)  # what F such models say of the images they did not see
    alone = stack(two(), LABELS, GROUPS, 0).predictions.probs
    together = stack({**two(), "by heart": out_of_fold}, LABELS, GROUPS, 0).predictions.probs
    assert abs(log_loss(LABELS, together) - log_loss(LABELS, alone)) < 0.02
    cheating = stack({**two(), "by heart": predictions(by_heart)}, LABELS, GROUPS, 0).predictions.probs
    assert log_loss(LABELS, cheating) < log_loss(LABELS, alone) - 0.3  # so the test above could have failed
    with pytest.raises(ErrataError, match="by heart is in-sample"):
        stack({**two(), "by heart": predictions(by_heart, None)}, LABELS, GROUPS, 0)


def test_nothing_is_learned_from_random_labels() -> None:
    """Members and layer cross-validated from the features on: what is left of a label's trace is worth nothing."""
    rng = np.random.default_rng(11)
    hits = []
    for _ in range(4):
        labels, x = rng.integers(0, K, N), rng.normal(size=(N, 40))
        members = {}
        for name, columns in (("a", slice(0, 20)), ("b", slice(20, 40))):
            logits = np.zeros((N, K), np.float32)
            for k in range(F):
                rows = TRAIN & (k != FOLD)
                model = LogisticRegression(C=100).fit(x[rows, columns], labels[rows])
                held_out = k == FOLD
                logits[held_out] = model.decision_function(x[held_out, columns])
            members[name] = predictions(logits)
        probs = stack(members, labels, GROUPS, 0).predictions.probs
        hits.append((probs.argmax(1) == labels)[TRAIN])
    share = float(np.mean(hits))
    assert abs(share - 1 / K) < 3 * np.sqrt(2 / 9 / np.size(hits))


@settings(max_examples=4, deadline=None)
@given(st.integers(0, F - 1), st.integers(0, 99))
def test_labels_of_a_fold_take_no_part_in_its_predictions(k: int, seed: int) -> None:
    held_out = np.equal(FOLD, k)
    changed = LABELS.copy()
    changed[held_out] = np.random.default_rng(seed).integers(0, K, held_out.sum())
    before, after = (stack(two(), labels, GROUPS, 0).predictions.probs for labels in (LABELS, changed))
    np.testing.assert_array_equal(before[held_out], after[held_out])
    assert (before[TRAIN & ~held_out] != after[TRAIN & ~held_out]).any()


def test_labels_of_test_images_take_no_part() -> None:
    changed = np.where(TRAIN, LABELS, 0)
    before, after = (stack(two(), labels, GROUPS, 0).predictions.probs for labels in (LABELS, changed))
    np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("combine", [lambda m: stack(m, LABELS, GROUPS, 0).predictions, average])
def test_the_order_of_the_members_does_not_matter(
    combine: Callable[[dict[str, Predictions]], Predictions],
) -> None:
    members = {**two(), "c": member(3, 0.8)}
    turned = dict(reversed(members.items()))
    np.testing.assert_allclose(combine(members).probs, combine(turned).probs, atol=2e-3)


def test_rows_sum_to_one() -> None:
    for probs in (stack(two(), LABELS, GROUPS, 0).predictions.probs, average(two()).probs):
        assert probs.dtype == np.float32
        np.testing.assert_allclose(probs.sum(1), 1, atol=1e-5)


A = member(1, 1.0)
BAD = {
    "an ensemble of a combines nothing; name two members or more": {"a": A},
    "an ensemble of nothing combines nothing": {},
    "b is in-sample: it may have trained on the images it judges": {"a": A, "b": replace(A, fold=None)},
    "b was trained once and has no out-of-fold": {"a": A, "b": replace(A, fold=np.full(N, NO_FOLD))},
    "a and b judge different images": {"a": A, "b": replace(A, image_ids=A.image_ids[::-1])},
    "a and b tell 3 and 2 classes apart": {"a": A, "b": replace(A, probs=np.full((N, 2), 0.5, np.float32))},
    "a and b have different folds": {"a": A, "b": replace(A, fold=np.where(TRAIN, (FOLD + 1) % F, NO_FOLD))},
}


@pytest.mark.parametrize("message", BAD)
def test_members_that_do_not_fit(message: str) -> None:
    for combine in (average, lambda members: stack(members, LABELS, GROUPS, 0)):
        with pytest.raises(ErrataError, match=message):
            combine(BAD[message])
