"""A Ray cluster that does the shards of a stage: tasks, and nothing else of Ray."""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import ray
from ray.exceptions import NodeDiedError, OutOfMemoryError, RaySystemError, RayTaskError, WorkerCrashedError

from models.cluster.probe import versions
from models.cluster.workers import Outcome, do_shard
from models.errors import ErrataError
from models.processors.cluster import RETRIES

POLL_S = 0.5
WAITING = 2  # shards handed out per place to work at: enough that no place waits, few enough for memory
PATIENCE_S = 60.0  # without a machine that could work: a lost machine is replaced in that time, or by hand later
_NOBODY_LEFT = (
    "no machine of the cluster is left that could do the work; start machines, then run the same command again: it "
    "continues where it stopped"
)
Setup = TypeVar("Setup")
Shard = TypeVar("Shard")
Result = TypeVar("Result")
_LOST = (WorkerCrashedError, NodeDiedError, OutOfMemoryError)


@dataclass(frozen=True)
class RayCluster:
    """A connected cluster."""

    shares_workspace: bool  # whether every worker sees the workspace under the same path
    threads: int  # of one worker, which takes as many processors
    gpus: int  # of the cluster; where there are some, each worker takes one

    def results(
        self,
        worker: Callable[[Setup], Callable[[Shard], Result]],
        setup: Setup,
        shards: Sequence[Shard],
        crashed: Callable[[Shard], Result] | None = None,
        poll: Callable[[], None] | None = None,
        retries: int = RETRIES,
    ) -> Iterator[tuple[int, Result]]:
        """Yield the place and the result of every shard as they finish; see `models.processors.cluster`."""
        task = ray.remote(num_cpus=self.threads, num_gpus=min(1, self.gpus), max_retries=retries)(_do)
        stage, kept, here = secrets.token_hex(8), [ray.put(setup)], versions()
        left, working, lost = iter(enumerate(shards)), {}, None
        try:
            while True:
                for place, shard in left:
                    working[task.remote(stage, here, worker, kept, shard)] = place
                    if len(working) >= WAITING * self._places():
                        break
                if not working:
                    return
                done, _ = ray.wait(list(working), timeout=POLL_S)
                lost = None if done or self._can_work() else lost or time.monotonic()
                if lost and time.monotonic() - lost > PATIENCE_S:
                    raise ErrataError(_NOBODY_LEFT)
                for reference in done:
                    place = working.pop(reference)
                    yield place, _result(reference, shards[place], crashed, retries)
                if poll:
                    poll()
        finally:
            for reference in working:
                ray.cancel(reference, force=True)

    def _can_work(self) -> bool:
        """Return whether some machine could hold a worker; Ray itself waits for such a machine for ever."""
        alive = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        return any(has.get("CPU", 0) >= self.threads and (not self.gpus or has.get("GPU", 0) >= 1) for has in alive)

    def _places(self) -> int:
        """Return how many shards are done at a time; machines come and go."""
        resources = ray.cluster_resources()
        places = resources.get("GPU", 0) if self.gpus else resources.get("CPU", 0) / self.threads
        return max(1, int(places))


def _do(stage: str, here: dict[str, str], worker: Callable[[Any], Any], kept: Sequence[Any], shard: Any) -> Outcome:
    """Do a shard in a worker process. The setup comes in a list: Ray then fetches it only where it is asked for."""
    return do_shard(stage, here, lambda: worker(ray.get(kept[0])), shard)


def _result(reference: Any, shard: Shard, crashed: Callable[[Shard], Result] | None, retries: int) -> Result:
    try:
        outcome = ray.get(reference)
    except _LOST as error:
        # The loss of a machine tells nothing of the shard, but who asks for no retry takes every loss for a crash.
        if crashed and (retries == 0 or isinstance(error, WorkerCrashedError)):
            return crashed(shard)
        raise ErrataError(
            "a worker of the cluster ended several times at the same work, perhaps because memory ran out; "
            "run the same command again: it continues where it stopped"
        ) from error
    except RayTaskError as error:
        raise error.cause if isinstance(error.cause, Exception) else error from None
    except RaySystemError as error:
        raise ErrataError(
            f"the Ray cluster failed ({str(error).splitlines()[0]}); run the same command again"
        ) from error
    if outcome.problem:
        raise ErrataError(outcome.problem)
    result: Result = outcome.result
    return result
