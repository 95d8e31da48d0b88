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
from models.images.decode import FORMATS

MOST_FILES = 20
MOST_MB = 10  # of a file
MOST_MEGAPIXELS = 25
TYPES = ("jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Upload:
    """A file as a browser sends it."""

    name: str  # as the browser sends it, not to be trusted
    content: bytes


def save_uploads(uploads: Sequence[Upload], folder: Path) -> list[Path]:
    """Write the files under safe, numbered names and return their paths.

    Raises:
        ErrataError: there are too many files, or a file is too large, has too many pixels or is not an image of TYPES;
            then no file is written.
    """
    if len(uploads) > MOST_FILES:
        raise ErrataError(f"{len(uploads)} images are too many at a time; choose at most {MOST_FILES}")
    kinds = [_checked(upload) for upload in uploads]
    paths = []
    for place, (upload, kind) in enumerate(zip(uploads, kinds, strict=True), 1):
        stem = _UNSAFE.sub("-", PurePath(upload.name).stem).strip(".-")[:60] or "image"
        path = folder / f"{place:02d}-{stem}.{kind.lower()}"
        with atomic(path) as temporary:
            temporary.write_bytes(upload.content)
        paths.append(path)
    return paths


def _checked(upload: Upload) -> str:
    """Return the format of a file, told by its content; only the header is read."""
    size = len(upload.content)
    if size > MOST_MB * 10**6:
        raise ErrataError(f"{upload.name} has {file_size(size)}; at most {MOST_MB} MB are taken, make it smaller")
    try:
        with Image.open(io.BytesIO(upload.content), formats=[name for name in FORMATS if name in Image.OPEN]) as image:
            kind, (width, height) = str(image.format), image.size
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError) as error:
        raise ErrataError(
            f"{upload.name} is not an image that can be read; use one of the types {', '.join(TYPES)}"
        ) from error
    if width * height > MOST_MEGAPIXELS * 10**6:
        raise ErrataError(
            f"{upload.name} has {width * height / 10**6:.0f} megapixels; at most {MOST_MEGAPIXELS} are taken, shrink it"
        )
    return kind
