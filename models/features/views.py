"""Augmented views of images, each the same whenever it is computed."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from models.arrays import ByteArray, FloatArray, IntArray
from models.features.engines import Engine
from models.images.augment import AUGMENTATIONS
from models.images.decode import InputSpec, read_pixels
from models.images.row_store import Compute


def augmented_view(pixels: ByteArray, sha256: str, augmentation: str, seed: int, view: int) -> ByteArray:
    """Return one image, shape (S, S, 3), augmented by draws that depend on its content, the seed and the view only.

    Args:
        pixels: the image, uint8, writable.
        sha256: its content hash.
        augmentation: name of a preset.
        seed: of the augmentation.
        view: number of the view.
    """
    own = hashlib.sha256(f"{sha256}-{seed}-{view}".encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(own[:6], "big"))
    changed: ByteArray = AUGMENTATIONS[augmentation](torch.from_numpy(pixels[None]), generator)[0].numpy()
    return changed


def view_rows(
    run: Engine,
    plain: FloatArray,
    paths: Sequence[Path],
    sha256s: Sequence[str],
    spec: InputSpec,
    augmentation: str,
    n_views: int,
    seed: int,
) -> Compute:
    """Return what one thread does for rows ordered by image, then view: decode an image once, augment, run.

    Args:
        run: the backbone.
        plain: features of the N images as they are, shape (N, D): their view 0.
        paths: N image files.
        sha256s: their content hashes.
        spec: the backbone's input.
        augmentation: name of a preset.
        n_views: V; row i * V + v is view v of image i.
        seed: of the augmentation.
    """

    def work(positions: IntArray) -> FloatArray:
        images, views = np.divmod(positions, n_views)
        rows = np.array(plain[images])
        if views.any():
            wanted = set(images.tolist())
            decoded = {i: np.array(read_pixels(paths[i], spec.size_px, spec.interpolation)) for i in wanted}
            pairs = [(i, view) for i, view in zip(images.tolist(), views.tolist(), strict=True) if view]
            rows[views > 0] = run(
                np.stack([augmented_view(decoded[i], sha256s[i], augmentation, seed, view) for i, view in pairs])
            )
        return rows

    return work
