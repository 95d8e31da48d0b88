"""Which looks in FiftyOne count as drawn; what else the operators do is in test_review_plugin."""

from types import SimpleNamespace
from typing import Any

import pytest

from curation.review_plugin.operators import _place
from curation.review_progress import Place

DRAWN = Place(5, True, 0.25)
DESK: Any = SimpleNamespace(row_of={"a.png": 7}, image={"one": "a.png"}.get)


@pytest.mark.parametrize(
    ("view", "filters", "walked", "turn", "place"),
    [
        ("to review test", None, True, False, DRAWN),
        ("to review", None, False, True, DRAWN),  # by a button of the panel, in its turn
        ("to review test", None, False, False, Place(5, False, None)),  # picked from the grid
        ("to review test", {"split": {}}, True, True, None),  # another queue than it seems
        ("suspicious test", None, True, True, None),
        (None, None, True, True, None),
    ],
)
def test_a_look_counts_as_drawn_in_its_turn(
    view: str | None, filters: Any, walked: bool, turn: bool, place: Place | None
) -> None:
    progress: Any = SimpleNamespace(place=lambda row: DRAWN, next_up=lambda row: turn)
    context = SimpleNamespace(
        current_sample="one", request_params={"view_name": view, "filters": filters}, params={"walked": walked}
    )
    assert _place(context, DESK, progress) == place
    context.current_sample = None  # a selection in the grid
    assert _place(context, DESK, progress) is None
