"""What the browser is told with each page: who may frame it, and that it may fetch from this machine only."""

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

_LOCAL = ("http://127.0.0.1:*", "http://localhost:*")


def page_policy(host: str, *, framed_by: Iterable[str] = (), frames: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy of a page: nothing in it, whatever its text says, comes from elsewhere.

    A picture of another server would tell that server who looks at what. Scripts within the page stay possible, for
    Streamlit and FiftyOne need them.

    Args:
        host: under which the page was asked, as the Host header says, for its websocket.
        framed_by: addresses besides this page's whose pages may frame it.
        frames: addresses besides this page's that it may frame.
    """
    return "; ".join(
        (
            "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:",
            f"connect-src 'self' ws://{host} wss://{host} data: blob:",
            " ".join(("frame-src 'self' data: blob:", *frames)),
            "object-src 'none'; base-uri 'self'; form-action 'self'",
            " ".join(("frame-ancestors 'self'", *framed_by)),
        )
    )


def local_and(address: str) -> tuple[str, ...]:
    """Return all servers of this machine, and the server of an address where there is one."""
    return (*_LOCAL, *filter(None, ("/".join(address.split("/")[:3]),)))


def with_policy(send: Send, policy: str) -> Send:
    """Return a `send` that adds a policy to each answer, and that a browser is not to guess what a file is."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message.get("headers", [])))
            headers.append("content-security-policy", policy)
            headers.append("x-content-type-options", "nosniff")
            headers.append("referrer-policy", "same-origin")
            message = {**message, "headers": headers.raw}
        await send(message)

    return sent
