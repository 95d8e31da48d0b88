"""Images decoded and resized once, kept on disk."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.arrays import ByteArray, IntArray, Progress
from models.images.decode import read_pixels
from models.images.input_spec import Interpolation
from models.images.row_store import fill_rows, open_rows
from models.processors.threads import cores


def pixel_cache(
    paths: Sequence[Path],
    sha256s: Sequence[str],
    size_px: int,
    interpolation: Interpolation,
    folder: Path,
    progress: Progress | None = None,
) -> np.memmap:
    """Return all images decoded and resized, from disk where they were before.

    Memory stays flat; killed half-way, the next call continues where it stopped; images already cached for another
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
        return np.stack([read_pixels(paths[i], size_px, interpolation, sha256s[i]) for i in positions])

    return fill_rows(folder, sha256s, (size_px, size_px, 3), np.uint8, pixels, 32, cores(), progress)
