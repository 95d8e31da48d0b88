"""Image files to pixels: one careful decoder."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from models.arrays import ByteArray
from models.errors import ErrataError
from models.images.decoding_cost import MAX_MEMORY, MAX_PIXELS, check_before_opening, decoding_bytes
from models.images.formats import pillow_formats
from models.images.grey_range import GreyRange
from models.images.input_spec import Interpolation
from models.images.quiet_decoders import quiet_decoders
from models.images.stretch import stretched
from models.images.tone import colours_of_16_bits, levels_of_16_bits, levels_of_numbers, on_ground
from models.processors.byte_budget import ByteBudget
from models.processors.threads import cores

MIN_SIDE_PX = 4
MAX_BYTES = 1_000_000_000
DRAFT_FACTOR = 4  # see decoded
_DIGITS = 64  # of a SHA-256
_GDAL_NODATA = 42113  # TIFF tag
_ORIENTATION = 0x0112  # EXIF tag; values 5 to 8 swap width and height

quiet_decoders()
Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # twice as many raise, also for a picture inside an icon
_BUDGET = ByteBudget(max(MAX_MEMORY, MAX_MEMORY // 4 * cores()))  # several large pictures are not decoded at once


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
    with _read(path, size_px, content, grey_range) as image:
        return Image.fromarray(stretched(image, size_px, interpolation)) if size_px else image


@contextmanager
def _read(path: Path, size_px: int | None, content: str, grey_range: GreyRange | None) -> Iterator[Image.Image]:
    """Give the image of a file, not stretched yet; see `decode`."""
    data = read_image_file(path)
    if len(content) >= _DIGITS and hashlib.sha256(data).hexdigest() != content[:_DIGITS]:
        raise ErrataError(
            f"{path} was changed after it was checked; nothing was judged by it: run the same command again"
        )
    with decoded(path, data, size_px, GreyRange.of_content(content) or grey_range) as of_data:
        yield of_data.image


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
    with _read(path, size_px, content, grey_range) as image:
        return stretched(image, size_px, interpolation)


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


@contextmanager
def decoded(path: Path, data: bytes, size_px: int | None, grey_range: GreyRange | None = None) -> Iterator[Decoded]:
    """Give the image of a file's bytes; at least four times as large as `size_px`, where it is that large itself.

    Other threads decode no other large picture within the block.
    """
    with _refusing(path):
        check_before_opening(path, data)
        image = Image.open(io.BytesIO(data), formats=pillow_formats(path.name))
    with image:
        with _refusing(path):
            size, stored_pixels = image.size, image.width * image.height
            _check_size(path, *size)
            if size_px:
                # The JPEG decoder may halve large photographs, in a third of the time, while they stay at least four
                # times the final size: the resize would average those pixels anyway (tested: no pixel changes by
                # more than a few levels). At a factor of one the change would be visible.
                image.draft(None, (DRAFT_FACTOR * size_px, DRAFT_FACTOR * size_px))
            n_bytes = decoding_bytes(path, image, stored_pixels, data)
        with _BUDGET.taking(n_bytes):
            with _refusing(path):
                turned = _orientation(image) in (5, 6, 7, 8)  # Pillow decodes a PNG for it
                rgb, reading = _to_rgb(path, image, grey_range)
            shown = (size[1], size[0]) if turned else size
            yield Decoded(rgb, shown, reading)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Say in one sentence that a file is no image or damaged, whatever its decoder raises."""
    try:
        yield
    except ErrataError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(path) from error
    except UnidentifiedImageError as error:
        raise ErrataError(f"{path} is not an image that can be read; replace it or take it out") from error
    except Exception as error:  # on damaged files the decoders raise OSError, SyntaxError, ValueError, struct.error, …
        raise ErrataError(f"{path} is damaged or truncated ({error}); replace it or take it out") from error


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
            grey, reading = levels_of_16_bits(np.asarray(image), grey_range)
            return Image.fromarray(grey).convert("RGB"), reading
        if image.mode in ("I", "F"):
            grey, reading = levels_of_numbers(np.asarray(image), no_data, grey_range)
            return Image.fromarray(grey).convert("RGB"), reading
        if image.has_transparency_data:
            return on_ground(image)
        if deep and image.mode == "RGB":
            return colours_of_16_bits(image, grey_range)
    except ErrataError as error:
        raise ErrataError(f"{path} {error}") from error
    if image.mode == "RGB" and image.format not in ("WEBP", "AVIF"):  # whose images keep their decoder's memory
        image.load()
        return image, ""
    return image.convert("RGB"), ""


def _no_data(image: Image.Image) -> float | None:
    """Return the value that a GeoTIFF names as not measured."""
    try:
        return float(str(getattr(image, "tag_v2", {}).get(_GDAL_NODATA)).strip(" \0"))
    except ValueError:
        return None
