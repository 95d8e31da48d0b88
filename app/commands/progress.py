"""The live progress display of the command line."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from app.jobs.result import job_stage
from curation.workspace.stages import OnStage

REPEAT_S = 20.0  # between two lines of one stage where there is no terminal


@contextmanager
def stage_display() -> Iterator[OnStage]:
    """Yield a callback that draws a bar for each stage; it prints plain lines where there is no terminal.

    Where this process is a job, the callback tells the job's status, too.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _both(_line_printer(), job_stage())
        return
    columns = (
        TextColumn("{task.description:<32}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console) as bars:
        yield _bar_drawer(bars)


def _both(show: OnStage, tell: OnStage | None) -> OnStage:
    if tell is None:
        return show

    def show_and_tell(stage: str, done: int, total: int) -> None:
        show(stage, done, total)
        tell(stage, done, total)

    return show_and_tell


def _bar_drawer(bars: Progress) -> OnStage:
    tasks: dict[str, TaskID] = {}

    def show(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(stage, total=None)
        if total > 1:
            bars.update(tasks[stage], completed=done, total=total)
        elif total:  # the stage is over
            full = bars.tasks[tasks[stage]].total or 1
            bars.update(tasks[stage], completed=full, total=full)

    return show


def _line_printer() -> OnStage:
    """Return a callback that prints a line when a stage begins, every 20 s and when the stage ends: for logs."""
    started: dict[str, float] = {}
    printed: dict[str, float] = {}
    ended: set[str] = set()

    def show(stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        is_over = total == 1 and done == 1
        if stage not in started:
            started[stage] = now
            if not is_over:
                _print(f"{stage} …")
        if 0 < done < total and now - printed.get(stage, started[stage]) >= REPEAT_S:
            printed[stage] = now
            _print(f"{stage}: {done:,} of {total:,}")
        if is_over and stage not in ended:
            ended.add(stage)
            _print(f"{stage}: {now - started[stage]:.1f} s")

    return show


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - the command line
