"""Command-line options made of a dataclass's fields, so that none is written twice."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any

import typer


def with_options(function: Callable[..., None], settings: type[Any]) -> Callable[..., None]:
    """Return the function with its `**settings` spelled out: an option for each field, None where it is not given.

    Args:
        function: a command that takes `**settings`.
        settings: a dataclass; each field's metadata holds its `help`.
    """
    signature = inspect.signature(function)
    own = [one for one in signature.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
    more = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=_annotation(field.type, field.metadata["help"]),
        )
        for field in fields(settings)
    ]
    function.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined]
    function.__annotations__ = {one.name: one.annotation for one in (*own, *more)}
    return function


def _annotation(kind: Any, about: str) -> Any:
    return Annotated[kind | None, typer.Option(help=about, show_default="the recipe's")]
