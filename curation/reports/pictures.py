"""Pictures inside a page: small JPEGs as data addresses."""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from curation.images.overlay import overlay, thumbnail
from curation.results.audit import Audit
from curation.results.cam_files import cam_pair
from models.errors import ErrataError

# Long sides, px: with 100 images and two architectures the page stays under 3 MB.
PICTURE_PX, OVERLAY_PX, TWIN_PX = 168, 128, 112
_QUALITY = 76  # of JPEG, 0 to 100


@dataclass(frozen=True)
class SuspectPictures:
    """The pictures of one image: data addresses, None where a file is missing."""

    picture: str | None
    overlays: dict[str, tuple[str | None, str | None]]  # architecture -> for the given and for the alternative class


def suspect_pictures(audit: Audit, row: int) -> SuspectPictures:
    """Return the picture of a row and the Grad-CAM overlays that were drawn for it."""
    image = opened_picture(audit.rows.path(row), PICTURE_PX)
    if image is None:
        return SuspectPictures(None, {})
    small = image.resize(_within(image.size, OVERLAY_PX), Image.Resampling.LANCZOS)
    overlays = {}
    for architecture in audit.architectures:
        given, alternative = cam_pair(audit, architecture, row)
        overlays[architecture.name] = overlaid_picture(small, given), overlaid_picture(small, alternative)
    return SuspectPictures(_address(image, _QUALITY), overlays)


def small_picture(path: Path, long_side_px: int) -> str | None:
    """Return a small picture as a data address, None if the file can no longer be read."""
    image = opened_picture(path, long_side_px)
    return None if image is None else _address(image, _QUALITY)


def overlaid_picture(image: Image.Image, cam_file: Path, quality: int = 62) -> str | None:
    """Return a picture under its Grad-CAM map as a data address, None if the map was not drawn.

    Args:
        image: the picture, already small.
        cam_file: the map.
        quality: of the JPEG, 0 to 100.
    """
    return _address(overlay(image, cam_file), quality) if cam_file.exists() else None


def opened_picture(path: Path, long_side_px: int) -> Image.Image | None:
    """Return a small picture of a file, None if it can no longer be read."""
    try:
        return thumbnail(path, long_side_px)
    except ErrataError:  # removed since the audit read it; the figures do not need it
        return None


def _within(size: tuple[int, int], long_side_px: int) -> tuple[int, int]:
    scale = long_side_px / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _address(image: Image.Image, quality: int) -> str:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)  # Huffman tables of this picture: a tenth smaller
    return "data:image/jpeg;base64," + b64encode(buffer.getvalue()).decode("ascii")
