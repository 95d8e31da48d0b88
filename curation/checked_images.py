"""The first two stages of every job: each image is read and checked once, and copies are grouped."""

import hashlib

import numpy as np

from curation.duplicates import THUMBNAIL_PX, Duplicates, find_duplicates
from curation.results import CheckedRows
from curation.rows import Rows
from curation.stages import Stages
from models.arrays import Progress
from models.errors import ErrataError
from models.files import digest


def check_listed(listed: Rows, stages: Stages) -> CheckedRows:
    """Read and check every image once; what cannot be read is skipped and said.

    Raises:
        ErrataError: the readable images make no problem to learn.
    """
    from models.images import check_images

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
    _check_rows(checked.rows, len(checked.skipped))
    return checked


def group_duplicates(checked: CheckedRows, stages: Stages) -> Duplicates:
    """Group copies and near copies: they share a fold, and a test image with a twin in train is flagged."""
    from models.images import read_pixels

    paths, output = checked.rows.paths, stages.run_folder / "duplicates.npz"

    def work(progress: Progress) -> None:
        find_duplicates(
            checked.sha256s,
            checked.hashes,
            lambda rows: np.stack([read_pixels(paths[row], THUMBNAIL_PX, "bilinear") for row in rows]),
        ).save(output)

    stages.do("duplicates", [rows_key(checked)], [output], work)
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


def _check_rows(rows: Rows, n_skipped: int) -> None:
    """Raise if the readable images make no problem to learn."""
    left = f" after {n_skipped} unreadable files were left out (see rows.json)" if n_skipped else ""
    if not (rows.splits == "train").any():
        raise ErrataError(f"{rows.root} has no readable training image{left}; nothing can be learned from it")
    present = np.unique(rows.labels[rows.splits == "train"])
    if len(present) < 2:
        raise ErrataError(f"{rows.root} has training images of one class only{left}; an audit needs at least two")
