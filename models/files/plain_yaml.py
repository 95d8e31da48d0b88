"""YAML that is no larger than it looks: a name for a part, used again and again, can stand for billions of values."""

from typing import Any

import yaml

from models.errors import ErrataError

_MOST = 1_000_000  # values, each use of a named part counted


def plain_yaml(text: str) -> Any:
    """Return the content of YAML: mappings, lists, texts, numbers, dates.

    Raises:
        ErrataError: it is no YAML, or parts are nested too deep, in themselves or in too many others; the sentence goes
            after the file's name.
    """
    try:
        # Counted before anything is made: a merge key (<<) copies what it names while it is read.
        size = _size(yaml.compose(text, yaml.SafeLoader), {}, frozenset())
        content = yaml.safe_load(text) if size <= _MOST else None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that is none, a number of thousands of digits
        raise ErrataError(f"is no YAML ({' '.join(str(error).split())}); correct it") from error
    except RecursionError as error:
        raise ErrataError("is nested too deep; correct it") from error
    if size > _MOST:
        raise ErrataError(f"stands for over {_MOST:,} values by parts (&) that are used again (*); write them out")
    return content


def _size(part: yaml.Node | None, known: dict[int, int], around: frozenset[int]) -> int:
    """Return how many values a part stands for; each is looked at once."""
    if not isinstance(part, yaml.CollectionNode):
        return 1
    if id(part) in around:
        raise ErrataError("has a part that holds itself (* inside of its own &); correct it")
    if id(part) not in known:
        inner = around | {id(part)}
        children = [value for _, value in part.value] if isinstance(part, yaml.MappingNode) else part.value
        known[id(part)] = 1 + sum(_size(child, known, inner) for child in children)
    return known[id(part)]
