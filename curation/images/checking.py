"""The first stages of every job: each image is read and checked once, its problems found, and copies are grouped."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from curation.datasets.rows import Rows
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import THUMBNAIL_PX, Duplicates, find_duplicates
from curation.images.problems import find_problems
from curation.workspace.stages import Stages
from models.arrays import FloatArray, Progress
from models.errors import ErrataError
from models.files.atomic import digest

DUPLICATES_METHOD, PROBLEMS_METHOD = 2, 1  # counted up with every change of what the same images give


def check_listed(listed: Rows, stages: Stages) -> CheckedRows:
    """Read and check every image once; what cannot be read is skipped and said.

    Raises:
        ErrataError: the readable images make no problem to learn.
    """
    from models.images.check import check_images

    folder = stages.run_folder

    def work(progress: Progress) -> None:
        checks = check_images(listed.paths, progress=progress)
        good = np.array([check.problem is None for check in checks], bool)
        skipped = [(str(i), check.problem or "") for i, check in zip(listed.image_ids, checks, strict=True)]
        kept = [check for check in checks if check.problem is None]
        CheckedRows(
            listed.where(good),
            np.array([check.sha256 for check in kept], np.str_),
            np.array([check.phash for check in kept], np.uint64),
            np.array([(check.width_px, check.height_px) for check in kept], np.int64).reshape(-1, 2),
            tuple(entry for entry in skipped if entry[1]),
        ).save(folder)

    stages.do("images", [listed_key(listed)], [folder / "rows.npz", folder / "rows.json"], work)
    checked = CheckedRows.load(folder)
    _check_rows(checked)
    return checked


def note_problems(checked: CheckedRows, values: Path, stages: Stages) -> None:
    """Score every image by what a camera or a conversion may have spoiled; what is measured is kept by content."""
    from curation.images.values import measure_images

    output, sha256s = stages.run_folder / "problems.npz", [str(sha256) for sha256 in checked.sha256s]

    def work(progress: Progress) -> None:
        measured = measure_images(checked.rows.paths, sha256s, values, progress)
        find_problems(measured, checked.sizes_px).save(output)

    stages.do("problems", [PROBLEMS_METHOD, bytes_key(checked.sha256s, checked.sizes_px)], [output], work)


def group_duplicates(
    checked: CheckedRows,
    stages: Stages,
    embeddings: Callable[[], FloatArray] | None = None,
    made_by: str = "",
) -> Duplicates:
    """Group copies and near copies: they share a fold, and a test image with a twin in train is flagged.

    Args:
        checked: N readable images.
        stages: of the job.
        embeddings: returns those of the images, shape (N, D); only asked where the groups are not known yet. Without
            them copies are looked for by perceptual hashes alone.
        made_by: what they depend on beside the images.
    """
    from models.images.decode import read_pixels

    paths, output = checked.rows.paths, stages.run_folder / "duplicates.npz"

    def work(progress: Progress) -> None:
        find_duplicates(
            checked.sha256s,
            checked.hashes,
            lambda rows: np.stack([read_pixels(paths[row], THUMBNAIL_PX, "bilinear") for row in rows]),
            embeddings() if embeddings else None,
            progress,
        ).save(output)

    stages.do("duplicates", [DUPLICATES_METHOD, rows_key(checked), made_by], [output], work)
    return Duplicates.load(output)


def listed_key(rows: Rows) -> str:
    """Return a digest of the listed files: names, labels, splits, sizes and modification times."""
    stats = [path.stat() if path.exists() else None for path in rows.paths]
    files = np.array([(stat.st_size, stat.st_mtime_ns) if stat else (-1, -1) for stat in stats], np.int64)
    return digest(str(rows.root), rows.classes, bytes_key(rows.image_ids, rows.labels, rows.splits, files))


def rows_key(checked: CheckedRows) -> str:
    """Return a digest of the images' content, labels and splits: what every result depends on."""
    rows = checked.rows
    return digest(bytes_key(rows.image_ids, rows.labels, rows.splits, checked.sha256s), rows.classes)


def bytes_key(*arrays: np.ndarray) -> str:
    """Return a digest of arrays."""
    return hashlib.sha256(b"\0".join(str(array.dtype).encode() + array.tobytes() for array in arrays)).hexdigest()


def _check_rows(checked: CheckedRows) -> None:
    """Raise if the readable images make no problem to learn."""
    rows, n = checked.rows, len(checked.skipped)
    left = f" after {n} unreadable files were left out, the first because {checked.skipped[0][1]}" if n else ""
    if not (rows.splits == "train").any():
        raise ErrataError(f"{rows.root} has no readable training image{left}; nothing can be learned from it")
    present = np.unique(rows.labels[rows.splits == "train"])
    if len(present) < 2:
        raise ErrataError(f"{rows.root} has training images of one class only{left}; an audit needs at least two")
