"""Images as data addresses, drawn once and kept."""

import base64
from pathlib import Path

import streamlit as st
from PIL import Image

from curation.images.grey_ranges import grey_range_of
from curation.images.overlay import jpeg, overlay, thumbnail
from models.errors import ErrataError
from models.images.grey_range import GreyRange

_PLACEHOLDER = Image.new("RGB", (96, 72), (150, 150, 150))


def picture(path: Path, long_side_px: int, grey_range: GreyRange | None = None) -> str:
    """Return an image as a `data:` address, at most so many pixels on its longer side; grey where it is gone.

    Args:
        path: the file.
        long_side_px: see above.
        grey_range: of images of more than 8 bits; None: that of the folder, where it is known.
    """
    try:
        return _picture(str(path), path.stat().st_mtime_ns, long_side_px, grey_range or grey_range_of(path))
    except (OSError, ErrataError):
        return _address(_PLACEHOLDER)


def cam_picture(path: Path, cam_file: Path, long_side_px: int, grey_range: GreyRange | None = None) -> str | None:
    """Return an image with a Grad-CAM map over it as a `data:` address; None where the map is not drawn yet."""
    try:
        return _cam_picture(
            str(path), str(cam_file), cam_file.stat().st_mtime_ns, long_side_px, grey_range or grey_range_of(path)
        )
    except (OSError, ErrataError):
        return None


@st.cache_data(max_entries=2000, show_spinner=False)
def _picture(path: str, changed: int, long_side_px: int, grey_range: GreyRange | None) -> str:
    return _address(thumbnail(Path(path), long_side_px, grey_range))


@st.cache_data(max_entries=200, show_spinner=False)
def _cam_picture(path: str, cam_file: str, changed: int, long_side_px: int, grey_range: GreyRange | None) -> str:
    return _address(overlay(thumbnail(Path(path), long_side_px, grey_range), Path(cam_file)))


def _address(image: Image.Image) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg(image)).decode()}"
