"""The image formats that are read, and the suffixes of their files."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType

# Listed, because Pillow also tries formats that start other programs (EPS runs Ghostscript), that hold no picture of
# their own (MPEG, PDF) or that only a plug-in of another package decodes (GRIB, HDF5).
FORMATS: Mapping[str, tuple[str, ...]] = MappingProxyType(  # as Pillow names them, with suffixes in lower case
    {
        "JPEG": ("jpg", "jpeg", "jpe", "jfif"),
        "MPO": ("mpo",),
        "PNG": ("png", "apng"),
        "BMP": ("bmp",),
        "DIB": ("dib",),
        "GIF": ("gif",),
        "TIFF": ("tif", "tiff"),
        "WEBP": ("webp",),
        "PPM": ("ppm", "pgm", "pbm", "pnm", "pfm"),
        "JPEG2000": ("jp2", "j2k", "j2c", "jpc", "jpf", "jpx"),
        "AVIF": ("avif", "avifs"),
        "ICO": ("ico",),
        "PCX": ("pcx",),
        "SGI": ("sgi", "rgb", "rgba", "bw"),
        "QOI": ("qoi",),
        "DDS": ("dds",),
        "SUN": ("ras",),
        "PSD": ("psd",),
    }
)
# A TGA file has no mark at its beginning: Pillow takes nearly any file for one, so it is only tried for these suffixes.
TGA = ("tga", "icb", "vda", "vst")
HEIF = ("heic", "heif", "hif", "heics", "heifs")  # read where pillow-heif is installed
SUFFIXES = frozenset((*(suffix for suffixes in FORMATS.values() for suffix in suffixes), *TGA))


@cache
def image_suffixes() -> frozenset[str]:
    """Return the suffixes of the image files that can be read here, in lower case and without a dot."""
    return SUFFIXES | frozenset(HEIF if find_spec("pillow_heif") else ())


def suffix_of(name: str) -> str:
    """Return the suffix of a file's name in lower case, without a dot; the name where it has none."""
    return name.rpartition(".")[2].lower()


def pillow_formats(name: str) -> list[str]:
    """Return the formats that a file may have, of those that this build of Pillow knows (it refuses others).

    Args:
        name: of the file; its suffix counts for TGA only, since names are often wrong.
    """
    return [*_formats(), "TGA"] if suffix_of(name) in TGA else list(_formats())


@cache
def _formats() -> tuple[str, ...]:
    from PIL import Image

    Image.init()
    if find_spec("pillow_heif"):
        import_module("pillow_heif").register_heif_opener()
    return tuple(name for name in (*FORMATS, "HEIF") if name in Image.OPEN)
