"""Features of a frozen backbone, computed once per image and kept on disk."""

import platform
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from models.ahead import cores
from models.arrays import FloatArray, IntArray, Progress
from models.devices import default_device
from models.engine_openvino import converted_path
from models.engines import (
    Engine,
    batch_size,
    build_engine,
    choose_engine,
    precision,
    weights_digest,
)
from models.errors import ErrataError
from models.files import checked_name, digest, read_json, write_json
from models.images import InputSpec, read_pixels
from models.row_store import Compute, count_missing, fill_rows, open_rows


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
    data set that grew by ten images computes ten, and after a kill the next call goes on where it stopped.

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
    device = default_device()
    key = weights_digest(module)
    rows = folder / f"{checked_name('backbone', name)}-{digest(key, spec.to_dict(), precision(device, engine))}"
    cached = open_rows(rows, sha256s)
    if cached is not None:
        return cached
    started, missing = time.monotonic(), count_missing(rows, sha256s)
    if engine == "auto":
        engine = choose_engine(device, missing, converted_path(key, spec, folder).is_dir())
    size = batch_size(device)
    with _single_threaded():
        run = build_engine(engine, module, spec, device, folder)
        probe = run(np.zeros((size, spec.size_px, spec.size_px, 3), np.uint8))  # compiles, and tells D
        prepared_s = time.monotonic() - started
        work = decode_and_run(run, paths, spec, device)
        features = fill_rows(rows, sha256s, probe.shape[1:], np.float32, work, size, cores(), progress)
    seconds = {"prepared_s": prepared_s, "total_s": time.monotonic() - started}
    _record(rows / "meta.json", {"engine": engine, "device": device, "images": missing, **seconds})
    return features


def decode_and_run(run: Engine, paths: Sequence[Path], spec: InputSpec, device: str) -> Compute:
    """Return what one thread does: decode a batch and run it, so that all processors are busy without waiting."""
    one_at_a_time = nullcontext() if device == "cpu" else threading.Lock()  # else the batches' activations add up

    def work(positions: IntArray) -> FloatArray:
        pixels = np.stack([read_pixels(paths[i], spec.size_px, spec.interpolation) for i in positions])
        with one_at_a_time:
            return run(pixels)

    return work


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
