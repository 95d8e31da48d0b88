"""The split of each sample of a FiftyOne dataset: from a field, else from its tags."""

from collections.abc import Sequence
from typing import Any

from curation.database import store
from curation.datasets.split_words import COLUMNS, split_of
from curation.datasets.tables.grid import plain
from models.errors import ErrataError


def splits_of_samples(dataset: Any, paths: Sequence[str], notices: list[str]) -> list[str]:
    """Return "train", "val", "test" or "" for each sample.

    Args:
        dataset: its N samples.
        paths: of the N images, for messages.
        notices: gets a sentence on where the splits come from, unless it is the field `split`.

    Raises:
        ErrataError: a value of the field is no split, or a sample has the tags of several.
    """
    kinds = store.field_kinds(dataset)
    by_name = {plain(name): name for name, kind in kinds.items() if kind == "text"}
    field = next((by_name[name] for name in COLUMNS if name in by_name), "")
    values = store.read_values(dataset, [field])[0] if field else []
    if any(values):
        splits = [_of_value(field, value, path) for value, path in zip(values, paths, strict=True)]
        if field != "split":
            notices.append(f"splits are read from the field {field!r}")
        return splits
    (tags,) = store.read_values(dataset, ["tags"])
    splits = [_of_tags(each or [], path) for each, path in zip(tags, paths, strict=True)]
    if any(splits):
        without = sum(not split for split in splits)
        rest = f"; {without:,} of {len(splits):,} samples have no such tag: their split is drawn" if without else ""
        notices.append(f"splits are read from the tags{rest}")
    return splits


def _of_value(field: str, value: Any, path: str) -> str:
    if not value:
        return ""
    split = split_of(str(value))
    if split is None:
        raise ErrataError(f"the field {field!r} of {path} says {value!r}, which is no split; write train, val or test")
    return split


def _of_tags(tags: Sequence[str], path: str) -> str:
    splits = {split for tag in tags if (split := split_of(tag))}
    if len(splits) > 1:
        raise ErrataError(f"{path} has the tags of several splits ({', '.join(sorted(tags))}); leave one")
    return next(iter(splits), "")
