"""Checks of image files by shards, on workers of a cluster: an image that ends every process that reads it is named."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from models.arrays import Progress
from models.errors import ErrataError
from models.files.atomic import digest, write_json
from models.files.schemas import read_as
from models.images.check import ENDS, GreyRanges, ImageCheck, Known, check_images
from models.images.grey_range import GreyRange
from models.processors.cluster import Cluster

SIZE = 128  # images of a shard: seconds of work, so that a lost machine loses little
Files = tuple[tuple[Path, GreyRange | None], ...]  # of a shard: each file, and the grey range of its data set


@dataclass(frozen=True)
class CheckSetup:
    """What a worker needs to check images."""

    threads: int
    known: Known


def check_worker(setup: CheckSetup) -> Callable[[Files], list[ImageCheck]]:
    """Return what checks the images of a shard.

    Raises:
        ErrataError: this machine lacks the folder of an image, which would otherwise count as an unreadable image.
    """

    def work(files: Files) -> list[ImageCheck]:
        for folder in {path.parent for path, _ in files}:
            if not folder.is_dir():
                raise ErrataError(f"there is no folder {folder}; mount the images there under the same path")
        return check_images([path for path, _ in files], setup.threads, setup.known, grey_ranges=dict(files).get)

    return work


def check_on_cluster(
    cluster: Cluster,
    paths: Sequence[Path],
    known: Known,
    grey_ranges: GreyRanges,
    folder: Path,
    progress: Progress | None = None,
) -> list[ImageCheck]:
    """Read and decode every image once on the workers; returns what `check_images` does.

    Args:
        cluster: does the work.
        paths: N image files.
        known: as for `check_images`.
        grey_ranges: as for `check_images`; asked here, since a worker has another datasets.yaml or none.
        folder: of the shards that are finished; a second call after a kill checks only the others.
        progress: called with (images done, N).
    """
    listed = [(path, grey_ranges(path)) for path in paths]
    shards = [tuple(listed[start : start + SIZE]) for start in range(0, len(listed), SIZE)]
    kept_in = [folder / f"{_key(shard)}.json" for shard in shards]
    checks: dict[Path, ImageCheck] = {}
    setup = CheckSetup(cluster.threads, known)

    def keep(place: int, results: Sequence[ImageCheck]) -> None:
        checks.update(zip([path for path, _ in shards[place]], results, strict=True))
        if progress:
            progress(len(checks), len(paths))

    waiting = []
    for place, file in enumerate(kept_in):
        if (kept := _kept(file, len(shards[place]))) is None:
            waiting.append(place)
        else:
            keep(place, kept)
    left = [shards[place] for place in waiting]
    for done, results in cluster.results(check_worker, setup, left, _nothing, retries=0):
        place = waiting[done]
        if not results:
            results = _one_by_one(cluster, setup, shards[place])
        results = [_read_here_too(*file, check) for file, check in zip(shards[place], results, strict=True)]
        write_json(kept_in[place], [asdict(check) for check in results])
        keep(place, results)
    return [checks[path] for path in paths]


def _nothing(_: Files) -> list[ImageCheck]:
    """Return no check for a shard that ended its process."""
    return []


def _one_by_one(cluster: Cluster, setup: CheckSetup, files: Files) -> list[ImageCheck]:
    """Return the checks of a shard that ended its process: each image in a task, to find which image it is."""

    def named(files: Files) -> list[ImageCheck]:
        return [ImageCheck("", 0, 0, 0, f"{files[0][0]} {ENDS}")]

    checks: dict[int, ImageCheck] = {}
    for place, (check,) in cluster.results(check_worker, setup, [(file,) for file in files], named, retries=1):
        checks[place] = check
    return [checks[place] for place in range(len(files))]


def _read_here_too(path: Path, grey_range: GreyRange | None, check: ImageCheck) -> ImageCheck:
    """Return the check; where a worker could not read the image, what this machine tells of it."""
    if check.problem is None or check.problem.endswith(ENDS):
        return check
    return check_images([path], 1, grey_ranges=lambda path: grey_range)[0]


def _key(files: Files) -> str:
    """Return a digest of the files as they are now: names, sizes, times and grey ranges."""
    facts = []
    for path, grey_range in files:
        with suppress(OSError):  # gone meanwhile: its check says so
            stat = path.stat()
            facts.append((str(path), stat.st_size, stat.st_mtime_ns, str(grey_range or "")))
    return digest(facts)


def _kept(file: Path, n: int) -> list[ImageCheck] | None:
    """Return the checks of a finished shard; None where it is missing or damaged, and has to be done."""
    with suppress(ErrataError):
        checks = read_as(file, list[ImageCheck]) if file.exists() else []
        return checks if len(checks) == n else None
    return None
