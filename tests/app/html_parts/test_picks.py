"""Links that change the address."""

from html.parser import HTMLParser
from urllib.parse import parse_qs

import pytest
import streamlit as st

from app.html_parts.picks import pick


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append(dict(attrs))


def link(html: str) -> dict[str, str]:
    parser = Links()
    parser.feed(html)
    (own,) = parser.found
    return {name: value or "" for name, value in own.items()}


def test_the_link_keeps_the_rest_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    class Address:
        def to_dict(self) -> dict[str, str]:
            return {"dataset": "tiny", "cell": "1.2"}

    monkeypatch.setattr(st, "query_params", Address())
    own = link(pick("<b>x</b>", "er-small", "Review a", screen="review", image='a&b "c".png', cell=""))
    assert parse_qs(own["href"].removeprefix("?")) == {
        "dataset": ["tiny"],
        "screen": ["review"],
        "image": ['a&b "c".png'],
    }
    assert parse_qs(own["data-pick"], keep_blank_values=True) == {
        "screen": ["review"],
        "image": ['a&b "c".png'],
        "cell": [""],
    }
    assert (own["class"], own["title"], own["aria-label"]) == ("er-small", "Review a", "Review a")


@pytest.mark.parametrize("name", ['"><script>alert(1)</script>', "' onclick='x", "a/ü.png"])
def test_names_stay_names(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Address:
        def to_dict(self) -> dict[str, str]:
            return {}

    monkeypatch.setattr(st, "query_params", Address())
    own = link(pick("x", "er-small", name, image=name))
    assert set(own) == {"class", "href", "data-pick", "title", "aria-label"}
    assert own["title"] == name
    assert parse_qs(own["data-pick"]) == {"image": [name]}
