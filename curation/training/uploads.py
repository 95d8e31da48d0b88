"""Images from outside: refused before they are decoded if they are too large, too many or not images."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from PIL import Image, UnidentifiedImageError

from curation.words import file_size
from models.errors import ErrataError
from models.files.atomic import atomic
from models.images.formats import pillow_formats

MOST_FILES = 20
MOST_MB = 10  # of a file
MOST_MEGAPIXELS = 25
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Upload:
    """A file as a browser sends it."""

    name: str  # as the browser sends it, not to be trusted
    content: bytes


@dataclass(frozen=True)
class Saved:
    """What became of uploaded files."""

    paths: list[Path]  # of those that were written
    refused: dict[str, str]  # numbered name -> why it was not; in the order of the upload


def save_uploads(uploads: Sequence[Upload], folder: Path) -> Saved:
    """Write the files under safe, numbered names; a file that is refused does not hold up the others.

    A file is refused if it is too large, has too many pixels or is not an image that Pillow reads.

    Raises:
        ErrataError: there are too many files, or all are refused; then no file is written.
    """
    if len(uploads) > MOST_FILES:
        raise ErrataError(f"{len(uploads)} images are too many at a time; choose at most {MOST_FILES}")
    checked: list[tuple[str, Upload]] = []
    refused: dict[str, str] = {}
    for place, upload in enumerate(uploads, 1):
        try:
            checked.append((f"{_name(place, upload)}.{_checked(upload).lower()}", upload))
        except ErrataError as error:
            refused[_name(place, upload)] = str(error)
    if uploads and not checked:
        raise ErrataError("; ".join(refused.values()))
    for name, upload in checked:
        with atomic(folder / name) as temporary:
            temporary.write_bytes(upload.content)
    return Saved([folder / name for name, _ in checked], refused)


def _name(place: int, upload: Upload) -> str:
    """Return a safe name, without its type."""
    return f"{place:02d}-{_UNSAFE.sub('-', PurePath(upload.name).stem).strip('.-')[:60] or 'image'}"


def _checked(upload: Upload) -> str:
    """Return the format of a file, told by its content; only the header is read."""
    size = len(upload.content)
    if size > MOST_MB * 10**6:
        raise ErrataError(f"{upload.name} has {file_size(size)}; at most {MOST_MB} MB are taken, make it smaller")
    Image.init()  # or Pillow knows no format before its first image, and the first file would be refused
    try:
        with Image.open(io.BytesIO(upload.content), formats=pillow_formats(upload.name)) as image:
            kind, (width, height) = str(image.format), image.size
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError) as error:
        raise ErrataError(f"{upload.name} is not an image that can be read; use JPEG, PNG, WebP or TIFF") from error
    if width * height > MOST_MEGAPIXELS * 10**6:
        raise ErrataError(
            f"{upload.name} has {width * height / 10**6:.0f} megapixels; at most {MOST_MEGAPIXELS} are taken, shrink it"
        )
    return kind
