"""Files that are whole or absent: written under a temporary name, then renamed."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from models.errors import ErrataError
from models.files.unfinished import unfinished_file

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` if the block ends without an exception.

    Raises:
        ErrataError: the folder cannot be written or the disk is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished_file(path) as temporary:
            yield temporary
            temporary.chmod(0o644)
            temporary.replace(path)
    except OSError as error:
        advice = "name a file" if path.is_dir() else "free some space or choose another ERRATA_HOME"
        raise ErrataError(f"cannot write {path}: {error.strerror}; {advice}") from error


def write_text(path: Path, text: str) -> None:
    """Write the text as UTF-8, whole or not at all."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write JSON, sorted and indented; NaN and infinity are refused (ValueError)."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n")


def digest(*parts: Any) -> str:
    """Return a SHA-256 over JSON-able parts, as 16 hex digits: the key of whatever was computed from them."""
    text = json.dumps(parts, sort_keys=True, allow_nan=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def checked_name(kind: str, name: str) -> str:
    """Return `name` if it may become a file name, so that no name leaves its folder.

    Raises:
        ErrataError: it is not made of a-z, 0-9, '_' and '-', at most 64, starting with a letter or digit.
    """
    if not _NAME.fullmatch(name):
        raise ErrataError(
            f"{kind} {name!r} is not a name: use up to 64 of a-z, 0-9, '_' and '-', a letter or digit first"
        )
    return name
