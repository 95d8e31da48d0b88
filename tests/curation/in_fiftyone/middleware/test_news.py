"""What an open page of FiftyOne is told of new verdicts."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.in_fiftyone.middleware import news as module
from curation.in_fiftyone.middleware.news import MOST, PATH, News, NewsAnswers
from curation.workspace.folders import Workspace


def test_a_page_that_was_just_loaded_has_no_news() -> None:
    news = News()
    news.tell("errata-a", ["1"])
    mark, samples = news.since("", "errata-a")
    assert samples == []
    news.tell("errata-a", ["2", "3"])
    news.tell("errata-b", ["4"])
    again, samples = news.since(mark, "errata-a")
    assert samples == ["2", "3"]
    assert news.since(again, "errata-a") == (again, [])
    assert news.since(mark, "errata-b")[1] == ["4"]


def test_when_all_is_loaded_again() -> None:
    """After another start of the server, after a long sleep, after a dataset was written anew, or for many samples."""
    news = News()
    mark = news.since("", "a")[0]
    for unknown in ("an-earlier-process.7", f"{mark}x", "nonsense"):
        assert news.since(unknown, "a")[1] is None
    news.tell("a", None)
    assert news.since(mark, "a")[1] is None
    mark = news.since(mark, "a")[0]
    news.tell("a", [str(number) for number in range(MOST + 1)])
    assert news.since(mark, "a")[1] is None
    for number in range(module._KEPT):
        news.tell("a", [str(number)])
    assert news.since(mark, "a")[1] is None


@given(st.lists(st.tuples(st.sampled_from("ab"), st.lists(st.sampled_from("123"), max_size=3)), max_size=9))
def test_a_page_that_asks_at_any_times_hears_of_every_sample(steps: list[tuple[str, list[str]]]) -> None:
    news, heard = News(), set[str]()
    mark = news.since("", "a")[0]
    for number, (name, samples) in enumerate(steps):
        news.tell(name, samples)
        if number % 2:
            mark, told = news.since(mark, "a")
            heard |= set(told or ())
    heard |= set(news.since(mark, "a")[1] or ())
    assert heard == {sample for name, samples in steps if name == "a" for sample in samples}


def asked(page: NewsAnswers, **query: str) -> tuple[bytes, Any]:
    """Return the caching rule and the content of the answer to a page."""
    sent: list[Any] = []
    scope = {"type": "http", "path": PATH, "query_string": urlencode(query).encode()}

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("it has no body")

    asyncio.run(page(scope, receive, send))
    return dict(sent[0]["headers"])[b"cache-control"], json.loads(sent[1]["body"])


def test_the_answer(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("it is not for FiftyOne")

    monkeypatch.setattr(module, "load_dataset", lambda workspace, name: name)
    monkeypatch.setattr(module, "documents_for_page", lambda dataset, ids: [{"_id": each} for each in ids])
    news = News()
    page = NewsAnswers(app, workspace, news)
    caching, first = asked(page, dataset="errata-a", mark="")
    assert (caching, first["samples"]) == (b"no-store", [])
    news.tell("errata-a", ["7"])
    assert asked(page, dataset="errata-a", mark=first["mark"])[1]["samples"] == [{"_id": "7"}]
    news.tell("errata-a", None)
    assert asked(page, dataset="errata-a", mark=first["mark"])[1]["samples"] is None
