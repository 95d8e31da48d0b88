"""Links that change the address."""

from html.parser import HTMLParser
from urllib.parse import parse_qs

import pytest
import streamlit as st

from app.html_parts.picks import pick


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs))


def link(html: str) -> dict[str, str]:
    parser = Links()
    parser.feed(html)
    (attributes,) = parser.links
    return {name: value or "" for name, value in attributes.items()}


def test_the_link_keeps_the_rest_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    class Address:
        def to_dict(self) -> dict[str, str]:
            return {"dataset": "tiny", "cell": "1.2"}

    monkeypatch.setattr(st, "query_params", Address())
    attributes = link(pick("<b>x</b>", "er-small", "Review a", screen="review", image='a&b "c".png', cell=""))
    assert parse_qs(attributes["href"].removeprefix("?")) == {
        "dataset": ["tiny"],
        "screen": ["review"],
        "image": ['a&b "c".png'],
    }
    assert parse_qs(attributes["data-pick"], keep_blank_values=True) == {
        "screen": ["review"],
        "image": ['a&b "c".png'],
        "cell": [""],
    }
    assert (attributes["class"], attributes["title"], attributes["aria-label"]) == ("er-small", "Review a", "Review a")


@pytest.mark.parametrize("name", ['"><script>alert(1)</script>', "' onclick='x", "a/ü.png"])
def test_names_stay_names(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Address:
        def to_dict(self) -> dict[str, str]:
            return {}

    monkeypatch.setattr(st, "query_params", Address())
    attributes = link(pick("x", "er-small", name, image=name))
    assert set(attributes) == {"class", "href", "data-pick", "title", "aria-label"}
    assert attributes["title"] == name
    assert parse_qs(attributes["data-pick"]) == {"image": [name]}
