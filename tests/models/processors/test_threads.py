"""Order, bounded memory, errors."""

import threading

import pytest

from models.processors.threads import cores, in_order


def test_order_is_kept() -> None:
    assert list(in_order(lambda x: x * x, range(50), 4)) == [x * x for x in range(50)]
    assert cores() >= 1


def test_results_waiting_are_bounded() -> None:
    started: list[int] = []
    results = in_order(started.append, range(1000), 2)
    next(results)
    assert len(started) <= 4
    results.close()  # type: ignore[attr-defined]


def test_an_error_is_raised_at_its_turn_and_threads_end() -> None:
    before = threading.active_count()
    results = in_order(lambda x: 1 // (3 - x), range(9), 2)
    assert [next(results) for _ in range(3)] == [0, 0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert threading.active_count() == before
