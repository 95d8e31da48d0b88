"""Clusters without Ray, for tests of what is asked of them."""

from collections.abc import Iterator
from typing import Any


class Nobody:
    """A cluster that may not be asked."""

    shares_workspace, threads = True, 1

    def results(self, worker: Any, setup: Any, shards: Any, *_: Any, **__: Any) -> Iterator[Any]:
        assert not shards
        return iter(())


class Here:
    """A cluster of the process that asks; it counts the shards that it did."""

    shares_workspace, threads = True, 1

    def __init__(self) -> None:
        self.done = 0

    def results(self, worker: Any, setup: Any, shards: Any, *_: Any, **__: Any) -> Iterator[Any]:
        work = worker(setup)
        for place, shard in enumerate(shards):
            result = work(shard)
            self.done += 1
            yield place, result


class Forgetful(Here):
    """A cluster whose files do not arrive where they are asked for."""

    def results(self, worker: Any, setup: Any, shards: Any, *_: Any, **__: Any) -> Iterator[Any]:
        for place, _ in enumerate(shards):
            self.done += 1
            yield place, None
