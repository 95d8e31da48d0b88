"""What a person said of an image in another tool, and how files of such tools are read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import ErrataError

SUGGESTED_BY = "errata"  # who made the suggestions in tasks that come from here: they are no verdicts


@dataclass(frozen=True)
class Opinion:
    """What a person said of an image."""

    image: str  # its name, path or address in the tool
    classes: tuple[str, ...]  # chosen; or one verdict that names no class, as `exclude`
    reviewer: str = ""  # empty where the file does not say who
    looked_s: float | None = None  # seconds


@dataclass(frozen=True)
class Opinions:
    """What a file says."""

    tool: str
    opinions: tuple[Opinion, ...]
    unjudged: int  # images of the file without a class that a person chose: skipped, empty, or suggestions only


def read_json_file(path: Path) -> Any:
    """Return the content of a JSON file of another tool.

    Raises:
        ErrataError: it cannot be read, or is no JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; check the path") from error
    except ValueError as error:
        raise ErrataError(f"{path} is no JSON ({error}); export it again") from error


def text_of(value: Any) -> str:
    """Return a person's name, address or number as text; of a record the part that tells people apart."""
    if isinstance(value, Mapping):
        return next((str(value[key]) for key in ("email", "username", "id") if value.get(key)), "")
    return "" if value is None else str(value).strip()
