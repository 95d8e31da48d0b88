"""What an open page of FiftyOne asks for twice a second: the samples with new verdicts, whoever gave them."""

import asyncio
import json
import secrets
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from curation.database.samples import documents_for_page
from curation.database.store import load_dataset
from curation.workspace.folders import Workspace
from models.errors import ErrataError

PATH = "/errata/news"
_KEPT = 1_000  # steps of the log; a page that slept longer is loaded again
MOST = 300  # samples in an answer; more are loaded again with the page


class News:
    """Samples with new verdicts, numbered: a page names the last number that it knows."""

    def __init__(self) -> None:
        """Start empty, with a name that no earlier process had."""
        self._process, self._lock = secrets.token_hex(4), threading.Lock()
        self._steps: list[tuple[int, str, tuple[str, ...] | None]] = []  # number, dataset, its samples; None: any
        self._last = 0

    def tell(self, dataset: str, sample_ids: Sequence[str] | None) -> None:
        """Add samples of a dataset; None where any of them may have changed."""
        with self._lock:
            self._last += 1
            self._steps.append((self._last, dataset, None if sample_ids is None else tuple(sample_ids)))
            del self._steps[:-_KEPT]

    def since(self, mark: str, dataset: str) -> tuple[str, list[str] | None]:
        """Return the mark to ask with next time, and the samples with news since a mark; None: any may have changed.

        Args:
            mark: of an earlier answer; empty for a page that was just loaded, which has no news.
            dataset: name of the FiftyOne dataset.
        """
        process, _, number = mark.partition(".")
        with self._lock:
            now = f"{self._process}.{self._last}"
            if not mark:
                return now, []
            if process != self._process or not number.isdecimal():
                return now, None
            if self._steps and int(number) < self._steps[0][0] - 1:
                return now, None
            steps = [samples for step, name, samples in self._steps if step > int(number) and name == dataset]
        sample_ids = dict.fromkeys(sample_id for samples in steps for sample_id in samples or ())
        return now, None if None in steps or len(sample_ids) > MOST else [*sample_ids]


class NewsAnswers:
    """ASGI middleware that answers PATH, and lets every other request through."""

    def __init__(self, app: ASGIApp, workspace: Workspace, news: News) -> None:
        """Wrap the App of a workspace."""
        self._app, self._workspace, self._news = app, workspace, news

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer `{"mark": …, "samples": […]}`, with `null` where the page has to load all again."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        query = QueryParams(scope["query_string"])
        dataset = query.get("dataset", "")
        mark, sample_ids = self._news.since(query.get("mark", ""), dataset)
        if sample_ids:
            body = await asyncio.to_thread(_answer, self._workspace, mark, dataset, sample_ids)
        else:
            body = json.dumps({"mark": mark, "samples": sample_ids})
        headers = {"cache-control": "no-store"}
        await Response(body, media_type="application/json", headers=headers)(scope, receive, send)


def _answer(workspace: Workspace, mark: str, dataset: str, sample_ids: Sequence[str]) -> str:
    samples: list[dict[str, Any]] = []
    with suppress(ErrataError):  # the database has died, or the dataset is being written anew: there will be news again
        samples = documents_for_page(load_dataset(workspace, dataset), sample_ids)
    return json.dumps({"mark": mark, "samples": samples})
