"""Trainings side by side, a process each: two trainings on one processor each are faster than one on two."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any, TypeVar

from models.errors import ErrataError
from models.processors.threads import cores, torch_threads

POLL_S = 0.5
PROCESSES_PAY_FROM = 20_000  # images learned from in all; a process takes about five seconds to start
Task = TypeVar("Task")
_STARTING = threading.Lock()


def training_workers(images: int) -> int:
    """Return how many trainings to run at a time: a GPU takes one, and a process takes seconds to start.

    Args:
        images: how many images all trainings learn from, each counted once an epoch.
    """
    from models.processors.devices import default_device

    return cores() if default_device() == "cpu" and images >= PROCESSES_PAY_FROM else 1


class _Processes(ProcessPoolExecutor):
    """Processes that import what they are given, and not the main module: Streamlit puts its page there."""

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> "Future[Any]":
        """Start a process if need be, and hand it the work: a function of a module other than the main one."""
        with _STARTING:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return super().submit(work, *arguments, **named)
            finally:
                sys.modules["__main__"] = main


@contextmanager
def processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Yield processes that leave Ctrl-C to this one, and that end when this one ends, however it ends.

    Args:
        workers: how many.
    """
    context = get_context("spawn")  # a fork would take over locks that torch's threads hold
    listening, lifeline = context.Pipe(duplex=False)
    with _Processes(workers, context, _begin, (listening,)) as pool:
        try:
            yield pool
        except BrokenProcessPool:
            raise
        except BaseException:
            lifeline.close()
            raise
    lifeline.close()


def side_by_side(
    work: Callable[[Task], object],
    tasks: Sequence[Task],
    needed: Sequence[bool],
    workers: int,
    poll: Callable[[], None],
) -> None:
    """Do those tasks that are needed, each in a process, as many at a time as there are workers.

    The number of processors of a task depends on its place among all tasks and not on which tasks are needed: sums in
    another order differ in their last digits, and a resumed job has to give the same numbers.

    The processes end when this process ends, however it ends.

    Args:
        work: a function of a module, called with a task in another process; torch's threads are set there.
        tasks: T tasks; each is pickled for its process.
        needed: which tasks to do, length T.
        workers: processes at a time, and processors in all.
        poll: called about twice a second while they work.

    Raises:
        ErrataError: a task raised it, or a process was killed.
    """
    try:
        with processes(workers) as pool:
            for start in range(0, len(tasks), workers):
                together = range(start, min(start + workers, len(tasks)))
                ready = [i for i in together if needed[i]]
                threads = threads_of_place(start, len(tasks), workers)
                _all_done([pool.submit(_with_threads, work, tasks[i], threads) for i in ready], poll)
    except BrokenProcessPool as error:
        raise ErrataError(
            "a training process was ended from outside, probably because memory ran out; "
            "run the same command again: it continues where it stopped"
        ) from error


def threads_of_place(place: int, tasks: int, workers: int) -> int:
    """Return in how many threads torch computes a task: those of the last round, when it is not full, have more.

    Args:
        place: of the task among all tasks.
        tasks: how many there are, needed or not.
        workers: as for `side_by_side`.
    """
    start = place - place % workers
    return max(1, workers // (min(start + workers, tasks) - start))


def _all_done(futures: Sequence["Future[None]"], poll: Callable[[], None]) -> None:
    left = set(futures)
    while left:
        done, left = wait(left, POLL_S)
        for future in done:
            future.result()
        poll()


def _begin(lifeline: Connection) -> None:
    """Leave Ctrl-C to the parent process, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    try:
        lifeline.recv()  # nothing is ever sent
    except EOFError:
        os._exit(1)


def _with_threads(work: Callable[[Task], object], task: Task, threads: int) -> None:
    with torch_threads(threads):
        work(task)
