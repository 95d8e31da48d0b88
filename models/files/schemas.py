"""JSON files that are read back: each has a schema, and what does not fit it is refused in one sentence."""

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from models.errors import ErrataError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")
AGAIN = "delete it and run the command again"
AUDIT_AGAIN = "run `errata audit` again, which makes what is missing"


def read_as(path: Path, schema: type[T], advice: str = AGAIN, newest: int | None = None) -> T:
    """Return the content of a JSON file as a dataclass, or a dict or list of values of given types.

    Fields that the schema does not know are left out: a newer Errata may have written them.

    Args:
        path: the file.
        schema: what the content must be; types are not converted.
        advice: what to do where the file is damaged.
        newest: highest `schema_version` that can be read; None: the file has none.

    Raises:
        ErrataError: the file is missing, is no JSON, is of a newer Errata, or does not fit the schema.
    """
    return _read(path, schema, advice, newest)[1]


def read_dict(path: Path, schema: type, advice: str = AGAIN, newest: int | None = None) -> dict[str, Any]:
    """Return a JSON object with all its fields; those that the schema names are of its types.

    Args and errors: as `read_as`; the schema is a dataclass.
    """
    values: dict[str, Any] = _read(path, schema, advice, newest)[0]
    return values


def check_newest(path: Path, newest: int) -> None:
    """Raise if a JSON file is of a newer Errata; nothing where it is damaged or missing.

    Raises:
        ErrataError: its `schema_version` is above `newest`.
    """
    from pydantic_core import from_json

    with suppress(OSError, ValueError):
        _check_version(path, from_json(path.read_bytes()), newest)


def _read(path: Path, schema: type[T], advice: str, newest: int | None) -> tuple[Any, T]:
    """Return the content of a file as it is, and as the schema has it."""
    from pydantic import ValidationError  # takes 0.04 s, which commands that read nothing back need not wait for
    from pydantic_core import from_json

    try:
        content = path.read_bytes()
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}") from error
    try:
        values = from_json(content, allow_inf_nan=False)
        if newest is not None:
            _check_version(path, values, newest)
        return values, _adapter(schema).validate_json(content, strict=True)  # type: ignore[arg-type] # a type is hashable
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, wrong["loc"]))
        reason = f"{place}: {wrong['msg']}" if place else wrong["msg"]
    except ValueError as error:  # no JSON at all
        reason = str(error)
    raise ErrataError(f"{path} is damaged ({reason}); {advice}")


@cache
def _adapter(schema: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(schema)


def _check_version(path: Path, content: Any, newest: int) -> None:
    version = content.get("schema_version") if isinstance(content, dict) else None
    if isinstance(version, int) and version > newest:
        raise ErrataError(
            f"{path} has schema {version}, of a newer Errata; this one reads up to {newest}: "
            "install the newer Errata, or set ERRATA_HOME to another workspace"
        )
