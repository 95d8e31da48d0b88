"""Image files to pixels: one careful decoder."""

import hashlib
import io
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from models.arrays import ByteArray
from models.errors import ErrataError
from models.images.formats import pillow_formats
from models.images.grey_range import GreyRange
from models.images.input_spec import Interpolation
from models.images.stretch import stretched
from models.images.tone import levels_of_16_bits, levels_of_numbers, on_ground

MAX_PIXELS = 100_000_000  # 300 MB as RGB; more is a mistake or an attack
MIN_SIDE_PX = 4
MAX_BYTES = 1_000_000_000
DRAFT_FACTOR = 4  # see decode_bytes
_DIGITS = 64  # of a SHA-256
_GDAL_NODATA = 42113  # TIFF tag
_ORIENTATION = 0x0112  # EXIF tag; values 5 to 8 swap width and height

# An image that is too large gets our error before it is decoded; Pillow's warning would only repeat it.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def decode(
    path: Path,
    size_px: int | None = None,
    interpolation: Interpolation = "bicubic",
    content: str = "",
    grey_range: GreyRange | None = None,
) -> Image.Image:
    """Return the image as 8-bit RGB, upright, its first frame, stretched to a square of `size_px` if given.

    CMYK and palettes are converted. More than 8 bits are scaled to the grey range of the data set, else to what the
    picture uses, and transparent parts become white or, where that would hide the picture, black (see
    `models.images.tone`).

    Args:
        path: the file.
        size_px: side of the square.
        interpolation: of the resize.
        content: what the file was checked with, its SHA-256 first: what is kept under that name must show it. Where it
            says a grey range, that one counts.
        grey_range: that of the data set, where there is no `content` that says it.

    Raises:
        ErrataError: the file is missing, empty, truncated, no image, under 4 px a side or over 100 megapixels, or it
            has another content.
    """
    image = _read(path, size_px, content, grey_range)
    return Image.fromarray(stretched(image, size_px, interpolation)) if size_px else image


def _read(path: Path, size_px: int | None, content: str, grey_range: GreyRange | None) -> Image.Image:
    """Return the image of a file, not stretched yet; see `decode`."""
    data = read_image_file(path)
    if len(content) >= _DIGITS and hashlib.sha256(data).hexdigest() != content[:_DIGITS]:
        raise ErrataError(
            f"{path} was changed after it was checked; nothing was judged by it: run the same command again"
        )
    return decode_bytes(path, data, size_px, GreyRange.of_content(content) or grey_range).image


def read_pixels(
    path: Path,
    size_px: int,
    interpolation: Interpolation = "bicubic",
    content: str = "",
    grey_range: GreyRange | None = None,
) -> ByteArray:
    """Return `decode` of the image as an array, shape (S, S, 3), uint8.

    Raises:
        ErrataError: as `decode`.
    """
    return stretched(_read(path, size_px, content, grey_range), size_px, interpolation)


def read_image_file(path: Path) -> bytes:
    """Return the bytes of an image file.

    Raises:
        ErrataError: it is missing, empty, larger than 1 GB or cannot be read.
    """
    try:
        if not path.is_file():
            raise ErrataError(f"{path} is not there or no file; restore it or leave it out")
        if path.stat().st_size > MAX_BYTES:
            raise ErrataError(f"{path} is larger than {MAX_BYTES // 10**6} MB; replace it by a smaller image")
        data = path.read_bytes()
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; restore it or leave it out") from error
    if not data:
        raise ErrataError(f"{path} is empty (0 bytes); restore it or leave it out")
    return data


class Decoded(NamedTuple):
    """An image as it is judged."""

    image: Image.Image
    size_px: tuple[int, int]  # width and height as shown, before resizing
    reading: str  # what was chosen of what the file leaves open, a word of `models.images.tone`; "" = nothing


def decode_bytes(path: Path, data: bytes, size_px: int | None, grey_range: GreyRange | None = None) -> Decoded:
    """Return the image of a file's bytes; at least four times as large as `size_px`, where it is that large itself."""
    try:
        with Image.open(io.BytesIO(data), formats=pillow_formats(path.name)) as image:
            shown = _shown_size(image)
            _check_size(path, *shown)
            if size_px:
                # The JPEG decoder may halve large photographs, in a third of the time, while they stay at least four
                # times the final size: the resize would average those pixels anyway (tested: no pixel changes by
                # more than a few levels). At a factor of one the change would be visible.
                image.draft(None, (DRAFT_FACTOR * size_px, DRAFT_FACTOR * size_px))
            rgb, reading = _to_rgb(path, image, grey_range)
    except ErrataError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(path) from error
    except UnidentifiedImageError as error:
        raise ErrataError(f"{path} is not an image that can be read; replace it or take it out") from error
    except Exception as error:  # on damaged files the decoders raise OSError, SyntaxError, ValueError, struct.error, …
        raise ErrataError(f"{path} is damaged or truncated ({error}); replace it or take it out") from error
    return Decoded(rgb, shown, reading)


def _check_size(path: Path, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_large(path)
    if min(width, height) < MIN_SIDE_PX:
        raise ErrataError(f"{path} is {width} x {height} px; at least {MIN_SIDE_PX} a side are needed, take it out")


def _too_large(path: Path) -> ErrataError:
    return ErrataError(f"{path} has over {MAX_PIXELS // 10**6} megapixels; replace it by a smaller image")


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # a damaged EXIF block is no reason to lose a sound picture
        return 1


def _shown_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if _orientation(image) in (5, 6, 7, 8) else (width, height)


def _upright(image: Image.Image) -> Image.Image:
    return ImageOps.exif_transpose(image) if _orientation(image) != 1 else image


def _to_rgb(path: Path, image: Image.Image, grey_range: GreyRange | None) -> tuple[Image.Image, str]:
    """Return the first frame upright in RGB, and how it was read."""
    deep = any(
        ";16" in str(tile) for tile in getattr(image, "tile", ())
    )  # colours that Pillow cuts to their upper 8 bits
    no_data = _no_data(image)
    image = _upright(image)
    try:
        if image.mode.startswith("I;16"):
            grey, reading = levels_of_16_bits(np.asarray(image.convert("I")), grey_range)
            return Image.fromarray(grey).convert("RGB"), reading
        if image.mode in ("I", "F"):
            grey, reading = levels_of_numbers(np.asarray(image, dtype=np.float64), no_data, grey_range)
            return Image.fromarray(grey).convert("RGB"), reading
        if image.has_transparency_data:
            return on_ground(image)
        if deep and image.mode == "RGB":
            colours, reading = levels_of_16_bits(np.asarray(image).astype(np.int64) * 257, grey_range)
            return (Image.fromarray(colours), reading) if reading else (image, "")
    except ErrataError as error:
        raise ErrataError(f"{path} {error}") from error
    return image.convert("RGB"), ""


def _no_data(image: Image.Image) -> float | None:
    """Return the value that a GeoTIFF names as not measured."""
    try:
        return float(str(getattr(image, "tag_v2", {}).get(_GDAL_NODATA)).strip(" \0"))
    except ValueError:
        return None
