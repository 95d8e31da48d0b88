"""The live progress display of the command line."""

import sys
import time
from collections.abc import Callable, Iterator
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

SAY_EVERY_S = 20.0  # where there is no terminal


@contextmanager
def stage_display() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a callback (stage, done, total) that draws a bar for each stage; plain lines where there is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    columns = (
        TextColumn("{task.description:<32}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=None)
            if total:
                before = bars.tasks[tasks[stage]].total
                bars.update(
                    tasks[stage],
                    completed=done if total > 1 else (before or 1),
                    total=total if total > 1 else (before or 1),
                )

        yield show


def _lines() -> Callable[[str, int, int], None]:
    """Return a callback that prints one line when a stage begins and one when it ends: for logs."""
    started: dict[str, float] = {}
    said: dict[str, float] = {}
    ended: set[str] = set()

    def show(stage: str, done: int, total: int) -> None:
        if stage not in started:
            started[stage] = time.monotonic()
            if not (total == 1 and done == 1):
                print(f"{stage} …", file=sys.stderr, flush=True)  # noqa: T201 - the command line
        if 0 < done < total and time.monotonic() - said.get(stage, started[stage]) >= SAY_EVERY_S:
            said[stage] = time.monotonic()
            print(f"{stage}: {done:,} of {total:,}", file=sys.stderr, flush=True)  # noqa: T201
        if total == 1 and done == 1 and stage not in ended:
            ended.add(stage)
            print(f"{stage}: {time.monotonic() - started[stage]:.1f} s", file=sys.stderr, flush=True)  # noqa: T201

    return show
