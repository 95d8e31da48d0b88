"""Pictures that a page fetches when it needs them: whole ones for the viewer, small ones for points of a map."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.state import audit_name_of, loaded_audit, workspace
from curation.images.overlay import jpeg, shrunk, thumbnail
from models.errors import ErrataError

PATH = "/picture"
LONGEST_PX = 4096  # of a whole picture
SMALLEST_PX = 16
_QUALITY = 95  # a viewer enlarges what JPEG leaves out


def picture_file(request: Request) -> Response:
    """Return an image of an audited data set as JPEG.

    The address names the data set (`dataset`) and the image by its name (`image`) or its row (`row`); `px` is the
    longer side of a small picture, without it the picture is whole. Only pages of this app are answered: another
    site that is open in the same browser could otherwise show pictures of this machine.
    """
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return PlainTextResponse("only for pages of this app", 403)
    try:
        path = _path(request)
        px = request.query_params.get("px")
        content = jpeg(shrunk(path, LONGEST_PX), _QUALITY) if px is None else jpeg(thumbnail(path, _side(px)))
    except (OSError, ValueError, ErrataError) as error:
        return PlainTextResponse(str(error), 404)
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=600"})


def _path(request: Request) -> Path:
    """Return the file of the image that the address names.

    Raises:
        ErrataError: the data set has no such image, or is not audited.
    """
    chosen, image_id, row = (request.query_params.get(name, "") for name in ("dataset", "image", "row"))
    audit = loaded_audit(workspace(), audit_name_of(chosen))
    if audit is None:
        raise ErrataError(f"{chosen} is not audited yet")
    if row:
        if not row.isdecimal() or int(row) >= len(audit.rows):
            raise ErrataError(f"{audit.name} has no row {row}: it has {len(audit.rows):,} images")
        return audit.rows.path(int(row))
    if not (audit.rows.image_ids == image_id).any():
        raise ErrataError(f"{audit.name} has no image {image_id!r}")
    return audit.rows.root / image_id


def _side(px: str) -> int:
    """Return the asked longer side, within what is allowed; raise ValueError where it is no number."""
    return min(LONGEST_PX, max(SMALLEST_PX, int(px)))


def picture_routes(path: str = "") -> tuple[Route, ...]:
    """Return where pictures are served: beside the page, also where a proxy offers the app under a path."""
    return tuple(Route(f"{start}{PATH}", picture_file, methods=["GET"]) for start in dict.fromkeys(("", path)))
