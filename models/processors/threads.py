"""Work done ahead in threads; results in order, with a bounded number of them waiting."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def cores() -> int:
    """Return how many processors this process may use (a container often allows fewer than the machine has)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def torch_threads(count: int | None = None) -> Iterator[None]:
    """Let torch compute in so many threads, or in as many as now: sums in another order differ in their last digits.

    What other libraries do to the number meanwhile is undone, too.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def in_order(work: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R]:
    """Yield `work(item)` for every item, in the order of the items.

    At most `2 * workers` results exist at a time, so memory does not grow with the number of items.
    Threads, not processes: JPEG decoding, resizing and the models all release the interpreter lock.

    Args:
        work: called from several threads at once; its exception is raised at that item's turn.
        items: read lazily, from the calling thread.
        workers: number of threads.
    """
    pool = ThreadPoolExecutor(workers)
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
