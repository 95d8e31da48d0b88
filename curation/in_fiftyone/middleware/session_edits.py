"""ASGI middleware that makes a decision of each label or tag that a reviewer edits in their own App."""

import asyncio
import json
import logging
import re
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from curation.workspace.folders import Workspace
from models.errors import ErrataError

_SAMPLE = re.compile(r"/dataset/[0-9a-f]{24}/sample/([0-9a-f]{24})(/.*)?")
_log = logging.getLogger(__name__)


class SessionEdits:
    """Let every request through; after one that edited a sample, or tagged some, make decisions of that."""

    def __init__(self, app: ASGIApp, workspace: Workspace, reviewer: str) -> None:
        """Wrap the App of a reviewer; without a reviewer, edits wait for `errata sync`."""
        self._app, self._workspace, self._reviewer = app, workspace, reviewer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the App; the answer does not wait for the decision."""
        edited, tags = edited_sample(scope), _tags(scope)
        if (edited is None and not tags) or not self._reviewer:
            await self._app(scope, receive, send)
            return
        status, body = 0, b""

        async def received() -> Message:
            nonlocal body
            message = await receive()
            body += message.get("body", b"") if tags else b""
            return message

        async def sent(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        await self._app(scope, received, sent)
        if 200 <= status < 300:
            await asyncio.to_thread(self._decide, [edited] if edited else _tagged_samples(body))

    def _decide(self, sample_ids: list[str]) -> None:
        """Make decisions of edited samples of one dataset; without ids, of all samples with a tag that is a verdict."""
        from curation.in_fiftyone.desks import desk_with, tagged_samples
        from curation.in_fiftyone.sync import sync_samples

        try:
            if sample_ids:
                edited = desk_with(self._workspace, sample_ids[0])
                edits = [(edited, sample_ids)] if edited else []
            else:
                edits = tagged_samples(self._workspace)
            for desk, ids in edits:
                bench = desk.bench
                for sentence in sync_samples(desk.dataset, bench.audit, bench.ledger, self._reviewer, ids).refused:
                    _log.warning("%s", sentence)
        except ErrataError as error:  # the edit stays, for `errata sync`
            _log.warning("an edit in FiftyOne is not a decision yet: %s", error)


def edited_sample(scope: Scope) -> str | None:
    """Return the id of the sample that a request edits, None for any other request."""
    if scope["type"] != "http" or scope["method"] != "PATCH":
        return None
    match: re.Match[Any] | None = _SAMPLE.fullmatch(scope["path"])
    return match.group(1) if match else None


def _tags(scope: Scope) -> bool:
    """Tell whether a request tags samples or labels."""
    return scope["type"] == "http" and (scope["method"], scope["path"].rstrip("/")) == ("POST", "/tag")


def _tagged_samples(body: bytes) -> list[str]:
    """Return the ids of the samples that a request tags; empty where it tags all that the page shows."""
    try:
        ids = json.loads(body).get("sample_ids") or []
    except (ValueError, AttributeError):
        return []
    return [sample_id for sample_id in ids if isinstance(sample_id, str)] if isinstance(ids, list) else []
