"""The order of a review that learns: the old one before a verdict, believed only where it predicts better."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.decisions.verdicts import VERDICTS
from curation.scoring.learned.lesson import RIGHT, Lesson
from curation.scoring.learned.order import UNSETTLED, LearnedOrder, Learner, Looks
from curation.scoring.learned.traits import CORRECTIONS, Traits, shares
from models.arrays import IntArray
from tests.curation.scoring.learned.clustered_traits import answers, clustered, looks_at

WRONG, NONE = CORRECTIONS.index("wrong"), CORRECTIONS.index("out_of_scope")


def reviewed(traits: Traits, kinds: IntArray, count: int) -> LearnedOrder:
    """Return the order after a reviewer who followed it gave these answers, one look after the other."""
    learner, rows = Learner(traits), np.zeros(0, np.int64)
    for _ in range(count):
        learned = learner.follow(looks_at(traits, rows, kinds[rows]))
        rows = np.append(rows, next(row for row in learned.order if row not in rows))
    return learner.follow(looks_at(traits, rows, kinds[rows]))


def truth(traits: Traits, cluster: IntArray) -> IntArray:
    """Return what is true of each label: images of the last cluster show no class."""
    return np.where(cluster == traits.probs.shape[1], NONE, RIGHT)


def test_without_a_verdict_it_is_the_old_order_exactly() -> None:
    traits, _ = clustered()
    learned = Learner(traits).follow(looks_at(traits, np.zeros(0, np.int64), np.zeros(0, np.int64)))
    assert learned.order.tolist() == np.argsort(traits.place).tolist()
    np.testing.assert_array_equal(learned.correction, shares(traits.doubt))
    np.testing.assert_allclose(learned.kinds.sum(1), learned.correction)
    np.testing.assert_array_equal(learned.probs(np.arange(9)), traits.probs[:9])
    assert not learned.believed


def test_verdicts_that_are_alike_bring_the_next_ones_to_the_front() -> None:
    traits, cluster = clustered(600)
    kinds = truth(traits, cluster)
    learned = reviewed(traits, kinds, 80)
    old = np.flatnonzero(kinds[np.argsort(traits.place)][:80] == NONE)
    seen = ~np.isnan(learned.before)
    assert (kinds[seen] == NONE).sum() > 2 * len(old)
    assert learned.believed
    rest = [row for row in learned.order if not seen[row]][:10]
    if (kinds[~seen] == NONE).any():
        assert learned.kinds_of(np.array(rest)).argmax(1)[0] == NONE


def test_answers_that_have_nothing_in_common_leave_the_old_order() -> None:
    """Labels are wrong with the probability that the models gave them: nothing else can be learned."""
    behind = []
    for seed in range(3):
        traits, _ = clustered(600, seed=seed)
        kinds = np.where(np.random.default_rng(seed).random(600) < shares(traits.doubt), WRONG, RIGHT)
        learned = reviewed(traits, kinds, 100)
        found = (kinds[~np.isnan(learned.before)] == WRONG).sum()
        behind.append(int((kinds[np.argsort(traits.place)][:100] == WRONG).sum() - found))
    assert sum(behind) <= 4


def test_probabilities_are_calibrated() -> None:
    """Of the labels that got a probability before their look, as many are wrong as the probabilities add up to."""
    traits, _ = clustered(2000, seed=4)
    kinds = np.where(np.random.default_rng(4).random(2000) < shares(traits.doubt), WRONG, RIGHT)
    rows = np.random.default_rng(5).permutation(2000)[:400]
    learned = Learner(traits).follow(looks_at(traits, rows, kinds[rows]))
    rest = np.setdiff1d(np.arange(2000), rows)
    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 1.0)):
        chosen = rest[(learned.correction[rest] >= low) & (learned.correction[rest] < high)]
        expected, spread = learned.correction[chosen].sum(), np.sqrt(len(chosen) * 0.25) + 1
        assert abs((kinds[chosen] == WRONG).sum() - expected) < 3 * spread


@given(st.integers(0, 40), st.integers(0, 40))
@settings(max_examples=15, deadline=None)
def test_the_same_looks_give_the_same_order_however_they_came(first: int, second: int) -> None:
    traits, cluster = clustered(200, seed=1)
    kinds, rows = truth(traits, cluster), np.random.default_rng(2).permutation(200)
    learner = Learner(traits)
    learner.follow(looks_at(traits, rows[:first], kinds[rows[:first]]))
    learner.follow(looks_at(traits, rows[second : second + 9], kinds[rows[second : second + 9]]))
    again = learner.follow(looks_at(traits, rows[:second], kinds[rows[:second]]))
    fresh = Learner(traits).follow(looks_at(traits, rows[:second], kinds[rows[:second]]))
    assert again.order.tolist() == fresh.order.tolist()
    assert (again.belief, again.answers, again.level) == (fresh.belief, fresh.answers, fresh.level)
    np.testing.assert_array_equal(again.before, fresh.before)


def test_a_drawn_image_is_reached_once_less_suspicious_ones_are_selected() -> None:
    traits, _ = clustered(300)
    by_doubt = np.argsort(traits.place)
    rows = np.array([by_doubt[3], by_doubt[0], by_doubt[1], by_doubt[250], by_doubt[5]])
    drawn = np.array([True, False, False, True, False])
    looks = replace(looks_at(traits, rows, np.full(5, UNSETTLED)), drawn=drawn, selected=~drawn)
    learned = Learner(traits).follow(looks)
    assert np.flatnonzero(learned.reached).tolist() == [by_doubt[3]]
    assert learned.answers == 0  # unsettled looks teach nothing


def test_a_drawn_image_is_not_reached_because_of_its_own_answer() -> None:
    """The answer raises its own probability, and must not make it one that would have been selected anyway."""
    traits, _ = clustered(300)
    least = int(np.argsort(traits.place)[-1])
    rows = np.append(least, np.argsort(traits.place)[:30])
    drawn = np.arange(31) == 0
    looks = replace(looks_at(traits, rows, np.full(31, WRONG)), drawn=drawn, selected=~drawn)
    assert not Learner(traits).follow(looks).reached[least]


def test_a_judgement_that_knows_verdicts_does_not_predict_them() -> None:
    """The newest judgement is sure of the thirty labels it was told of; that must not count as foresight."""
    traits, cluster = clustered(300)
    kinds, rows = truth(traits, cluster), np.argsort(traits.place)[:40]
    told = np.where(np.isin(np.arange(300), rows[:30]), np.where(kinds == RIGHT, -9.0, 9.0), traits.doubt)
    newest = replace(traits, doubt=told, place=np.argsort(np.argsort(-told, kind="stable")))
    looks = looks_at(traits, rows, kinds[rows])
    before = Learner(traits).follow(looks.first(30))
    after = Learner(newest, Learner(traits), line=30).follow(looks)
    np.testing.assert_array_equal(after.before[rows[:30]], before.before[rows[:30]])
    assert after.answers == 40
    hindsight = Learner(newest).follow(looks)
    assert abs(hindsight.before[rows[:30]] - (kinds[rows[:30]] != RIGHT)).mean() < 0.1
    assert abs(after.before[rows[:30]] - (kinds[rows[:30]] != RIGHT)).mean() > 0.2
    again = Learner(newest, Learner(traits), line=30)
    again.follow(looks)
    np.testing.assert_array_equal(again.follow(looks.first(35)).before, again.follow(looks.first(35)).before)
    assert again.follow(looks.first(20)).answers == 20  # an undo that goes back behind the judgement


@pytest.mark.parametrize("kind", [RIGHT, *range(len(CORRECTIONS))])
@pytest.mark.parametrize("count", [1, 3, 60])
def test_all_answers_the_same_way(kind: int, count: int) -> None:
    traits, _ = clustered(200)
    rows = np.argsort(traits.place)[:count]
    learned = Learner(traits).follow(looks_at(traits, rows, np.full(count, kind)))
    assert np.isfinite(learned.correction).all()
    assert sorted(learned.order.tolist()) == list(range(200))
    np.testing.assert_allclose(learned.kinds.sum(1), learned.correction)


@pytest.mark.parametrize(("n", "n_classes", "seen"), [(60, 2, True), (60, 2, False), (1500, 1000, True), (1, 2, True)])
def test_few_and_many_classes_and_no_embeddings(n: int, n_classes: int, seen: bool) -> None:
    traits, cluster = clustered(n, n_classes, seen=seen)
    rows = np.random.default_rng(0).permutation(n)[: min(n, 30)]
    learned = Learner(traits).follow(looks_at(traits, rows, truth(traits, cluster)[rows]))
    assert np.isfinite(learned.correction).all()
    probs = Lesson(traits, answers(traits, rows, truth(traits, cluster)[rows])).probs(np.arange(min(n, 20)))
    np.testing.assert_allclose(probs.sum(1), 1, rtol=1e-5)


def test_two_hundred_thousand_images() -> None:
    traits, cluster = clustered(200_000, 5)
    rows = np.argsort(traits.place)[:300]
    learned = Learner(traits).follow(looks_at(traits, rows, truth(traits, cluster)[rows]))
    assert sorted(learned.order[:1000].tolist()) != list(range(1000))
    assert np.isfinite(learned.right).all()


def test_more_answers_than_are_learned_from_at_once() -> None:
    traits, cluster = clustered(4000, seed=3)
    rows = np.random.default_rng(0).permutation(4000)[:3000]
    lesson = Lesson(traits, answers(traits, rows, truth(traits, cluster)[rows]))
    assert len(lesson.answers.rows) == 1000
    rest = np.setdiff1d(np.arange(4000), rows)
    odds, none = lesson.odds(rest)[1], truth(traits, cluster)[rest] == NONE
    assert abs(shares(odds).sum() - none.sum()) < 0.3 * none.sum()  # keeps left out are counted


def test_named_classes_move_what_is_suggested() -> None:
    traits, cluster = clustered(300, seed=2)
    rows = np.flatnonzero((cluster == 0) & (traits.labels == 0))[:40]
    shown = np.zeros((len(rows), 3), np.float32)
    shown[:, 2] = 1
    looks = Looks(rows[:20], np.full(20, WRONG), shown[:20], np.ones(20, bool), np.zeros(20, bool), np.arange(20) + 1)
    lesson = Lesson(traits, looks.answers(20))
    assert (lesson.probs(rows[20:])[:, 2] > traits.probs[rows[20:], 2]).all()


def test_every_verdict_teaches_a_kind_that_is_known() -> None:
    kinds = {verdict.correction for verdict in VERDICTS.values()}
    assert kinds == {"", *CORRECTIONS}
    assert {name for name, verdict in VERDICTS.items() if not verdict.correction} == {"keep", "unsure"}
