"""ASGI middleware that makes a decision of each label edited in a reviewer's App: only it knows whose edit it is."""

import asyncio
import logging
import re
from typing import Any

from curation.guard import App, Message, Receive, Scope, Send
from curation.workspace import Workspace
from models.errors import ErrataError

_SAMPLE = re.compile(r"/dataset/[0-9a-f]{24}/sample/([0-9a-f]{24})(/.*)?")
_log = logging.getLogger(__name__)


class SessionEdits:
    """Let every request through; after one that edited a sample, make a decision of what was edited."""

    def __init__(self, app: App, workspace: Workspace, reviewer: str) -> None:
        """Wrap the App of a reviewer; of nobody's, edits wait for `errata sync`."""
        self._app, self._workspace, self._reviewer = app, workspace, reviewer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the App; the answer does not wait for the decision."""
        edited = _edited_sample(scope)
        if edited is None or not self._reviewer:
            await self._app(scope, receive, send)
            return
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._app(scope, receive, noted)
        if 200 <= status < 300:
            await asyncio.to_thread(self._decide, edited)

    def _decide(self, sample_id: str) -> None:
        from curation.desks import desk_with
        from curation.sync import sync_samples

        try:
            if desk := desk_with(self._workspace, sample_id):
                found = sync_samples(desk.dataset, desk.audit, desk.review, self._reviewer, [sample_id])
                for sentence in found.refused:
                    _log.warning("%s", sentence)
        except ErrataError as error:  # the edit stays, for `errata sync`
            _log.warning("an edit in FiftyOne is no decision yet: %s", error)


def _edited_sample(scope: Scope) -> str | None:
    """Return the id of the sample that a request edits, None for any other request."""
    if scope["type"] != "http" or scope["method"] != "PATCH":
        return None
    found: re.Match[Any] | None = _SAMPLE.fullmatch(scope["path"])
    return found.group(1) if found else None
