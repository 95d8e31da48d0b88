"""Features of a frozen backbone, computed once per image and kept on disk."""

import logging
import platform
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from models.arrays import ByteArray, FloatArray, IntArray, Progress
from models.errors import ErrataError, unknown
from models.features.backbone import Backbone
from models.features.backbone_stages import WithStages
from models.features.bfloat16 import CHECK_IMAGES, LOWEST_COSINE, lowest_cosine
from models.features.engines import Engine, Precision, batch_size, build_engine
from models.features.views import view_rows
from models.files.ahead import cores, in_order
from models.files.atomic import checked_name, read_json, write_json
from models.images.augment import AUGMENTATIONS
from models.images.decode import InputSpec, read_pixels
from models.images.row_store import Compute, count_missing, fill_rows, open_rows

_log = logging.getLogger(__name__)


def extract_features(
    name: str,
    module: nn.Module,
    spec: InputSpec,
    paths: Sequence[Path],
    sha256s: Sequence[str],
    folder: Path,
    engine: str = "auto",
    progress: Progress | None = None,
) -> FloatArray:
    """Return the backbone's features of all images, from disk where they were computed before.

    They are kept by backbone, weights, input, precision and the images' content: a second call computes nothing, a
    data set that grew by ten images computes ten, and after a kill the next call goes on where it stopped. Where the
    engine would use bfloat16, its features of some of the images are first compared with float32 ones; if any cosine
    is under `LOWEST_COSINE`, all are computed in float32. `meta.json` beside the features tells what was done.

    Args:
        name: of the backbone; becomes a folder name.
        module: normalised images (B, 3, S, S), float32 -> features (B, D).
        spec: the module's input.
        paths: N image files that passed `check_images`.
        sha256s: their content hashes, length N.
        folder: where features and converted models are kept.
        engine: one of `ENGINES`, or "auto": the one that finishes first.
        progress: called with (images done, N).

    Returns:
        shape (N, D), float32, memory-mapped read-only.

    Raises:
        ErrataError: an image cannot be read, there is none, no such engine, or the folder cannot be written.
    """
    if not paths:
        raise ErrataError("there are no images to compute features of; check the data set's folder and its splits")
    backbone = Backbone(checked_name("backbone", name), module, spec, folder, engine)
    cached = backbone.finished(sha256s)
    if cached is not None:
        return cached[1]
    started = time.monotonic()
    with _single_threaded():
        ready = _prepare(backbone, paths, sha256s)
        prepared_s = time.monotonic() - started
        rows, size = backbone.rows(ready.precision), batch_size(backbone.device)
        missing = count_missing(rows, sha256s)
        work = decode_and_run(ready.run, paths, spec, backbone.device)
        features = fill_rows(rows, sha256s, (ready.width,), np.float32, work, size, cores(), progress)
    seconds = {"prepared_s": prepared_s, "total_s": time.monotonic() - started}
    _record(rows / "meta.json", {"images": missing, **ready.record, **seconds})
    return features


def extract_views(
    architecture: str,
    backbone: nn.Module,
    spec: InputSpec,
    paths: Sequence[Path],
    sha256s: Sequence[str],
    folder: Path,
    engine: str,
    augmentation: str,
    n_views: int,
    seed: int,
    progress: Progress | None = None,
) -> FloatArray:
    """Return features of the images as they are and of augmented copies, from disk where they were before.

    A copy depends on the image's content, the seed and the number of its view, and on nothing else: not on the other
    images, their order or the threads. More views, or more images, compute what is new.

    Args:
        architecture: as `name` of `extract_features`.
        backbone: as `module` there.
        spec: the backbone's input.
        paths: N image files that passed `check_images`.
        sha256s: their content hashes, length N.
        folder: as for `extract_features`, whose answer is view 0.
        engine: one of `ENGINES`, or "auto".
        augmentation: name of a preset in `AUGMENTATIONS`.
        n_views: V, at least 1; view 0 is plain, the others are augmented.
        seed: of the augmentation.
        progress: called with (rows done, N * (V + 1)): the plain features first, then all views.

    Returns:
        shape (V, N, D), float32, memory-mapped read-only.

    Raises:
        ErrataError: as `extract_features`; no such augmentation; no view asked for.
    """
    if augmentation not in AUGMENTATIONS:
        raise unknown("augmentation", augmentation, AUGMENTATIONS)
    if n_views < 1:
        raise ErrataError(f"{n_views} views are none to learn from; ask for 1 (the images as they are) or more")
    total = len(paths) * (n_views + 1)

    def part(before: int) -> Progress | None:
        return (lambda done, _: progress(before + done, total)) if progress else None

    plain = extract_features(architecture, backbone, spec, paths, sha256s, folder, engine, part(0))
    own = Backbone(architecture, backbone, spec, folder, engine)
    precise, _ = own.finished(sha256s) or ("float32", plain)
    rows = own.rows(precise, augmentation, seed)
    keys = [f"{sha256}-{view}" for sha256 in sha256s for view in range(n_views)]  # an image is decoded once for all
    views = open_rows(rows, keys)
    if views is None:
        with _single_threaded():
            name = own.engine_for(count_missing(rows, keys))
            run = _in_turn(build_engine(name, backbone, spec, own.device, folder, precise), own.device)
            work = view_rows(run, plain, paths, sha256s, spec, augmentation, n_views, seed)
            size = batch_size(own.device)
            views = fill_rows(rows, keys, plain.shape[1:], np.float32, work, size, cores(), part(len(paths)))
    by_image: FloatArray = views.reshape(len(paths), n_views, -1)
    return by_image.transpose(1, 0, 2)


@dataclass(frozen=True)
class _Ready:
    run: Engine
    precision: Precision
    width: int  # D
    record: dict[str, Any]


def _prepare(backbone: Backbone, paths: Sequence[Path], sha256s: Sequence[str]) -> _Ready:
    """Return an engine in the precision these images' features were begun in, or in the fastest that is good enough."""
    missing = {precise: count_missing(backbone.rows(precise), sha256s) for precise in backbone.precisions}
    precise = min(backbone.precisions, key=missing.__getitem__)
    begun = missing[precise] < len(set(sha256s))
    if not begun:
        precise = backbone.precisions[-1]
    name = backbone.engine_for(missing[precise])

    def build(engine: str, wanted: Precision) -> Engine:
        return build_engine(engine, backbone.module, backbone.spec, backbone.device, backbone.folder, wanted)

    run = build(name, precise)
    record: dict[str, Any] = {"engine": name, "device": backbone.device}
    if precise == "bfloat16" and not begun:
        sample = [paths[i] for i in np.unique(np.linspace(0, len(paths) - 1, CHECK_IMAGES).astype(int))]
        found, exact = (_features_of(one, sample, backbone) for one in (run, build("eager", "float32")))
        # The embedding by itself too: beside it the figures of the stages are longer, and would hide what it lost.
        width = backbone.module.width if isinstance(backbone.module, WithStages) else None
        lowest = min(lowest_cosine(found, exact), lowest_cosine(found[:, :width], exact[:, :width]))
        record |= {"checked_images": len(sample), "lowest_cosine": lowest}
        if lowest < LOWEST_COSINE:
            _log.warning(
                "%s: bfloat16 features differ from float32 ones (lowest cosine %.4f of %d images, at least %.4f "
                "allowed); computing in float32, which takes longer",
                *(backbone.name, lowest, len(sample), LOWEST_COSINE),
            )
            precise = "float32"
            run = build(name, precise)
    side = backbone.spec.size_px
    probe = run(np.zeros((batch_size(backbone.device), side, side, 3), np.uint8))  # compiles, and tells D
    return _Ready(run, precise, probe.shape[1], {**record, "precision": precise})


def _features_of(run: Engine, paths: Sequence[Path], backbone: Backbone) -> FloatArray:
    work, size = decode_and_run(run, paths, backbone.spec, backbone.device), batch_size(backbone.device)
    blocks: list[IntArray] = [np.arange(i, min(i + size, len(paths))) for i in range(0, len(paths), size)]
    return np.concatenate(list(in_order(work, blocks, cores())))


def decode_and_run(run: Engine, paths: Sequence[Path], spec: InputSpec, device: str) -> Compute:
    """Return what one thread does: decode a batch and run it, so that all processors are busy without waiting."""
    in_turn = _in_turn(run, device)

    def work(positions: IntArray) -> FloatArray:
        return in_turn(np.stack([read_pixels(paths[i], spec.size_px, spec.interpolation) for i in positions]))

    return work


def _in_turn(run: Engine, device: str) -> Engine:
    """Let a GPU run one batch at a time: side by side their activations would add up in its memory."""
    if device == "cpu":
        return run
    lock = threading.Lock()

    def engine(pixels: ByteArray) -> FloatArray:
        with lock:
            return run(pixels)

    return engine


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Let every calling thread of torch use one processor; see engines.py."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _record(path: Path, entry: dict[str, Any]) -> None:
    """Add an entry to the list of what was computed, when and by which versions."""
    entry |= {library: version(library) for library in ("torch", "timm", "pillow")}
    entry |= {"python": platform.python_version(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
    entries = read_json(path)["computed"] if path.is_file() else []
    write_json(path, {"schema_version": 1, "computed": [*entries, entry]})
