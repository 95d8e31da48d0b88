"""Some rows of large embeddings, which need not be held in memory."""

from pathlib import Path

import numpy as np

from models.arrays import Features, IntArray
from models.files.scratch import scratch_rows
from models.maps import give_back
from models.processors.blocks import read_rows, row_blocks


def taken_rows(embeddings: Features, rows: IntArray, scratch: Path | None = None) -> Features:
    """Return some rows in the order asked for: the array itself where these are all of its rows, else a copy.

    Args:
        embeddings: N rows, shape (N, D); a memory map is read in blocks.
        rows: which, R of them.
        scratch: folder of the file in which a large copy lies; None: it is in memory.

    Returns:
        shape (R, D), float32.

    Raises:
        ErrataError: there is no room for the copy.
    """
    if embeddings.dtype == np.float32 and np.array_equal(rows, np.arange(len(embeddings))):
        return embeddings
    taken = scratch_rows(len(rows), embeddings.shape[1], scratch)
    for block in row_blocks(len(rows), embeddings.shape[1]):
        taken[block] = read_rows(embeddings, rows[block])
        give_back(taken)
    return taken
