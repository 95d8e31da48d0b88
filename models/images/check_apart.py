"""Checks of image files in a child process: an image that ends the process that decodes it is named, and left out."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path

from models.arrays import Progress
from models.errors import ErrataError
from models.images.check import ENDS, GreyRanges, ImageCheck, Known, check_images
from models.images.grey_range import GreyRange
from models.processors.processes import processes

# A process takes about a third of a second to start: less than a twentieth of the time that so many images take, or
# so many bytes of photographs, on two processors.
PAYS_FROM_IMAGES, PAYS_FROM_BYTES = 50_000, 200_000_000
SIZE = 1024  # images handed over at a time, and decoded again by halves where one of them ends the process
Files = tuple[tuple[str, GreyRange | None], ...]  # paths as texts, which take a fraction of the time to hand over

_known: list[Known] = []  # of the child process, which does one check


def check_here(
    paths: Sequence[Path], known: Known, grey_ranges: GreyRanges, folder: Path, progress: Progress | None = None
) -> list[ImageCheck]:
    """Read and decode every image once on this machine; returns what `check_images` does.

    A few images are decoded in this process. One that ends it is named when the same command is run again.

    Args:
        paths: N image files.
        known: as for `check_images`.
        grey_ranges: as for `check_images`.
        folder: not there, unless an earlier attempt was ended; made while images are decoded in this
            process; the caller removes what an earlier attempt left.
        progress: called with (images done, N).
    """
    if folder.exists() or _pays(paths):
        return check_apart(paths, known, grey_ranges, progress)
    folder.mkdir(parents=True)  # stays only where an image ends this process
    try:
        return check_images(paths, known=known, progress=progress, grey_ranges=grey_ranges)
    finally:
        folder.rmdir()


def check_apart(
    paths: Sequence[Path], known: Known, grey_ranges: GreyRanges, progress: Progress | None = None
) -> list[ImageCheck]:
    """Read and decode every image once, in another process; returns what `check_images` does.

    An image that ends the process, as by a segmentation fault of a native decoder, has a check that says so.

    Args:
        paths: N image files.
        known: as for `check_images`; it is pickled.
        grey_ranges: as for `check_images`; asked in this process.
        progress: called with (images done, N).

    Raises:
        ErrataError: the other process was ended before it read an image.
    """
    listed = [(str(path), grey_ranges(path)) for path in paths]
    waiting = deque(tuple(listed[start : start + SIZE]) for start in range(0, len(listed), SIZE))
    checks: list[ImageCheck] = []
    while waiting:
        try:
            with processes(1) as pool:
                _hand_over(pool, known)
                for future in [pool.submit(_check, files) for files in waiting]:
                    checks += future.result()
                    waiting.popleft()
                    if progress:
                        progress(len(checks), len(paths))
        except BrokenProcessPool:
            files = waiting.popleft()
            if len(files) == 1:
                checks.append(ImageCheck("", 0, 0, 0, f"{files[0][0]} {ENDS}"))
            else:
                waiting.extendleft((files[len(files) // 2 :], files[: len(files) // 2]))
    return checks


def _pays(paths: Sequence[Path]) -> bool:
    """Return whether the checks take so long that the start of a process does not count."""
    if len(paths) >= PAYS_FROM_IMAGES:
        return True
    n_bytes = 0
    for path in paths:
        with suppress(OSError):  # its check says so
            n_bytes += path.stat().st_size
    return n_bytes >= PAYS_FROM_BYTES


def _hand_over(pool: Executor, known: Known) -> None:
    """Give a new process what it needs; where it ends already here, no image is to blame."""
    try:
        pool.submit(_remember, known).result()
    except BrokenProcessPool as error:
        raise ErrataError(
            "the process that reads the images was ended from outside, probably because memory ran out; "
            "run the same command again"
        ) from error


def _remember(known: Known) -> None:
    _known[:] = [known]


def _check(files: Files) -> list[ImageCheck]:
    ranges = {Path(path): grey_range for path, grey_range in files if grey_range}
    return check_images([Path(path) for path, _ in files], known=_known[0], grey_ranges=ranges.get)
