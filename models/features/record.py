"""What `meta.json` beside the features of a backbone says of how they were computed."""

import platform
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.schemas import read_as

NAME = "meta.json"
WHY = "float32_because"  # the entry that says why features are not kept in float16


@dataclass(frozen=True)
class _Record:
    """What the file says."""

    computed: list[dict[str, Any]]  # when, how many and by which versions


def record(folder: Path, entry: dict[str, Any]) -> None:
    """Add an entry to the list of what was computed, when and by which versions."""
    entry |= {library: version(library) for library in ("torch", "timm", "pillow")}
    entry |= {"python": platform.python_version(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
    write_json(folder / NAME, {"schema_version": 1, "computed": [*_entries(folder), entry]})


def recorded_reason(folder: Path) -> str:
    """Return why earlier features of the folder are kept in float32; "" = nothing said so."""
    return next((str(entry[WHY]) for entry in _entries(folder) if entry.get(WHY)), "")


def _entries(folder: Path) -> list[dict[str, Any]]:
    path = folder / NAME
    with suppress(ErrataError):  # damaged: a record for people, and what it says is found out again
        return read_as(path, _Record).computed if path.is_file() else []
    return []
