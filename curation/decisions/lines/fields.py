"""The fields of a line of the decision log: all there, none unknown, each of its type."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

from models.errors import ErrataError, unknown

SCHEMA_VERSION = 1
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"  # of `time`, whole
_LISTS: frozenset[type] = frozenset({list, tuple})
_TYPES: dict[Any, tuple[frozenset[type], str]] = {  # annotation -> types that JSON gives, in words
    str: (frozenset({str}), "a text"),
    int: (frozenset({int}), "a whole number"),
    bool: (frozenset({bool}), "true or false"),
    tuple[str, ...]: (_LISTS, "a list of texts"),
    float | None: (frozenset({float, int, type(None)}), "a number or null"),
    int | None: (frozenset({int, type(None)}), "a whole number or null"),
}
_WITH_ARTICLE = {"decision": "a decision", "undo": "an undo", "redo": "a redo"}
FRAME = ("schema_version", "kind")  # in every line, but no fields of the class


def checked_fields(cls: type, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a line as the arguments of its class; lists become tuples.

    Args:
        cls: a dataclass with fields of the types above; `kind` does not count as a field here.
        kind: of line: decision, undo or redo.
        values: as read from JSON.

    Raises:
        ErrataError: another schema or kind, or a field that is unknown, missing or of another type.
    """
    check_schema(values)
    if values.get("kind") != kind:
        raise ErrataError(f"kind is {values.get('kind')!r}; expected {kind!r}")
    types, subject = _types(cls), _WITH_ARTICLE[kind]
    try:
        given = _getter(cls)(values)
    except KeyError:
        given = ()
    if not given or len(values) > len(types) + len(FRAME):
        _refuse_names(subject, values, types)
    arguments, wrong = dict(zip(types, given, strict=True)), _first_wrong(cls, tuple(map(type, given)))
    for name in _lists(cls) if wrong is None else ():
        if any(type(text) is not str for text in arguments[name]):
            wrong = name
        arguments[name] = tuple(arguments[name])
    if wrong is not None:
        raise ErrataError(f"{wrong} of {subject} is {values[wrong]!r}; expected {types[wrong][1]}")
    if not arguments["id"] or arguments["sequence"] < 1 or not re.fullmatch(TIME, arguments["time"]):
        raise ErrataError(
            f"{subject} has id {arguments['id']!r}, sequence {arguments['sequence']} and time {arguments['time']!r}; "
            "expected a text, 1 or more, and UTC as 2026-01-31T12:00:00.000000Z"
        )
    return arguments


def check_schema(values: Mapping[str, Any]) -> None:
    """Raise if a line is of another schema.

    Raises:
        ErrataError: it is of a newer schema, or names no schema.
    """
    version = values.get("schema_version")
    if type(version) is int and version > SCHEMA_VERSION:
        raise ErrataError(f"schema_version {version} is of a newer Errata (this one reads {SCHEMA_VERSION}); update it")
    if version != SCHEMA_VERSION:
        raise ErrataError(f"schema_version is {version!r}; expected {SCHEMA_VERSION}")


def _refuse_names(subject: str, values: Mapping[str, Any], types: Mapping[str, Any]) -> None:
    for name in values:
        if name not in types and name not in FRAME:
            raise unknown(f"field of {subject}", name, types)
    raise ErrataError(f"{subject} lacks {', '.join(sorted(set(types) - set(values)))}")


@cache
def _types(cls: type) -> dict[str, tuple[frozenset[type], str]]:
    return {field.name: _TYPES[field.type] for field in fields(cls) if field.name not in FRAME}


@cache
def _getter(cls: type) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    return itemgetter(*_types(cls))


@cache
def _lists(cls: type) -> tuple[str, ...]:
    return tuple(name for name, (allowed, _) in _types(cls).items() if allowed is _LISTS)


@lru_cache(
    maxsize=1024
)  # the lines of a log have few combinations of types: looking each up would take most of the time
def _first_wrong(cls: type, types: tuple[type, ...]) -> str | None:
    """Return the first field with a value of another type, None where all fit; `types` in the order of fields."""
    fields_and_types = zip(_types(cls).items(), types, strict=True)
    return next((name for (name, (allowed, _)), given in fields_and_types if given not in allowed), None)
