"""What runs in a worker process: it is set up once for a stage, then does one shard after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models.cluster.probe import host, versions
from models.errors import ErrataError

_READY: dict[str, Callable[[Any], Any]] = {}  # stage -> what does a shard; of the latest stage only


@dataclass(frozen=True)
class Outcome:
    """What became of a shard."""

    result: Any
    problem: str = ""  # a sentence for people that names the host; the result then says nothing


def differing(here: dict[str, str], there: dict[str, str], there_host: str) -> str:
    """Return a sentence where a host has other versions than this machine; "" where it has the same."""
    for name, version in here.items():
        if name not in there:
            return f"{there_host} has no {name}; install the same Errata there as here, {name} {version}"
        if there[name] != version:
            return (
                f"{there_host} has {name} {there[name]} and this machine {name} {version}: their results could "
                "differ; install the same version on both"
            )
    return ""


def do_shard(stage: str, expected: dict[str, str], set_up: Callable[[], Callable[[Any], Any]], shard: Any) -> Outcome:
    """Do a shard of a stage, set up at the first one.

    Args:
        stage: tells stages apart.
        expected: versions of the machine that asks.
        set_up: returns what does a shard; called where this process did no shard of the stage yet.
        shard: what to do.
    """
    if different := differing(expected, versions(), host()):
        return Outcome(None, different)
    try:
        if stage not in _READY:
            _READY.clear()
            _READY[stage] = set_up()
        return Outcome(_READY[stage](shard))
    except ErrataError as error:
        return Outcome(None, f"{host()}: {error}")
    except OSError as error:  # a full disk, most often of temporary files
        return Outcome(None, f"{host()}: {error}; see to it there, then run the same command again")
