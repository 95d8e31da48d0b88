"""The comparison as files: JSON with every number, one HTML page to read and share."""

from base64 import b64encode
from pathlib import Path
from typing import Any

from curation.comparison.board import Board
from curation.comparison.image_maps import map_file
from curation.comparison.pages.image_rows import BeforeOf, MapOf, Seen
from curation.comparison.pages.layout import comparison_page
from curation.comparison.transfers import read_source_view
from curation.images.overlay import jpeg, overlay, thumbnail
from curation.reports.pictures import small_picture
from models.errors import ErrataError
from models.files.atomic import write_text

PICTURE_PX = 168
STYLES = (
    Path(__file__).parents[2] / "reports" / "style.css",
    Path(__file__).parents[2] / "reports" / "training" / "style.css",
    Path(__file__).with_name("style.css"),
)


def write_page(board: Board, figures: dict[str, Any], output: Path) -> None:
    """Write a page that makes no request and runs no script.

    Args:
        board: who was compared.
        figures: what `comparison_figures` says of it.
        output: the file.

    Raises:
        ErrataError: the file cannot be written.
    """
    root = board.images.rows.root
    style = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    map_of, before_of = maps_of(board, figures)
    page = comparison_page(
        figures, style, lambda image_id: small_picture(root / image_id, PICTURE_PX), map_of, before_of
    )
    write_text(output, page)


def maps_of(board: Board, figures: dict[str, Any]) -> tuple[MapOf, BeforeOf]:
    """Return what shows an image under the map of a contestant, and of the network that it started from.

    Both take image_id and place of the contestant, and show what was drawn already.

    Args:
        board: who was compared.
        figures: what `comparison_figures` says of it.
    """
    root = board.images.rows.root
    predicted = {line["image_id"]: line["predictions"] for line in figures["differing"]}

    def map_of(image_id: str, place: int) -> str | None:
        label = predicted[image_id][place]["class"]
        return _overlaid(root / image_id, map_file(board.contestants[place], image_id, label))

    def before_of(image_id: str, place: int) -> Seen | None:
        own = read_source_view(board.contestants[place], image_id)
        if own is None:
            return None
        return Seen(own.run, own.label, own.confidence, _overlaid(root / image_id, own.cam))

    return map_of, before_of


def _overlaid(path: Path, cam: Path) -> str | None:
    """Return the picture under its map as a data address; None where the map is not drawn, or the file is gone."""
    try:
        shown = overlay(thumbnail(path, PICTURE_PX), cam) if cam.exists() else None
    except ErrataError:
        return None
    return None if shown is None else f"data:image/jpeg;base64,{b64encode(jpeg(shown, 70)).decode('ascii')}"
