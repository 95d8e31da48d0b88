"""Image files to pixels: one careful decoder."""

import io
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from models.arrays import ByteArray
from models.errors import ErrataError
from models.images.formats import pillow_formats
from models.images.input_spec import FILTERS, Interpolation

MAX_PIXELS = 100_000_000  # 300 MB as RGB; more is a mistake or an attack
MIN_SIDE_PX = 4
MAX_BYTES = 1_000_000_000
DRAFT_FACTOR = 4  # see decode_bytes
_ORIENTATION = 0x0112  # EXIF tag; values 5 to 8 swap width and height

# An image that is too large gets our error before it is decoded; Pillow's warning would only repeat it.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def decode(path: Path, size_px: int | None = None, interpolation: Interpolation = "bicubic") -> Image.Image:
    """Return the image as 8-bit RGB, upright, its first frame, stretched to a square of `size_px` if given.

    CMYK and palettes are converted. 16-bit greys are scaled (65535 becomes 255), not clipped. 32-bit integers and
    floats, which have no fixed range, are scaled from their darkest to their brightest value. Transparent parts become
    white, for which most pictures with transparency are drawn; black or grey would look like a new dark object.

    Raises:
        ErrataError: the file is missing, empty, truncated, no image, under 4 px a side or over 100 megapixels.
    """
    return decode_bytes(path, read_image_file(path), size_px, interpolation)[0]


def read_pixels(path: Path, size_px: int, interpolation: Interpolation = "bicubic") -> ByteArray:
    """Return `decode` of the image as an array, shape (S, S, 3), uint8.

    Raises:
        ErrataError: as `decode`.
    """
    return np.asarray(decode(path, size_px, interpolation))


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


def decode_bytes(
    path: Path, data: bytes, size_px: int | None, interpolation: Interpolation
) -> tuple[Image.Image, tuple[int, int]]:
    """Return the image and its width and height as shown, before resizing."""
    try:
        with Image.open(io.BytesIO(data), formats=pillow_formats(path.name)) as image:
            shown = _shown_size(image)
            _check_size(path, *shown)
            if size_px:
                # The JPEG decoder may halve large photographs, in a third of the time, while they stay at least four
                # times the final size: the resize would average those pixels anyway (tested: no pixel changes by
                # more than a few levels). At a factor of one the change would be visible.
                image.draft(None, (DRAFT_FACTOR * size_px, DRAFT_FACTOR * size_px))
            rgb = _to_rgb(_upright(image))
    except ErrataError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(path) from error
    except UnidentifiedImageError as error:
        raise ErrataError(f"{path} is not an image that can be read; replace it or take it out") from error
    except Exception as error:  # on damaged files the decoders raise OSError, SyntaxError, ValueError, struct.error, …
        raise ErrataError(f"{path} is damaged or truncated ({error}); replace it or take it out") from error
    return (rgb.resize((size_px, size_px), FILTERS[interpolation]) if size_px else rgb), shown


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


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        grey = np.asarray(image.convert("I"), dtype=np.float64) / 257  # 65535 -> 255
        return Image.fromarray(np.rint(grey).astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        return Image.fromarray(_stretched(np.asarray(image, dtype=np.float64))).convert("RGB")
    if image.has_transparency_data:
        over = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("RGB")
    return image.convert("RGB")


def _stretched(values: npt.NDArray[np.float64]) -> ByteArray:
    values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    return np.rint((values - low) * (255 / (high - low or 1))).astype(np.uint8)
