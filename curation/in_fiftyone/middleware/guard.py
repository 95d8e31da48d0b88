"""ASGI middleware that stands between the browser and the FiftyOne App.

Without the guard, the App trusts everybody who reaches its port: any web page open in the same browser can change
labels, and any file of this machine can be read. The guard lets through only requests of the App's own pages.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, QueryParams
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from curation.serving.origins import Origins, check_origin, refuse
from curation.serving.policies import local_and, page_policy, with_policy
from curation.serving.proxy import APP_ADDRESS, FIFTYONE_ADDRESS, proxy_address

# Operators of FiftyOne that list folders or hand out files. Everything else they do stays within the dataset.
_BLOCKED_OPERATORS = ("list_files", "download_file")
_BODY_BYTES = 16 * 1024 * 1024

# A data set from anywhere may hold an SVG or HTML file: opened in a tab it must not run scripts as the App.
_FILE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
# Stages that hand MongoDB whatever a request says, and the operators that run JavaScript in it or write collections.
_RAW_STAGE = "fiftyone.core.stages.Mongo"
_RAW_OPERATORS = ("$where", "$function", "$accumulator", "$out", "$merge")
_PAGES = re.compile(r"/|/datasets/[^/]+|/assets/[^/]+|/favicon\.ico")
_FAILURE = b'{"kind": "Server Error", "stack": "see the log of the App server"}'  # the shape the App's pages expect


class Guard:
    """Let through requests of the App's own pages only, and files under the media roots only.

    Refuses, in this order:
        400: control characters in the path (the App's router overlooks a final line break), a header given twice, two
            statements of how long the body is.
        421: a Host other than 127.0.0.1:port, localhost:port and the proxy's (DNS rebinding).
        403: a request of another origin, except that links to a page are followed and local pages may frame it;
            a file outside the roots, however it is named; GraphQL in an address; operators that list folders;
            stages and operators of MongoDB that FiftyOne would pass on unread; every websocket, for FiftyOne's pages
            open none.
        400, 413: a body that is no JSON in UTF-8, or too long.

    It protects from web pages, not from people: another user of the same machine who can open the port can forge
    every header. Where that matters, use a machine of your own.
    """

    def __init__(self, app: ASGIApp, port: int, roots: Iterable[Path]) -> None:
        """Wrap an ASGI app served on `port`; files under `roots` may be read, links followed first."""
        self._app = app
        self._origins = Origins.of(port, proxy_address(FIFTYONE_ADDRESS))
        self._framed_by = local_and(proxy_address(APP_ADDRESS))  # Errata's screen has another port
        self._roots = [Path(os.path.realpath(root)) for root in roots]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or hand it to the App."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            self._check(scope)
            if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS"):
                receive = await _checked_body(scope, receive)
        except HTTPException as refusal:
            await refuse(refusal, scope, receive, send)
            return
        host = Headers(scope=scope)["host"]
        policy = _FILE_POLICY if _asks_for_file(scope) else page_policy(host, framed_by=self._framed_by)
        await self._app(scope, receive, with_policy(_blanked(send), policy))

    def _check(self, scope: Scope) -> None:
        check_origin(scope, self._origins, lambda path: _PAGES.fullmatch(path) is not None)
        if scope["type"] == "websocket":
            raise HTTPException(403, "No websockets.")
        if scope["path"].rstrip("/") == "/graphql" and scope["method"] != "POST":
            raise HTTPException(403, "Questions are sent with POST.")
        if _asks_for_file(scope) and not self._may_read(QueryParams(scope["query_string"])):
            raise HTTPException(403, "Not a file of this data set.")

    def _may_read(self, query: QueryParams) -> bool:
        named = query.getlist("filepath")
        if len(named) != 1 or not Path(named[0]).is_absolute():
            return False
        try:
            path = Path(os.path.realpath(named[0]))
        except (OSError, ValueError):  # a zero byte, a name too long
            return False
        return any(path.is_relative_to(root) for root in self._roots)


def _asks_for_file(scope: Scope) -> bool:
    return scope["path"].rstrip("/") == "/media" or "filepath" in QueryParams(scope["query_string"])


async def _checked_body(scope: Scope, receive: Receive) -> Receive:
    """Read the whole body and return a `receive` that gives it again, unless it asks for what is switched off."""
    length = Headers(scope=scope).get("content-length", "")
    if length.isdecimal() and int(length) > _BODY_BYTES:  # at once; what states no length is counted below
        raise HTTPException(413, "Too long.")
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HTTPException(400, "Cut off.")
        body.extend(message.get("body", b""))
        more = message.get("more_body", False)
        if len(body) > _BODY_BYTES:
            raise HTTPException(413, "Too long.")
    try:
        # In UTF-8 as the App reads it; of names given twice each is looked at, for the App may take either.
        named = set(_strings(json.loads(body.decode() or "{}", object_pairs_hook=_Pairs)))
    except (ValueError, RecursionError):
        raise HTTPException(400, "No JSON.") from None
    if scope["path"].startswith("/operators") and any(text.rsplit("/", 1)[-1] in _BLOCKED_OPERATORS for text in named):
        raise HTTPException(403, "This operator is switched off.")
    if any(text in _RAW_OPERATORS or text.startswith(_RAW_STAGE) for text in named):
        raise HTTPException(403, "Raw database queries are switched off.")
    return _replay(bytes(body), receive)


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON as its names and values, names given twice included."""


def _strings(value: Any) -> Iterator[str]:
    """Yield every string in a JSON value, names too: MongoDB's notation can wrap a name, as in {"$symbol": name}."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()  # the client's disconnect, which ends event streams
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _blanked(send: Send) -> Send:
    """Return a `send` that blanks server errors, whose bodies hold tracebacks."""
    failed = False

    async def blanked(message: Message) -> None:
        nonlocal failed
        if message["type"] == "http.response.start" and message["status"] >= 500:
            failed = True
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(_FAILURE)).encode())]
            message = {**message, "status": 500, "headers": headers}
        elif message["type"] == "http.response.body" and failed:
            more = message.get("more_body", False)
            message = {**message, "body": b"" if more else _FAILURE}
        await send(message)

    return blanked
