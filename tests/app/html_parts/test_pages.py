"""Pages of a long list."""

import pytest
import streamlit as st

from app.html_parts.pages import Pages


@pytest.mark.parametrize(
    ("n", "chosen", "count", "current"),
    [
        (0, 1, 1, (0, 0)),
        (8, 1, 1, (0, 8)),
        (9, 1, 2, (0, 8)),
        (9, 2, 2, (8, 9)),
        (9, 5, 2, (8, 9)),  # the list has become shorter
    ],
)
def test_the_entries_of_the_chosen_page(
    n: int, chosen: int, count: int, current: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(st, "session_state", {"list": chosen})
    pages = Pages("list", n, 8)
    assert pages.count == count
    assert (pages.current.start, pages.current.stop) == current
