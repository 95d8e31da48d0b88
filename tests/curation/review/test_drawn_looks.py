"""Drawn looks: known probabilities, a permanent order, a queue that verdicts do not move."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.review.drawn_looks import DrawOrder, adaptive_queue, draw_order, inclusion, review_queue
from models.arrays import BoolArray, FloatArray, IntArray
from models.errors import ErrataError

qualities = st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.5, 0.9, 1.0]), min_size=1, max_size=40).map(
    lambda values: np.array(values, np.float32)
)


def names(n: int) -> npt.NDArray[np.str_]:
    return np.array([f"{i}.jpg" for i in range(n)], dtype=np.str_)


def mask(n: int, rows: object) -> BoolArray:
    chosen = np.zeros(n, np.bool_)
    chosen[np.asarray(rows, np.int64)] = True
    return chosen


def by_hand(tickets: list[float], weights: list[float] | None = None) -> DrawOrder:
    sequence = np.array(tickets, np.float64)
    return DrawOrder(np.argsort(sequence), np.array(weights) if weights else np.full(len(sequence), 0.5), sequence)


def test_weights_fall_with_the_rank_to_a_fifth() -> None:
    """Ranks 0, 1.5 (shared), 3 and 4 of five images, over 5."""
    draws = draw_order(names(5), np.array([0.9, 0.1, 1.0, 0.5, 0.5], np.float32), seed=0)
    assert draws.weights == pytest.approx([0.4, 1, 0.2, 0.7, 0.7])
    assert (np.diff(draws.tickets[draws.order]) > 0).all()


def test_the_order_is_pinned() -> None:
    """It says which looks were drawn at random, so it must never change: not with NumPy, not with the platform."""
    draws = draw_order(names(8), np.full(8, 0.5, np.float32), seed=0)
    assert draws.order.tolist() == [7, 4, 0, 3, 1, 2, 6, 5]


@given(qualities, st.integers(0, 3))
def test_equal_tickets_go_by_name_and_equal_qualities_share_their_rank(quality: FloatArray, seed: int) -> None:
    draws = draw_order(names(len(quality)), quality, seed)
    assert draws.order.tolist() == np.lexsort((names(len(quality)), draws.tickets)).tolist()
    ranks = [((quality < each).sum() + (quality <= each).sum()) / 2 - 0.5 for each in quality]
    assert draws.weights == pytest.approx([max(0.2, 1 - rank / len(quality)) for rank in ranks])


def test_images_added_later_do_not_redraw_the_others() -> None:
    quality = np.full(30, 0.5, np.float32)
    few, more = draw_order(names(20), quality[:20], 3), draw_order(names(30), quality, 3)
    assert more.tickets[:20] * more.weights[:20] == pytest.approx(few.tickets * few.weights)
    assert few.order.tolist() == [row for row in more.order.tolist() if row < 20]
    assert (draw_order(names(20), quality[:20], 4).order != few.order).any()


def test_random_numbers_are_uniform() -> None:
    draws = draw_order(names(4000), np.full(4000, 0.5, np.float32), seed=1)
    assert np.histogram(draws.tickets * draws.weights, 4, (0, 1))[0] == pytest.approx(
        [1000] * 4, abs=110
    )  # 4 standard deviations


def test_the_suspicious_are_drawn_more_often() -> None:
    """Two groups of equals share the ranks 1/4 and 3/4: weights 3/4 and 1/4, so three of four draws."""
    quality = np.repeat(np.array([0.2, 0.9], np.float32), 3000)
    first = draw_order(names(6000), quality, seed=0).order[:400]
    assert (first < 3000).sum() == pytest.approx(300, abs=40)


def test_queue_by_hand() -> None:
    """Half of the looks drawn: places 0, 2, 4 come from the draw order, the others from the ranking."""
    quality = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5], np.float32)
    draws = by_hand([6, 1, 5, 4, 3, 2])
    todo = review_queue(quality, draws, mask(6, []), share=0.5)
    assert todo.rows.tolist() == [1, 0, 5, 2, 4, 3]
    assert todo.drawn.tolist() == [True, False, True, False, True, False]
    after = review_queue(quality, draws, mask(6, [1, 2, 3]), share=0.5)
    assert (after.rows.tolist(), after.drawn.tolist()) == ([0, 5, 4], [False, True, True])


def test_one_look_in_ten_is_drawn() -> None:
    quality = np.linspace(0, 1, 1000, dtype=np.float32)
    drawn = review_queue(quality, draw_order(names(1000), quality, 0), mask(1000, [])).drawn
    assert [int(drawn[:looks].sum()) for looks in (5, 10, 20, 100, 500)] == [1, 1, 2, 10, 50]


@pytest.mark.parametrize(("share", "expected"), [(0.0, [0, 1, 2]), (1.0, [2, 0, 1])])
def test_nothing_or_all_drawn(share: float, expected: list[int]) -> None:
    todo = review_queue(np.array([0.1, 0.2, 0.3], np.float32), by_hand([2, 3, 1]), mask(3, []), share)
    assert todo.rows.tolist() == expected
    assert (todo.drawn == bool(share)).all()


@given(qualities, st.integers(0, 9), st.sampled_from([0.0, 0.1, 0.3, 1.0]))
def test_the_queue_is_complete_and_verdicts_do_not_move_it(quality: FloatArray, seed: int, share: float) -> None:
    n = len(quality)
    draws, looked = draw_order(names(n), quality, seed), np.random.default_rng(seed).random(n) < 0.4
    whole, rest = review_queue(quality, draws, mask(n, []), share), review_queue(quality, draws, looked, share)
    assert sorted(whole.rows.tolist()) == list(range(n))
    left = ~looked[whole.rows]
    assert (rest.rows == whole.rows[left]).all()
    assert (rest.drawn == whole.drawn[left]).all()


@given(qualities, st.integers(0, 9))
def test_the_order_of_the_rows_does_not_matter(quality: FloatArray, seed: int) -> None:
    n, rng = len(quality), np.random.default_rng(seed)
    order, looked, drawn = rng.permutation(n), rng.random(n) < 0.6, rng.random(n) < 0.5
    draws, moved = draw_order(names(n), quality, seed), draw_order(names(n)[order], quality[order], seed)
    assert (order[moved.order] == draws.order).all()
    moved_rows = order[review_queue(quality[order], moved, looked[order]).rows]
    assert (moved_rows == review_queue(quality, draws, looked).rows).all()
    probabilities = inclusion(quality, draws, looked, drawn)
    assert inclusion(quality[order], moved, looked[order], drawn[order]) == pytest.approx(probabilities[order])
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert (probabilities[looked] > 0).all()


def test_inclusion_by_hand() -> None:
    """Rows 0-2 are done without a gap; 4 and 5 were drawn, the next ticket is that of row 3, 1.5."""
    quality = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6], np.float32)
    draws = by_hand([9, 0.4, 8, 1.5, 0.5, 1.0, 2.0], [0.5, 0.5, 0.5, 0.5, 0.2, 0.4, 0.8])
    probabilities = inclusion(quality, draws, mask(7, [0, 1, 2, 4, 5]), mask(7, [1, 4, 5]))
    assert probabilities == pytest.approx([1, 1, 1, 0.75, 0.3, 0.6, 1.0])


def test_a_drawn_image_next_to_the_gapless_run_stays_drawn() -> None:
    quality = np.array([0.0, 0.1, 0.2, 0.3], np.float32)
    probabilities = inclusion(quality, by_hand([5, 1.0, 1.6, 4]), mask(4, [0, 1]), mask(4, [1]))
    assert probabilities == pytest.approx([1, 0.8, 0.8, 0.8])


def test_images_that_people_picked_count_for_themselves() -> None:
    quality = np.array([0.0, 0.1, 0.2, 0.3], np.float32)
    probabilities = inclusion(quality, by_hand([5, 1.6, 1.0, 1.2]), mask(4, [2, 3]), mask(4, [2]))
    assert probabilities == pytest.approx([0.8, 0.8, 0.8, 1])


def test_a_drawn_image_that_was_skipped_lowers_the_others() -> None:
    """Two of three drawn were looked at; the next ticket is 1.6."""
    quality = np.array([0.0, 0.1, 0.2, 0.3, 0.4], np.float32)
    probabilities = inclusion(quality, by_hand([5, 1.0, 1.1, 1.2, 1.6]), mask(5, [1, 3]), mask(5, [1, 2, 3]))
    assert probabilities == pytest.approx([0.8 * 2 / 3] * 5)


def test_a_drawn_image_that_a_learned_order_would_have_selected_counts_for_itself() -> None:
    """Tickets 0.1 (row 1) and 0.2 (row 3) were drawn; 0.4 is the next one, so that an image has probability 0.2."""
    quality, draws = np.linspace(0.1, 0.9, 5, dtype=np.float32), by_hand([0.5, 0.1, 0.4, 0.2, 0.3])
    looked, drawn = mask(5, [0, 1, 3, 4]), mask(5, [1, 3])
    assert inclusion(quality, draws, looked, drawn) == pytest.approx([1, 0.2, 0.2, 0.2, 1])
    assert inclusion(quality, draws, looked, drawn, mask(5, [3])) == pytest.approx([1, 0.2, 0.2, 1, 1])
    assert inclusion(quality, draws, looked, drawn, mask(5, [1, 3])).tolist() == [1, 1, 0, 1, 1]
    assert inclusion(quality, draws, looked, drawn, mask(5, [2])) == pytest.approx([1, 0.2, 0.2, 0.2, 1])


def test_an_order_that_learns_draws_as_the_fixed_one() -> None:
    """Whatever the order is, the same images are drawn in the same places, unless it selected them before."""
    quality = np.linspace(0, 1, 40, dtype=np.float32)
    draws = draw_order(names(40), quality, 0)
    fixed = review_queue(quality, draws, mask(40, []))
    rows, drawn = [], []
    for look in range(40):
        left = [row for row in fixed.rows.tolist() if row not in rows]
        order = np.array([row for row in np.argsort(quality).tolist() if row in left])
        tickets = np.array([row for row in draws.order.tolist() if row in left])
        queue = adaptive_queue(order, tickets, look, 3, look)
        assert (queue.start, queue.answers, len(queue.rows)) == (look, look, min(3, 40 - look))
        rows.append(int(queue.rows[0]))
        drawn.append(bool(queue.drawn[0]))
    assert rows == fixed.rows.tolist()
    assert drawn == fixed.drawn.tolist()
    empty = np.zeros(0, np.int64)
    assert len(adaptive_queue(empty, empty, 9, 5, 0).rows) == 0


def test_inclusion_at_the_ends_of_a_review() -> None:
    quality, draws = np.array([0.1, 0.2, 0.3], np.float32), by_hand([1, 2, 3])
    assert inclusion(quality, draws, mask(3, []), mask(3, [0])).tolist() == [0, 0, 0]
    assert inclusion(quality, draws, mask(3, [0, 1, 2]), mask(3, [0, 1, 2])).tolist() == [1, 1, 1]
    assert inclusion(quality[:1], by_hand([1]), mask(1, [0]), mask(1, [])).tolist() == [1]


def test_weights_of_a_sample_add_up_to_its_population_on_average() -> None:
    """Horvitz and Thompson's estimate of N itself, over 400 seeds, at 60 looks into 300 images."""
    quality = np.random.default_rng(0).beta(2, 1, 300).astype(np.float32)
    sizes = []
    for seed in range(400):
        rows, drawn = reviewed(quality, draws := draw_order(names(300), quality, seed), 60)
        probabilities = inclusion(quality, draws, mask(300, rows), drawn)
        sizes.append((1 / probabilities[rows]).sum())
    assert np.mean(sizes) == pytest.approx(300, abs=4 * np.std(sizes) / 20)
    assert np.std(sizes) > 5


def reviewed(quality: FloatArray, draws: DrawOrder, looks: int) -> tuple[IntArray, BoolArray]:
    todo = review_queue(quality, draws, mask(len(quality), []), share=0.3)
    return todo.rows[:looks], mask(len(quality), todo.rows[todo.drawn])


@pytest.mark.parametrize(
    ("quality", "ids", "says"),
    [
        ([0.1, np.nan], ["a", "b"], "row 1 is nan; expected 0 to 1"),
        ([1.1, 0.1], ["a", "b"], "row 0 is 1.1"),
        ([[0.1], [0.2]], ["a", "b"], r"shape \(2, 1\); expected \(N,\)"),
        ([0.1, 0.2], ["a"], r"image_ids have shape \(1,\)"),
        ([0.1, 0.2, 0.3], ["a", "b", "b"], "'b' occurs 2 times"),
    ],
)
def test_bad_orders_are_refused(quality: list[float], ids: list[str], says: str) -> None:
    with pytest.raises(ErrataError, match=says):
        draw_order(np.array(ids), np.array(quality, np.float32), 0)


def test_bad_queues_are_refused() -> None:
    quality = np.array([0.1, 0.2], np.float32)
    draws = by_hand([1, 2])
    with pytest.raises(ErrataError, match=r"share of drawn looks is 1\.5"):
        review_queue(quality, draws, mask(2, []), 1.5)
    with pytest.raises(ErrataError, match=r"looked has shape \(3,\)"):
        review_queue(quality, draws, mask(3, []))
    with pytest.raises(ErrataError, match=r"drawn has shape \(1,\)"):
        inclusion(quality, draws, mask(2, []), mask(1, []))
    with pytest.raises(ErrataError, match="the draw order has shape"):
        inclusion(quality, by_hand([1]), mask(2, []), mask(2, []))
