"""Checks of image files: whether they can be read, their size, their hashes."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.arrays import Progress
from models.errors import ErrataError
from models.images.decode import decoded, read_image_file
from models.images.grey_range import GreyRange
from models.images.phash import phash
from models.processors.threads import cores, in_order

ENDS = "is an image that ends the process that decodes it; replace it or take it out"


@dataclass(frozen=True)
class ImageCheck:
    """The result of reading an image file once."""

    sha256: str  # of the file's bytes; "" if it could not be read
    width_px: int  # as shown, after EXIF rotation; 0 if it could not be decoded
    height_px: int
    phash: int  # perceptual hash, 64 bits; few differing bits = near duplicate
    problem: str | None  # one sentence; the image is then skipped
    reading: str = ""  # what was chosen of what the file leaves open; see `models.images.decode.Decoded`


# SHA-256 and grey range -> what an earlier check of that content told, if there was one
Known = Callable[[str, GreyRange | None], ImageCheck | None]
GreyRanges = Callable[[Path], GreyRange | None]  # file -> the grey range of its data set, if it is known


def nothing_known(sha256: str, grey_range: GreyRange | None) -> ImageCheck | None:
    """Tell of no earlier check, so that each image is decoded."""
    return None


def check_images(
    paths: Sequence[Path],
    workers: int | None = None,
    known: Known = nothing_known,
    progress: Progress | None = None,
    grey_ranges: GreyRanges = lambda path: None,
) -> list[ImageCheck]:
    """Read and decode every image once; never raises for a bad image.

    Args:
        paths: N image files.
        workers: number of threads, one per processor by default.
        known: images that it knows are read and not decoded again.
        progress: called with (images done, N).
        grey_ranges: of the files.

    Returns:
        N checks, in the order of `paths`.
    """
    checks: list[ImageCheck] = []
    for check in in_order(lambda path: _check(path, known, grey_ranges(path)), paths, workers or cores()):
        checks.append(check)
        if progress:
            progress(len(checks), len(paths))
    return checks


def _check(path: Path, known: Known, grey_range: GreyRange | None) -> ImageCheck:
    sha256 = ""
    try:
        data = read_image_file(path)
        sha256 = hashlib.sha256(data).hexdigest()
        if check := known(sha256, grey_range):
            return check
        with decoded(path, data, None, grey_range) as of_data:
            return ImageCheck(sha256, *of_data.size_px, phash(of_data.image), None, of_data.reading)
    except ErrataError as error:
        return ImageCheck(sha256, 0, 0, 0, str(error))
