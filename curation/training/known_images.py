"""Whether a picture is in a data set already: the same bytes, or a copy that was cropped, resized or saved again."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from curation.decisions.ledger import open_ledger
from curation.decisions.phrases import verdict_phrase
from curation.decisions.state import State
from curation.images.duplicates import MAX_BITS, THUMBNAIL_PX, grey
from curation.images.grey_ranges import grey_range_of
from curation.images.registration import register
from curation.results.audit import Audit
from curation.training.file_results import KnownImage
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audited_labels
from models.arrays import IntArray
from models.errors import ErrataError
from models.images.check import ImageCheck
from models.images.decode import read_pixels

MOST = 3  # images named for a picture
_COMPARED = 20  # images whose perceptual hash is closest are laid over the picture, at most


def known_images(
    workspace: Workspace, audit: Audit, files: Sequence[Path], checks: Sequence[ImageCheck], nearest: Sequence[IntArray]
) -> list[list[KnownImage]]:
    """Return for each of M pictures the images of the data set that show the same, exact copies first.

    Args:
        workspace: holds the verdicts.
        audit: of the data set.
        files: M image files that can be read.
        checks: what reading them told.
        nearest: rows of images with close embeddings, for each; empty where there are no embeddings.
    """
    rows = [_rows(audit, *picture) for picture in zip(files, checks, nearest, strict=True)]
    if not any(map(len, rows)):
        return [[] for _ in files]
    if audited_labels(workspace, audit.name) != ORIGINAL:  # nobody judges the labels of a version
        return [_described(audit, found, check, None) for found, check in zip(rows, checks, strict=True)]
    with open_ledger(workspace, audit.name).reading() as state:
        return [_described(audit, found, check, state) for found, check in zip(rows, checks, strict=True)]


def _rows(audit: Audit, file: Path, check: ImageCheck, nearest: IntArray) -> IntArray:
    """Return the rows that show the same picture, exact copies first."""
    exact = audit.checked.sha256s == check.sha256
    bits = np.bitwise_count(audit.checked.hashes ^ np.uint64(check.phash))
    close = np.argsort(bits, kind="stable")[:_COMPARED]
    candidates = np.union1d(close[bits[close] <= MAX_BITS], nearest).astype(np.int64)
    candidates = candidates[~exact[candidates]]
    near = candidates[[_same_picture(file, audit.rows.paths[row]) for row in candidates.tolist()]]
    return np.concatenate([np.flatnonzero(exact), near])[:MOST]


def _same_picture(first: Path, second: Path) -> bool:
    """Return whether a picture lies over an image of the data set; False where that is gone by now."""
    try:
        grey_range = grey_range_of(second)
        pixels = [read_pixels(path, THUMBNAIL_PX, "bilinear", "", grey_range)[None] for path in (first, second)]
    except ErrataError:
        return False
    return bool(register(grey(pixels[0]), grey(pixels[1])).same()[0])


def _described(audit: Audit, rows: IntArray, check: ImageCheck, state: State | None) -> list[KnownImage]:
    table = audit.rows
    return [
        KnownImage(
            str(table.image_ids[row]),
            str(table.splits[row]),
            table.classes[table.labels[row]],
            _verdict(state, str(table.image_ids[row])) if state else "",
            bool(audit.checked.sha256s[row] == check.sha256),
        )
        for row in rows.tolist()
    ]


def _verdict(state: State, image_id: str) -> str:
    """Return what people say of an image, in words; empty where nobody judged it."""
    if state.disputed(image_id):
        return "reviewers disagree"
    verdict = state.verdict(image_id)
    return verdict_phrase(verdict) if verdict else ""
