"""Picture files that are damaged or made to do harm: the same number always gives the same file."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from tests.models.images.noise_pictures import smooth

Rng = np.random.Generator
_EXTREMES = (0, 1, 2, 4, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_SIDES = (0, 1, 3, 4, 5, 255, 4000, 9_999, 10_001, 16_383, 32_767, 65_535, 2**31 - 1, 2**32 - 1)


def hostile_picture(number: int) -> tuple[str, str, bytes]:
    """Return what was done to a file, its name and its bytes."""
    rng = np.random.default_rng(number)
    names = list(sound_files())
    name = names[int(rng.integers(len(names)))]
    data, ways = sound_files()[name], list(_WAYS)
    way = ways[int(rng.integers(len(ways)))]
    changed = _WAYS[way](bytearray(data), name, rng)
    if name.endswith(".png") and rng.random() < 0.7:
        changed = _with_sums(changed)
    return way, name, bytes(changed)


@cache
def sound_files() -> dict[str, bytes]:
    """Return small files of every format that Pillow writes here, in all the modes of the format."""
    colour, profile = smooth(48), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif, text = Image.Exif(), PngInfo()
    exif[0x0112], exif[0x010E] = 6, "a picture " * 20
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + b"comment" * 9
    text.add_text("Title", "words " * 90, zip=True)
    text.add_itxt("XML:com.adobe.xmp", "<x/>" * 90, zip=True)
    clear = colour.convert("RGBA")
    clear.putalpha(colour.convert("L"))
    deep = Image.fromarray(np.asarray(colour.convert("L")).astype(np.uint16) * 200)
    real = Image.fromarray(np.asarray(colour.convert("L")).astype(np.float32) / 7 - 3)
    moving = {"save_all": True, "append_images": [colour.rotate(turn) for turn in (30, 60)]}
    extra = {"exif": exif, "icc_profile": profile}
    return {
        "plain.jpg": _saved(colour, "JPEG"),
        "extra.jpg": _saved(colour, "JPEG", quality=95, subsampling=0, **extra),
        "progressive.jpg": _saved(colour, "JPEG", progressive=True, **extra),
        "restarts.jpg": _saved(colour, "JPEG", restart_marker_blocks=2),
        "print.jpg": _saved(colour.convert("CMYK"), "JPEG"),
        "two.mpo": _saved(colour, "MPO", save_all=True, append_images=[colour.rotate(9)]),
        "plain.png": _saved(colour, "PNG"),
        "extra.png": _saved(colour, "PNG", pnginfo=text, **extra),
        "clear.png": _saved(clear, "PNG"),
        "palette.png": _saved(colour.quantize(40), "PNG", transparency=3),
        "deep.png": _saved(deep, "PNG"),
        "moving.png": _saved(colour, "PNG", **moving),
        "plain.webp": _saved(colour, "WEBP", **extra),
        "clear.webp": _saved(clear, "WEBP", lossless=True),
        "moving.webp": _saved(colour, "WEBP", **moving),
        "plain.gif": _saved(colour.quantize(64), "GIF"),
        "moving.gif": _saved(colour, "GIF", **moving),
        "plain.bmp": _saved(colour, "BMP"),
        "grey.bmp": _saved(colour.convert("L"), "BMP"),
        "raw.tif": _saved(colour, "TIFF", **extra),
        "lzw.tif": _saved(colour, "TIFF", compression="tiff_lzw", **extra),
        "deflate.tif": _saved(clear, "TIFF", compression="tiff_deflate"),
        "jpeg.tif": _saved(colour, "TIFF", compression="jpeg"),
        "fax.tif": _saved(colour.convert("1"), "TIFF", compression="group4"),
        "bits.tif": _saved(colour.convert("L"), "TIFF", compression="packbits"),
        "deep.tif": _saved(deep, "TIFF", compression="zstd"),
        "real.tif": _saved(real, "TIFF"),
        "real-packed.tif": _saved(real, "TIFF", compression="tiff_adobe_deflate"),
        "pages.tif": _saved(colour, "TIFF", compression="tiff_lzw", **moving),
        "plain.avif": _saved(colour, "AVIF", speed=10, **extra),
        "clear.avif": _saved(clear, "AVIF", speed=10),
        "moving.avif": _saved(colour, "AVIF", speed=10, **moving),
        "plain.jp2": _saved(colour, "JPEG2000"),
        "clear.j2k": _saved(clear, "JPEG2000", no_jp2=True, irreversible=True),
        "plain.ppm": _saved(colour, "PPM"),
        "text.ppm": b"P3 9 9 99 " + b" ".join(b"%d" % (7 * i % 99) for i in range(243)),
        "odd.ppm": b"P6 9 9 99 " + bytes(i % 99 for i in range(243)),
        "plain.ico": _saved(clear, "ICO", sizes=[(16, 16), (48, 48)]),
        "plain.tga": _saved(colour, "TGA", compression="tga_rle"),
        "plain.pcx": _saved(colour, "PCX"),
        "plain.sgi": _saved(colour, "SGI"),
        "plain.qoi": _saved(clear, "QOI"),
        "plain.dds": _saved(clear, "DDS"),
        "packed.dds": _saved(clear, "DDS", pixel_format="DXT1"),
    }


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.copy().save(file, kind, **options)  # a copy, for Pillow keeps the settings of an encoder
    return file.getvalue()


def _flipped(data: bytearray, name: str, rng: Rng) -> bytearray:
    for place in rng.integers(0, len(data), int(rng.integers(1, 30))).tolist():
        data[place] ^= 1 << int(rng.integers(8))
    return data


def _flipped_at_the_beginning(data: bytearray, name: str, rng: Rng) -> bytearray:
    for place in rng.integers(2, min(len(data), 200), int(rng.integers(1, 5))).tolist():
        data[place] = int(rng.integers(256))
    return data


def _cut(data: bytearray, name: str, rng: Rng) -> bytearray:
    return data[: int(rng.integers(len(data)))]


def _lengths(data: bytearray, name: str, rng: Rng) -> bytearray:
    """Write numbers that are too small or too large where lengths, offsets and counts may stand."""
    for _ in range(int(rng.integers(1, 4))):
        value, width = int(rng.choice(_EXTREMES)), int(rng.choice([1, 2, 4]))
        place = int(rng.integers(0, max(1, min(len(data) - 4, int(rng.choice([64, 400, 10**6]))))))
        order = "little" if rng.random() < 0.5 else "big"
        data[place : place + width] = (value % 256**width).to_bytes(width, order)
    return data


def _repeated(data: bytearray, name: str, rng: Rng) -> bytearray:
    """Repeat a part up to a thousand times."""
    start, end = sorted(rng.integers(0, len(data), 2).tolist())
    end = min(end, start + 2000)
    return data[:end] + data[start:end] * int(rng.choice([1, 2, 30, 1000])) + data[end:]


def _mixed(data: bytearray, name: str, rng: Rng) -> bytearray:
    """Join two formats: one behind, in front of or inside the other."""
    files = list(sound_files().values())
    other = files[int(rng.integers(len(files)))]
    place = int(rng.choice([0, 2, 8, 12, 20, len(data) // 2, len(data)]))
    if rng.random() < 0.5:
        return bytearray(data[:place] + other + data[place:])
    return bytearray(data[:place] + other[place:])


def _nested(data: bytearray, name: str, rng: Rng) -> bytearray:
    """Damage metadata only: EXIF, ICC, XMP, or blocks of TIFF tags that name each other."""
    marks = [data.find(mark) for mark in (b"Exif", b"EXIF", b"acsp", b"iCCP", b"zTXt", b"eXIf", b"II*\0", b"MM\0*")]
    start = int(rng.choice([mark for mark in marks if mark >= 0] or [0]))
    for _ in range(int(rng.integers(1, 12))):
        place = start + int(rng.integers(0, 160))
        if place < len(data) - 4:
            value = int(rng.choice([*_EXTREMES, 8, 10, 26, start]))
            data[place : place + 4] = struct.pack("<I" if rng.random() < 0.7 else ">I", value)
    return data


def _sized(data: bytearray, name: str, rng: Rng) -> bytearray:
    """Say another width and height."""
    width, height = (int(side) for side in rng.choice(_SIDES, 2))
    places = _size_places(bytes(data))
    for place, code in places:
        for at, side in zip(place, (width, height), strict=True):
            span = struct.calcsize(code)
            data[at : at + span] = (side % 256**span).to_bytes(span, "little" if code[0] == "<" else "big")
    return _with_sums(data) if name.endswith(".png") else data


def _size_places(data: bytes) -> list[tuple[tuple[int, int], str]]:
    """Return where width and height stand, and how they are written; empty for formats without fixed places."""
    if data.startswith(b"\x89PNG"):
        return [((16, 20), ">I")]
    if data.startswith(b"\xff\xd8"):
        marks = [data.find(bytes([0xFF, code])) for code in (0xC0, 0xC2)]
        return [((mark + 7, mark + 5), ">H") for mark in marks if mark > 0]
    if data.startswith(b"GIF"):
        frame = data.find(b"\x2c", 13 + 3 * 2 ** ((data[10] & 7) + 1))
        return [((6, 8), "<H"), ((frame + 5, frame + 7), "<H")]
    if data.startswith(b"BM"):
        return [((18, 22), "<I")]
    if data.startswith(b"RIFF"):
        return [((24, 27), "<H")] if data[12:16] == b"VP8X" else [((26, 28), "<H")]
    if data.startswith(b"II*\0"):
        first = int.from_bytes(data[4:8], "little")
        tags = {int.from_bytes(data[at : at + 2], "little"): at for at in range(first + 2, first + 200, 12)}
        return [((tags[256] + 8, tags[257] + 8), "<I")] if {256, 257} <= tags.keys() else []
    for mark, code in ((b"ihdr", ">I"), (b"\xff\x51", ">I"), (b"ispe", ">I")):  # JPEG 2000, AVIF
        if (at := data.find(mark)) >= 0:
            step = {b"ihdr": (8, 4), b"\xff\x51": (6, 10), b"ispe": (8, 12)}[mark]
            return [((at + step[0], at + step[1]), code)]
    return [((4, 8), ">I")] if data.startswith(b"qoif") else [((16, 12), "<I")] if data.startswith(b"DDS") else []


def _with_sums(data: bytearray) -> bytearray:
    """Return a PNG file with the check sums that its chunks need, or the decoder would look no further."""
    place = 8
    while place + 12 <= len(data):
        end = place + 8 + int.from_bytes(data[place : place + 4], "big")
        if end + 4 > len(data):
            break
        data[end : end + 4] = zlib.crc32(data[place + 4 : end]).to_bytes(4, "big")
        place = end + 4
    return data


_WAYS: dict[str, Callable[[bytearray, str, Rng], bytearray]] = {
    "bits flipped": _flipped,
    "bytes of the header changed": _flipped_at_the_beginning,
    "cut": _cut,
    "extreme lengths, offsets and counts": _lengths,
    "parts repeated": _repeated,
    "formats mixed": _mixed,
    "damaged EXIF, ICC and tags": _nested,
    "another size in the header": _sized,
}
