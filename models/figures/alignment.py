"""Embeddings of separately trained networks, brought into one space and averaged a block of images at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Features, FloatArray, IntArray
from models.figures.predictions import held_out_or_mean
from models.maps import give_back
from models.processors.blocks import read_rows, row_blocks


@dataclass(frozen=True)
class Alignment:
    """How the embeddings of one network are brought into the space of another: moved and turned."""

    mean: FloatArray  # (D,), which becomes the origin
    rotation: FloatArray | None  # (D, D), orthogonal; None: they stay as they lie

    def of(self, embeddings: FloatArray) -> FloatArray:
        """Return embeddings of this network in the common space, shape (B, D), float32."""
        centred = embeddings - self.mean
        return np.asarray(centred if self.rotation is None else centred @ self.rotation, np.float32)


def alignments_to_first(networks: Sequence[Features]) -> list[Alignment]:
    """Return how F separately trained networks are rotated onto the first one's space.

    Each network has its own axes; the orthogonal Procrustes solution over the same images makes them comparable
    without any label (Schoenemann 1966, doi:10.1007/BF02289451).

    Args:
        networks: embeddings of the same N images by each, shape (N, D); memory maps are read in blocks.
    """
    n, width = networks[0].shape
    blocks = row_blocks(n, 2 * width)
    means = [
        sum((read_rows(each, rows).sum(0, dtype=np.float64) for rows in blocks), np.zeros(width)) / max(n, 1)
        for each in networks
    ]
    found = [Alignment(means[0].astype(np.float32), None)]
    for each, mean in zip(networks[1:], means[1:], strict=True):
        moved, product = Alignment(mean.astype(np.float32), None), np.zeros((width, width))
        for rows in blocks:
            product += moved.of(read_rows(each, rows)).T @ found[0].of(read_rows(networks[0], rows))
        left, _, right = np.linalg.svd(product)
        found.append(Alignment(moved.mean, (left @ right).astype(np.float32)))
    return found


def write_aligned(networks: Sequence[Features], fold: IntArray, output: FloatArray) -> None:
    """Fill in the embedding of the held-out network for training rows, and the mean of all networks for other rows.

    Args:
        networks: embeddings by the network of each fold, F of shape (N, D).
        fold: shape (N,), as for `held_out_or_mean`.
        output: shape (N, D), float32; may be a memory map.
    """
    alignments = alignments_to_first(networks)
    for rows in row_blocks(len(output), 4 * output.shape[1]):
        aligned = (alignment.of(read_rows(each, rows)) for each, alignment in zip(networks, alignments, strict=True))
        output[rows] = held_out_or_mean(aligned, fold[rows])
        give_back(output)
