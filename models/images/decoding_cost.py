"""What decoding an image takes, told by its header: pictures that would take too much are refused before it.

A file of a few kilobytes can name a size of 100 megapixels, or draw the same picture a thousand times.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from PIL import Image

from models.errors import ErrataError

MAX_PIXELS = 100_000_000
MAX_MEMORY = 2**30  # bytes, of the file, the decoder and the picture together
MAX_SLOW_PIXELS = 16_000_000  # where Pillow decodes in Python: about a second a megapixel
MAX_SCANS = 40  # of a JPEG, where all of them together draw more than `_FREE_PIXELS`; encoders write up to 20
_FREE_PIXELS = 20_000_000
MAX_EMPTY_PIXELS = 16_000_000  # of a file that says more pixels than its bytes can hold as a photograph
_PIXELS_A_BYTE: Mapping[str, int] = MappingProxyType({"JPEG": 512, "MPO": 512})  # a bit for each block of 8 x 8
_OTHER_PIXELS_A_BYTE = 8_300  # zlib packs 8,256 black-and-white pixels of a PNG into a byte, at most

# Bytes a pixel of the picture in memory and of what is made of it; measured, see
# tests/models/images/test_hostile_pictures.py.
_MODES: Mapping[str, int] = MappingProxyType(
    {"1": 6, "L": 6, "P": 6, "LA": 9, "RGB": 9, "RGBX": 9, "RGBA": 9, "CMYK": 9, "I;16": 11, "I": 17, "F": 17}
)
_OTHER_MODE = 13
# Bytes a pixel that a decoder holds besides.
_DECODERS: Mapping[str, int] = MappingProxyType({"WEBP": 12, "AVIF": 8, "HEIF": 8, "JPEG2000": 16})
_RGB = 4  # bytes a pixel, as Pillow keeps it
_COEFFICIENT = 2  # bytes a pixel and channel: libjpeg keeps all of a progressive picture
_SLOW = ("qoi", "ppm", "ppm_plain", "dds_rgb", "bmp_rle")  # decoders of Pillow that are loops in Python
_STRIPS, _TILES = 273, 324  # TIFF tags, of the places of strips or tiles; each may hold a JPEG
_MARKER = re.compile(rb"\xff[^\x00\xff]")
_SCAN_MARKER, _SCAN, _END = b"\xff\xda", 0xDA, 0xD9
_FIRST_WITH_LENGTH, _RESTARTS = 0xC0, (0xD0, 0xD8)  # markers that a length follows, but for restarts and the start


def check_before_opening(path: Path, data: bytes) -> None:
    """Refuse a WebP file whose decoder would take too much memory as soon as it is opened.

    Raises:
        ErrataError: it would.
    """
    if size := _webp_size(data):
        _checked(path, size[0] * size[1] * (_DECODERS["WEBP"] + _MODES["RGBA"]) + len(data))


def decoding_bytes(path: Path, image: Image.Image, stored_pixels: int, data: bytes) -> int:
    """Return how many bytes decoding an opened image takes at most, with its file.

    Args:
        path: of the file.
        image: opened; a JPEG may be drafted to a smaller size.
        stored_pixels: of the file.
        data: the file.

    Raises:
        ErrataError: it takes too much memory or time.
    """
    if image.format in ("JPEG", "MPO"):
        _check_scans(path, stored_pixels, data, 0)
    elif image.info.get("compression") in ("jpeg", "tiff_jpeg"):
        tags = getattr(image, "tag_v2", {})
        _check_scans(path, stored_pixels, data, len(tags.get(_STRIPS) or tags.get(_TILES) or ()))
    codec = next((tile.codec_name for tile in getattr(image, "tile", ())), "")
    if codec in _SLOW and stored_pixels > MAX_SLOW_PIXELS:
        raise ErrataError(
            f"{path} has over {MAX_SLOW_PIXELS // 10**6} megapixels, too many for a {image.format} file of this kind, "
            "which is decoded slowly; save it as PNG"
        )
    picture = image.width * image.height * _MODES.get(_base(image.mode), _OTHER_MODE)
    decoder = stored_pixels * _DECODERS.get(str(image.format), 0)
    if "progressive" in image.info:  # freed before more is made of the picture
        coefficients = stored_pixels * _COEFFICIENT * len(image.getbands())
        picture = max(picture, coefficients + image.width * image.height * _RGB)
    n_bytes = _checked(path, decoder + picture + len(data))
    _check_size_said(path, image, stored_pixels, len(data))
    return n_bytes


def _check_size_said(path: Path, image: Image.Image, pixels: int, n_bytes: int) -> None:
    """Refuse a file of few bytes whose header says many pixels: it is damaged, or hardly shows anything.

    Decoders fill up what is missing, libjpeg in grey, and take as long as for a real picture of that size.
    """
    a_byte = _PIXELS_A_BYTE.get(str(image.format), _OTHER_PIXELS_A_BYTE)
    if image.mode != "1" and pixels > max(MAX_EMPTY_PIXELS, a_byte * n_bytes):  # a blank page of a fax has that few
        raise ErrataError(
            f"{path} says that it has {pixels / 10**6:.0f} megapixels, and has {n_bytes:,} bytes: it is damaged, or "
            "shows next to nothing; replace it or take it out"
        )


def _base(mode: str) -> str:
    return "I;16" if mode.startswith("I;16") else mode


def _checked(path: Path, n_bytes: int) -> int:
    if n_bytes > MAX_MEMORY:
        raise ErrataError(
            f"{path} would take {n_bytes / 10**9:.1f} GB of memory to decode, over 1 GB; replace it by a smaller image "
            "or by one of 8 bits"
        )
    return n_bytes


def _check_scans(path: Path, pixels: int, data: bytes, strips: int) -> None:
    """Refuse JPEG data that draws the whole picture again and again."""
    most = max(MAX_SCANS, _FREE_PIXELS // max(pixels, 1)) + MAX_SCANS * strips
    if data.count(_SCAN_MARKER) > most and (strips or _scans(data) > most):
        raise ErrataError(f"{path} draws its picture over {most} times (scans of a JPEG); save it anew")


def _scans(data: bytes) -> int:
    """Return how many scans a JPEG has; bytes that look like one in its metadata or behind its end do not count."""
    scans, place = 0, 2
    while marker := _MARKER.search(data, place):
        code, place = data[marker.end() - 1], marker.end()
        if code == _END:
            break
        scans += code == _SCAN
        if code >= _FIRST_WITH_LENGTH and not _RESTARTS[0] <= code <= _RESTARTS[1]:
            place += int.from_bytes(data[place : place + 2], "big")
    return scans


def _webp_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height that the header of a WebP file names; None for other files."""
    head = data[:30]
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < 30:
        return None
    if head[12:16] == b"VP8X":
        width, height = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    return width, height
