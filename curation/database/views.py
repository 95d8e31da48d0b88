"""Saved views of a FiftyOne dataset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curation.database.names import label_of


@dataclass(frozen=True)
class View:
    """A saved view: a query that stays true while the labels change."""

    name: str
    description: str
    where: Mapping[str, Any] = field(default_factory=dict)  # field -> the value it must have
    differ: Sequence[str] = ()  # classification fields; their labels must not all be equal
    filled: str | None = None  # a field that must have a value
    empty: str | None = None  # a field that must have no value
    sort_by: str | None = None
    last_first: str | None = None  # a field to sort by, highest first
    limit: int | None = None


def save_views(dataset: Any, views: Sequence[View]) -> None:
    """Save the views, in this order; a view of the same name is replaced."""
    from fiftyone import ViewField

    for view in views:
        stages = dataset.view()
        for name, value in view.where.items():
            stages = stages.match(ViewField(name) == value)
        if view.filled:
            stages = stages.exists(view.filled)
        if view.empty:
            stages = stages.exists(view.empty, False)
        if view.differ:
            first, *rest = [ViewField(label_of(name)) for name in view.differ]
            stages = stages.match(ViewField.any([first != label for label in rest]))
        if view.sort_by:
            stages = stages.sort_by(view.sort_by)
        if view.last_first:
            stages = stages.sort_by(view.last_first, reverse=True)
        if view.limit:
            stages = stages.limit(view.limit)
        dataset.save_view(view.name, stages, description=view.description, overwrite=True)
