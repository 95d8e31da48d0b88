"""What the rest of Errata knows of a cluster: workers that do shards of a stage."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

RETRIES = 3  # of a shard whose machine or process is lost
Setup = TypeVar("Setup")
Shard = TypeVar("Shard")
Result = TypeVar("Result")


class Cluster(Protocol):
    """Machines that do the shards of a stage; `models.cluster.connect` is the way to one."""

    @property
    def shares_workspace(self) -> bool:
        """Whether every worker sees the workspace under the same path; results else come back as bytes."""
        ...

    @property
    def threads(self) -> int:
        """Threads of one worker, which takes as many processors."""
        ...

    def results(
        self,
        worker: Callable[[Setup], Callable[[Shard], Result]],
        setup: Setup,
        shards: Sequence[Shard],
        crashed: Callable[[Shard], Result] | None = None,
        poll: Callable[[], None] | None = None,
        retries: int = RETRIES,
    ) -> Iterator[tuple[int, Result]]:
        """Yield the place and the result of every shard, in the order in which they finish.

        A shard whose machine is lost is done again elsewhere.

        Args:
            worker: a function of a module; called once in each process that works, it returns what does a shard.
            setup: its argument, sent once to each machine.
            shards: what is to be done.
            crashed: returns the result of a shard that ends every process that works on it; without it that raises.
                With no retries, also of a shard whose machine was lost.
            poll: called about twice a second.
            retries: how often a shard is done again whose machine or process was lost.

        Raises:
            ErrataError: a worker raised it (its host is named), or no machine is left.
        """
        ...
