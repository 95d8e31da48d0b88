"""Augmented views of images, each the same whenever it is computed, and their features."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.arrays import ByteArray, Features, FloatArray, IntArray, Progress
from models.errors import ErrataError, unknown
from models.features.backbone import Backbone, Form
from models.features.decode_and_run import in_turn, single_threaded
from models.features.engines import Run, batch_size, build_engine
from models.features.extract import extract_features
from models.features.kept import Kept
from models.images.augment import AUGMENTATIONS
from models.images.decode import read_pixels
from models.images.input_spec import InputSpec
from models.images.row_array import TooLargeError
from models.images.row_store import Compute, count_missing, fill_rows, forget_rows, open_rows
from models.processors.threads import cores


def extract_views(
    architecture: str,
    module: nn.Module,
    spec: InputSpec,
    paths: Sequence[Path],
    sha256s: Sequence[str],
    folder: Path,
    engine: str,
    augmentation: str,
    n_views: int,
    seed: int,
    progress: Progress | None = None,
) -> Features:
    """Return features of the images as they are and of augmented copies, from disk where they were before.

    A copy depends on the image's content, the seed and the number of its view, and on nothing else: not on the other
    images, their order or the threads. More views, or more images, compute what is new.

    Args:
        architecture: as `name` of `extract_features`.
        module: the backbone, as there.
        spec: its input.
        paths: N image files that passed `check_images`.
        sha256s: their content hashes, length N.
        folder: as for `extract_features`, whose answer is view 0.
        engine: one of `ENGINES`, or "auto".
        augmentation: name of a preset in `AUGMENTATIONS`.
        n_views: V, at least 1; view 0 is plain, the others are augmented.
        seed: of the augmentation.
        progress: called with (rows done, N * (V + 1)): the plain features first, then all views.

    Returns:
        shape (V, N, D), float16 or float32, memory-mapped read-only.

    Raises:
        ErrataError: as `extract_features`; no such augmentation; no view asked for.
    """
    if augmentation not in AUGMENTATIONS:
        raise unknown("augmentation", augmentation, AUGMENTATIONS)
    if n_views < 1:
        raise ErrataError(f"{n_views} views are too few; ask for 1 (the images as they are) or more")
    total = len(paths) * (n_views + 1)

    def part(before: int) -> Progress | None:
        return (lambda done, _: progress(before + done, total)) if progress else None

    plain = extract_features(architecture, module, spec, paths, sha256s, folder, engine, part(0))
    backbone = Backbone(architecture, module, spec, folder, engine)
    form, _ = backbone.finished(sha256s) or (Form("float32", "float32"), plain)
    keys = [f"{sha256}-{view}" for sha256 in sha256s for view in range(n_views)]  # an image is decoded once for all
    forms = dict.fromkeys((form, replace(form, kept="float32")))  # views may be too large for float16 by themselves
    found = (open_rows(backbone.rows(one, augmentation, seed), keys) for one in forms)
    views = next((rows for rows in found if rows is not None), None)
    if views is None:
        with single_threaded():
            name = backbone.engine_for(count_missing(backbone.rows(form, augmentation, seed), keys))
            built = build_engine(name, module, spec, backbone.device, folder, form.precision)
            work = view_rows(in_turn(built, backbone.device), plain, paths, sha256s, spec, augmentation, n_views, seed)
            size = batch_size(backbone.device)

            def compute(kept: Kept) -> np.memmap:
                # The precision is that of the engine: this processor may have no bfloat16.
                rows = backbone.rows(Form(built.precision, kept), augmentation, seed)
                try:
                    return fill_rows(rows, keys, plain.shape[1:], kept, work, size, cores(), part(len(paths)))
                except TooLargeError:
                    forget_rows(rows, keys)
                    raise

            try:
                views = compute(form.kept)
            except TooLargeError:
                views = compute("float32")
    by_image: Features = views.reshape(len(paths), n_views, -1)
    return by_image.transpose(1, 0, 2)


def augmented_view(pixels: ByteArray, sha256: str, augmentation: str, seed: int, view: int) -> ByteArray:
    """Return one image, shape (S, S, 3), augmented by draws that depend on its content, the seed and the view only.

    Args:
        pixels: the image, uint8, writable.
        sha256: its content hash.
        augmentation: name of a preset.
        seed: of the augmentation.
        view: number of the view.
    """
    draws = hashlib.sha256(f"{sha256}-{seed}-{view}".encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(draws[:6], "big"))
    changed: ByteArray = AUGMENTATIONS[augmentation](torch.from_numpy(pixels[None]), generator)[0].numpy()
    return changed


def view_rows(
    run: Run,
    plain: Features,
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
        rows = np.array(plain[images], np.float32)
        if views.any():
            decoded = {
                i: np.array(read_pixels(paths[i], spec.size_px, spec.interpolation, sha256s[i]))
                for i in set(images.tolist())
            }
            pairs = [(i, view) for i, view in zip(images.tolist(), views.tolist(), strict=True) if view]
            rows[views > 0] = run(
                np.stack([augmented_view(decoded[i], sha256s[i], augmentation, seed, view) for i, view in pairs])
            )
        return rows

    return work
