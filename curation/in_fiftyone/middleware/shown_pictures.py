"""ASGI middleware that sends images which browsers cannot show, or show dark, as the pictures that Errata reads.

Browsers show no TIFF, and of a 16-bit PNG the upper 8 bits: 12-bit measurements look black in the App.
"""

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from curation.images.overlay import jpeg, shrunk
from models.errors import ErrataError
from models.images.formats import suffix_of

LONGEST_PX = 4096  # of a picture
_QUALITY = 95  # of JPEG: people enlarge pictures
_BROWSERS_SHOW = frozenset(("jpg", "jpeg", "jpe", "jfif", "gif", "webp", "bmp", "avif", "apng", "svg", "ico"))
_PNG = b"\x89PNG\r\n\x1a\n"
_DEPTH_AT = 24  # byte of a PNG that says how many bits a value has


class ShownPictures:
    """Answer requests for such images; all others go to the App."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an ASGI app that reads the files of which `/media?filepath=` names one."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or hand it to the App."""
        picture = await run_in_threadpool(_picture, scope) if _asks_for_media(scope) else None
        await (picture or self._app)(scope, receive, send)


def _asks_for_media(scope: Scope) -> bool:
    return bool(scope["type"] == "http" and scope["method"] == "GET" and scope["path"].rstrip("/") == "/media")


def _picture(scope: Scope) -> Response | None:
    """Return the picture of the named file; None where the browser shows the file itself, or nothing can."""
    path = Path(QueryParams(scope["query_string"]).get("filepath", ""))
    try:
        if not needs_picture(path):
            return None
        content = jpeg(shrunk(path, LONGEST_PX), _QUALITY)
    except (OSError, ErrataError):  # the App says what is wrong with it
        return None
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=600"})


def needs_picture(path: Path) -> bool:
    """Return whether browsers show nothing of an image file, or its upper 8 bits only.

    Raises:
        OSError: the file cannot be read.
    """
    if suffix_of(path.name) in _BROWSERS_SHOW:
        return False
    with path.open("rb") as file:
        head = file.read(_DEPTH_AT + 1)
    return head[_DEPTH_AT:] == b"\x10" if head.startswith(_PNG) else True
