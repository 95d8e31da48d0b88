"""Many lines of the decision log read at once, where all are surely good; else each is to be read by itself."""

from dataclasses import fields
from functools import cache
from typing import Any

from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

from curation.decisions.decision import SHA256, Decision, Entry, Reversal
from curation.decisions.lines.fields import FRAME, SCHEMA_VERSION, TIME
from models.errors import ErrataError

# Strict each: a dataclass does not hand the validator's strictness on, and true would count as 1.
_SCHEMAS: dict[Any, CoreSchema] = {  # annotation -> the values that may stand there
    str: core_schema.str_schema(),
    int: core_schema.int_schema(ge=1, strict=True),
    bool: core_schema.bool_schema(strict=True),
    tuple[str, ...]: core_schema.tuple_schema([core_schema.str_schema()], variadic_item_index=0),
    float | None: core_schema.nullable_schema(core_schema.float_schema(allow_inf_nan=False, strict=True)),
    int | None: core_schema.nullable_schema(core_schema.int_schema(ge=1, strict=True)),
}
_FORMS: dict[str, CoreSchema] = {  # field -> the texts that may stand there
    "id": core_schema.str_schema(min_length=1),
    "time": core_schema.str_schema(pattern=f"^{TIME}$"),
    "sha256": core_schema.str_schema(pattern=f"^{SHA256}$"),
}


def entries_of(lines: bytes) -> list[Entry] | None:
    """Return the entries of some lines; None where a line is not surely good: then each has to be read by itself.

    Whatever is returned is what `entry_from_dict` returns for each line. All lines are parsed as a JSON list, in which
    they stay lines: that is safe, because a text with a line end in it is no JSON, and because each line begins with a
    brace, which can only begin a new item of that list, since no field holds an object.

    Args:
        lines: with their ends; at least one line.
    """
    number = lines.count(b"\n")
    if not lines.startswith(b"{") or lines.count(b"\n{") != number - 1 or not lines.endswith(b"\n"):
        return None
    try:
        entries: list[Entry] = _validator().validate_json(b"[" + lines[:-1].replace(b"\n", b"\n,") + b"]")
        if len(entries) != number:  # a line holds several objects
            return None
        for entry in entries:
            entry.checked()
    except (ValidationError, ErrataError):
        return None
    return entries


@cache
def _validator() -> SchemaValidator:
    kinds: dict[Any, CoreSchema] = {"decision": _schema(Decision, "decision")}
    for kind in ("undo", "redo"):
        kinds[kind] = _schema(Reversal, kind)
    line = core_schema.tagged_union_schema(kinds, "kind")
    return SchemaValidator(core_schema.list_schema(line))


def _schema(cls: type, kind: str) -> CoreSchema:
    """Return what a line of a kind has to be: all fields, no other field, each of its type."""
    names = [field.name for field in fields(cls)]
    frame: dict[str, list[Any]] = {"schema_version": [SCHEMA_VERSION], "kind": [kind]}
    items = [
        core_schema.dataclass_field(name, core_schema.literal_schema(frame[name]), init_only=name not in names)
        for name in FRAME
    ]
    items += [
        core_schema.dataclass_field(field.name, _FORMS.get(field.name, _SCHEMAS[field.type]))
        for field in fields(cls)
        if field.name not in FRAME
    ]
    arguments = core_schema.dataclass_args_schema(cls.__name__, items, extra_behavior="forbid")
    return core_schema.dataclass_schema(cls, arguments, names, slots=True, strict=True)
