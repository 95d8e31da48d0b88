"""Image files to pixels: one careful decoder, a check that never raises, a cache of decoded images."""

import hashlib
import io
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from models.arrays import ByteArray, IntArray, Progress
from models.errors import ErrataError, unknown
from models.files.ahead import cores, in_order
from models.images.row_store import fill_rows, open_rows

Interpolation = Literal["bicubic", "bilinear"]

MAX_PIXELS = 100_000_000  # 300 MB as RGB; more is a mistake or an attack
MIN_SIDE_PX = 4
MAX_BYTES = 1_000_000_000
# Named, because Pillow would otherwise also try formats that start other programs (EPS runs Ghostscript).
FORMATS = ("JPEG", "MPO", "PNG", "BMP", "GIF", "TIFF", "WEBP", "PPM", "JPEG2000", "AVIF")
FILTERS = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
DRAFT_FACTOR = 4  # see _open
PHASH_PX = 32
_ORIENTATION = 0x0112  # EXIF tag; values 5 to 8 swap width and height

# Too large an image gets our own error, in one sentence, before it is decoded; Pillow's warning would only repeat it.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


@dataclass(frozen=True)
class InputSpec:
    """What a network expects to see.

    The whole image is stretched to a square, without a crop: errors may sit at the edge, and a CAM then covers the
    whole picture.
    """

    size_px: int  # side of the square
    mean: tuple[float, float, float]  # per channel, of values in [0, 1]
    std: tuple[float, float, float]
    interpolation: Interpolation = "bicubic"

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able values; `from_dict` is the inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "InputSpec":
        """Return the spec of `to_dict` values.

        Raises:
            ErrataError: a key is unknown or missing, or the interpolation is not known.
        """
        known = cls.__dataclass_fields__
        for key in values:
            if key not in known:
                raise unknown("input setting", key, known)
        if missing := sorted(set(known) - {"interpolation"} - set(values)):
            raise ErrataError(f"the input settings lack {', '.join(missing)}; write the checkpoint again")
        spec = cls(**{**values, "mean": tuple(values["mean"]), "std": tuple(values["std"])})
        if spec.interpolation not in FILTERS:
            raise unknown("interpolation", spec.interpolation, FILTERS)
        return spec


@dataclass(frozen=True)
class ImageCheck:
    """What reading an image file once tells."""

    sha256: str  # of the file's bytes; "" if it could not be read
    width_px: int  # as shown, after EXIF rotation; 0 if it could not be decoded
    height_px: int
    phash: int  # perceptual hash, 64 bits; few differing bits = near duplicate
    problem: str | None  # one sentence; the image is then skipped


def check_images(
    paths: Sequence[Path], workers: int | None = None, progress: Progress | None = None
) -> list[ImageCheck]:
    """Read and decode every image once; never raises for a bad image.

    Args:
        paths: N image files.
        workers: number of threads, one per processor by default.
        progress: called with (images done, N).

    Returns:
        N checks, in the order of `paths`.
    """
    checks: list[ImageCheck] = []
    for check in in_order(_check, paths, workers or cores()):
        checks.append(check)
        if progress:
            progress(len(checks), len(paths))
    return checks


def decode(path: Path, size_px: int | None = None, interpolation: Interpolation = "bicubic") -> Image.Image:
    """Return the image as 8-bit RGB, upright, its first frame, stretched to a square of `size_px` if given.

    CMYK and palettes are converted; 16-bit greys are scaled (65535 becomes 255), not clipped; 32-bit integers and
    floats, which have no fixed range, from their own darkest to brightest value. Transparent parts are laid over
    white, the page that pictures with transparency are mostly drawn for; black or grey would be a new dark object.

    Raises:
        ErrataError: the file is missing, empty, truncated, no image, under 4 px a side or over 100 megapixels.
    """
    return _decode(path, _read(path), size_px, interpolation)[0]


def read_pixels(path: Path, size_px: int, interpolation: Interpolation = "bicubic") -> ByteArray:
    """Return `decode` of the image as an array, shape (S, S, 3), uint8.

    Raises:
        ErrataError: as `decode`.
    """
    return np.asarray(decode(path, size_px, interpolation))


def pixel_cache(
    paths: Sequence[Path],
    sha256s: Sequence[str],
    size_px: int,
    interpolation: Interpolation,
    folder: Path,
    progress: Progress | None = None,
) -> np.memmap:
    """Return all images decoded and resized, from disk where they were before.

    Memory stays flat; killed half-way, the next call goes on where it stopped; images already cached for another
    version of the data set are copied.

    Args:
        paths: N image files that passed `check_images`.
        sha256s: their content hashes, length N.
        size_px: side of the square, S.
        interpolation: "bicubic" or "bilinear".
        folder: where cached pixels are kept.
        progress: called with (images done, N).

    Returns:
        shape (N, S, S, 3), uint8, RGB, memory-mapped read-only.

    Raises:
        ErrataError: an image cannot be decoded, or the folder cannot be written.
    """
    folder = folder / f"{size_px}px-{interpolation}"
    cached = open_rows(folder, sha256s)
    if cached is not None:
        return cached

    def pixels(positions: IntArray) -> ByteArray:
        return np.stack([read_pixels(paths[i], size_px, interpolation) for i in positions])

    return fill_rows(folder, sha256s, (size_px, size_px, 3), np.uint8, pixels, 32, cores(), progress)


def _read(path: Path) -> bytes:
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


def _decode(
    path: Path, data: bytes, size_px: int | None, interpolation: Interpolation
) -> tuple[Image.Image, tuple[int, int]]:
    """Return the image and its width and height as shown, before resizing."""
    try:
        with Image.open(io.BytesIO(data), formats=_formats()) as image:
            shown = _shown_size(image)
            _check_size(path, *shown)
            if size_px:
                # Lets the JPEG decoder halve large photographs, for a third of the time, while they stay at least
                # four times the wanted size: what it averages then, the resize would average anyway (tested: no
                # pixel moves by more than a few levels). At a factor of one it would be seen.
                image.draft(None, (DRAFT_FACTOR * size_px, DRAFT_FACTOR * size_px))
            rgb = _to_rgb(_upright(image))
    except ErrataError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(path) from error
    except UnidentifiedImageError as error:
        raise ErrataError(f"{path} is no image that can be read; replace it or take it out") from error
    except Exception as error:  # on damaged files the decoders raise OSError, SyntaxError, ValueError, struct.error, …
        raise ErrataError(f"{path} is damaged or truncated ({error}); replace it or take it out") from error
    return (rgb.resize((size_px, size_px), FILTERS[interpolation]) if size_px else rgb), shown


@cache
def _formats() -> tuple[str, ...]:
    """The allowed formats that this build of Pillow knows (it refuses a list naming others)."""
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


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


def _check(path: Path) -> ImageCheck:
    sha256 = ""
    try:
        data = _read(path)
        sha256 = hashlib.sha256(data).hexdigest()
        image, (width, height) = _decode(path, data, None, "bicubic")
        return ImageCheck(sha256, width, height, _phash(image), None)
    except ErrataError as error:
        return ImageCheck(sha256, 0, 0, 0, str(error))


@cache
def _cosines() -> npt.NDArray[np.float64]:
    """The 8 lowest rows of the type-II discrete cosine transform, shape (8, 32)."""
    return np.cos(np.pi / PHASH_PX * np.outer(np.arange(8), np.arange(PHASH_PX) + 0.5))


def _phash(image: Image.Image) -> int:
    """Return the DCT perceptual hash; the same 64 bits as `imagehash.phash` (tested), without importing SciPy."""
    small = image.convert("L").resize((PHASH_PX, PHASH_PX), Image.Resampling.LANCZOS)
    low = _cosines() @ np.asarray(small, dtype=np.float64) @ _cosines().T  # (8, 8)
    bits = (low > np.median(low)).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
