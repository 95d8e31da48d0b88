"""Whether one of a server's own pages sent a request: the check before the app and before the FiftyOne App.

Both servers trust everybody who reaches their port, and every web page that is open in the same browser reaches it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from curation.serving.proxy import APP_ADDRESS, FIFTYONE_ADDRESS


@dataclass(frozen=True)
class Origins:
    """Under which addresses a server may be asked, as `scheme://name:port`, keyed by what the Host header says."""

    by_host: dict[str, str]

    @staticmethod
    def of(port: int, proxy: str = "", address: str = "127.0.0.1") -> "Origins":
        """Return those of a server on this machine.

        Args:
            port: that it listens on.
            proxy: address under which a proxy offers it; empty = no proxy.
            address: number of this machine that the connection came to; a number cannot be taken over by a name server.
        """
        numbers = {"127.0.0.1", "localhost", f"[{address}]" if ":" in address else address}
        by_host = {f"{number}:{port}": f"http://{number}:{port}" for number in numbers}
        if proxy:
            by_host[urlsplit(proxy).netloc] = "{0.scheme}://{0.netloc}".format(urlsplit(proxy))
        return Origins(by_host)


def check_origin(scope: Scope, origins: Origins, is_page: Callable[[str], bool]) -> None:
    """Raise unless one of the server's own pages sent the request, or a link from anywhere leads to a page.

    Args:
        scope: of a request or of a websocket.
        origins: of the server.
        is_page: whether a path is a page that a link may lead to; what answers with data is none.

    Raises:
        HTTPException: 400, control characters in the path, a header given twice, or a length beside a body in pieces
            (a proxy before the server may take either, and end the request elsewhere); 421, a name that is not the
            server's (DNS rebinding); 403, a page of another origin asked.
    """
    if any(ord(character) < 32 or ord(character) == 127 for character in scope["path"]):
        raise HTTPException(400, "Bad path.")
    headers = _Once(scope)
    if headers.value("content-length") is not None and headers.value("transfer-encoding") is not None:
        raise HTTPException(400, "Two lengths.")
    host = headers.value("host")
    if host not in origins.by_host:
        known = ", ".join(sorted(origins.by_host.values()))
        raise HTTPException(421, f"This server is not known by that name, only as {known}. {_REMEDY}")
    if not _same_origin(scope, headers, origins.by_host[host]) and not (
        is_page(scope["path"]) and _follows_link(scope, headers)
    ):
        raise HTTPException(403, "Not from this page.")


async def refuse(refusal: HTTPException, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request, or close a websocket before it is accepted, to which the server answers 403."""
    text = PlainTextResponse(refusal.detail, refusal.status_code)
    answer = WebSocketClose(1008) if scope["type"] == "websocket" else text
    await answer(scope, receive, send)


_REMEDY = f"Another address, of a proxy or a tunnel, is named in {APP_ADDRESS} or {FIFTYONE_ADDRESS}; see SECURITY.md."


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


def _same_origin(scope: Scope, headers: _Once, own: str) -> bool:
    """Tell whether a page of this server sent the request.

    Browsers say in Sec-Fetch-Site and Origin where a request comes from, and pages cannot change them. Both must
    agree. A request that only reads may come without them (command lines): other pages cannot see the answer.
    """
    origin, site = headers.value("origin"), headers.value("sec-fetch-site")
    if origin is not None and origin != own:
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
