"""Large pieces of work wait until the bytes are free; small ones and one that is too large do not wait for ever."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock, Thread
from time import sleep

from models.processors.byte_budget import ByteBudget

MB = 10**6


def test_large_work_never_takes_more_than_all_of_it() -> None:
    budget, lock, held, most = ByteBudget(100 * MB), Lock(), 0, 0

    def work(megabytes: int) -> None:
        nonlocal held, most
        with budget.taking(megabytes * MB):
            with lock:
                held += megabytes
                most = max(most, held)
            sleep(0.001)  # the threads overlap: without a budget they hold more
            with lock:
                held -= megabytes

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, [20, 50, 70, 100] * 50))
    assert (held, most <= 100) == (0, True)


def test_work_that_is_larger_is_done_alone_and_small_work_beside_it() -> None:
    budget = ByteBudget(100 * MB)
    with budget.taking(500 * MB), budget.taking(1 * MB):
        pass
    entered = Event()

    def beside() -> None:
        with budget.taking(20 * MB):
            entered.set()

    with budget.taking(500 * MB):
        waiting = Thread(target=beside)
        waiting.start()
        assert not entered.wait(0.05)
    waiting.join(10)
    assert entered.is_set()
