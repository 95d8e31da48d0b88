"""What a job of the queue is asked to do, as the command line parser understood it."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from curation.workspace.names import ORIGINAL


@dataclass(frozen=True)
class JobRequest:
    """An audit or a training for the queue."""

    arguments: tuple[str, ...]  # of `errata`, the command first
    dataset: str  # the name under which it is audited
    title: str  # what people see
    version: str = ORIGINAL  # of the labels
    seeds: tuple[int, ...] = ()  # of a training; empty in entries written before requests were kept
    options: Mapping[str, Any] = field(default_factory=dict)  # every parameter of the command by its name

    @property
    def command(self) -> str:
        """`audit` or `train`."""
        return self.arguments[0]

    def entry(self) -> dict[str, Any]:
        """Return what an entry of the queue keeps of it, as JSON; `read_request` reads it."""
        return {
            "title": self.title,
            "dataset": self.dataset,
            "arguments": list(self.arguments),
            "request": {"version": self.version, "seeds": list(self.seeds), "options": dict(self.options)},
        }


def read_request(entry: Mapping[str, Any]) -> JobRequest:
    """Return the request of an entry of the queue; one written before requests were kept has only its arguments."""
    request = JobRequest(tuple(entry["arguments"]), entry["dataset"], entry["title"])
    if kept := entry.get("request"):
        return replace(request, version=kept["version"], seeds=tuple(kept["seeds"]), options=kept["options"])
    return request


def training_title(recipe: str, architecture: str, version: str) -> str:
    """Return what people see of a training: what is trained, and on which labels."""
    return f"{' with '.join(filter(None, (recipe, architecture)))} on {version}"


def command_line(arguments: Sequence[str]) -> str:
    """Return a command as it is typed."""
    return shlex.join(["errata", *arguments])
