"""ASGI middleware that stands between the browser and the FiftyOne App.

Without the guard, the App trusts everybody who reaches its port: any web page open in the same browser can change
labels, and any file of this machine can be read. The guard lets through only requests of the App's own pages.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

# Operators of FiftyOne that list folders or hand out files. Everything else they do stays within the dataset.
_BLOCKED_OPERATORS = ("list_files", "download_file")
_BODY_BYTES = 16 * 1024 * 1024

# Pages of other sites must not frame the App, for clicks could be stolen; Errata's screen, another port, may.
_PAGE_POLICY = "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"
# A data set from anywhere may hold an SVG or HTML file: opened in a tab it must not run scripts as the App.
_FILE_POLICY = f"sandbox; default-src 'none'; style-src 'unsafe-inline'; {_PAGE_POLICY}"
_FAILURE = b'{"kind": "Server Error", "stack": "see the log of the App server"}'  # the shape the App's pages expect


class Guard:
    """Let through requests of the App's own pages only, and files under the media roots only.

    Refuses, in this order:
        400: control characters in the path (the App's router overlooks a final line break).
        421: a Host other than 127.0.0.1:port and localhost:port (DNS rebinding).
        403: a request of another origin, except that links to a page are followed and local pages may frame it;
            a file outside the roots, however it is named; operators that list folders.

    It protects from web pages, not from people: another user of the same machine who can open the port can forge
    every header. Where that matters, use a machine of your own.
    """

    def __init__(self, app: ASGIApp, port: int, roots: Iterable[Path]) -> None:
        """Wrap an ASGI app served on `port`; files under `roots` may be read, links followed first."""
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._roots = [Path(os.path.realpath(root)) for root in roots]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or hand it to the App."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            self._check(scope)
            if scope["path"].startswith("/operators"):
                receive = await _checked_operator(receive)
        except HTTPException as refusal:
            # A websocket is closed before it is accepted: the server answers 403.
            text = PlainTextResponse(refusal.detail, refusal.status_code)
            answer = WebSocketClose(1008) if scope["type"] == "websocket" else text
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, _hardened(send, is_file=_asks_for_file(scope)))

    def _check(self, scope: Scope) -> None:
        if any(ord(character) < 32 or ord(character) == 127 for character in scope["path"]):
            raise HTTPException(400, "Bad path.")
        headers = _Once(scope)
        host = headers.value("host")
        if host not in self._hosts:
            raise HTTPException(421, "Wrong host.")
        if not _same_origin(scope, headers, host) and not _follows_link(scope, headers):
            raise HTTPException(403, "Not from this page.")
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


class _Once:
    """The headers of a request; a header that is given twice is ambiguous and refused."""

    def __init__(self, scope: Scope) -> None:
        self._headers = Headers(raw=[(key.lower(), value) for key, value in scope["headers"]])

    def value(self, name: str) -> str | None:
        """Return a header's value, None where it is missing."""
        values = self._headers.getlist(name)
        if len(values) > 1:
            raise HTTPException(400, "A header was given twice.")
        return values[0].strip() if values else None


def _same_origin(scope: Scope, headers: _Once, host: str) -> bool:
    """Tell whether a page of this server sent the request.

    Browsers say in Sec-Fetch-Site and Origin where a request comes from, and pages cannot change them. Both must
    agree. A request that only reads may come without them (command lines): other pages cannot see the answer.
    """
    origin, site = headers.value("origin"), headers.value("sec-fetch-site")
    if origin is not None and origin != f"http://{host}":
        return False
    if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
        return site in (None, "same-origin", "none")  # none: typed or bookmarked by the person
    return site == "same-origin" or (site is None and origin is not None)


def _follows_link(scope: Scope, headers: _Once) -> bool:
    """Tell whether the browser opens a page of ours, in a tab or a frame, because of a link elsewhere.

    The page with the link does not see the answer; the policy in the answer says which pages may frame it.
    """
    return (
        scope["type"] == "http"
        and scope["method"] in ("GET", "HEAD")
        and headers.value("origin") is None
        and headers.value("sec-fetch-mode") == "navigate"
        and headers.value("sec-fetch-dest") in ("document", "iframe")
    )


def _asks_for_file(scope: Scope) -> bool:
    return scope["path"].rstrip("/") == "/media" or "filepath" in QueryParams(scope["query_string"])


async def _checked_operator(receive: Receive) -> Receive:
    """Read the whole body and return a `receive` that gives it again, unless it names a blocked operator."""
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > _BODY_BYTES:
            raise HTTPException(413, "Too long.")
    try:
        named = _strings(json.loads(body or b"{}"))
    except (ValueError, RecursionError):
        raise HTTPException(400, "No JSON.") from None
    if any(text.rsplit("/", 1)[-1] in _BLOCKED_OPERATORS for text in named):
        raise HTTPException(403, "This operator is switched off.")
    return _replay(body, receive)


def _strings(value: Any) -> Iterable[str]:
    """Yield every string in a JSON value: MongoDB's notation can wrap a name, as in {"$symbol": name}."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
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


def _hardened(send: Send, *, is_file: bool) -> Send:
    """Return a `send` that adds the policies and blanks server errors, whose bodies hold tracebacks."""
    failed = False

    async def hardened(message: Message) -> None:
        nonlocal failed
        if message["type"] == "http.response.start":
            failed = message["status"] >= 500
            headers = MutableHeaders(raw=[] if failed else list(message.get("headers", [])))
            if failed:
                headers.update({"content-type": "application/json", "content-length": str(len(_FAILURE))})
            headers.append("content-security-policy", _FILE_POLICY if is_file else _PAGE_POLICY)
            headers.append("x-content-type-options", "nosniff")
            message = {**message, "status": 500 if failed else message["status"], "headers": headers.raw}
        elif message["type"] == "http.response.body" and failed:
            more = message.get("more_body", False)
            message = {**message, "body": b"" if more else _FAILURE}
        await send(message)

    return hardened
