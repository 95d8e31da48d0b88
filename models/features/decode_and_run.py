"""What each thread does: decode a batch of image files and run it through an engine."""

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from models.arrays import ByteArray, FloatArray, IntArray
from models.features.engines import Run, batch_size
from models.images.decode import read_pixels
from models.images.input_spec import InputSpec
from models.images.row_store import Compute
from models.processors.threads import cores, in_order, torch_threads


def decode_and_run(
    run: Run, paths: Sequence[Path], spec: InputSpec, device: str, sha256s: Sequence[str] | None = None
) -> Compute:
    """Return what one thread does: decode a batch and run it, so that all processors are busy without waiting.

    Args:
        run: the backbone.
        paths: N image files.
        spec: its input.
        device: where it runs.
        sha256s: the content that the files must still have, length N; not looked at where it is not given.
    """
    run_batch = in_turn(run, device)

    def work(positions: IntArray) -> FloatArray:
        contents = [sha256s[i] if sha256s else "" for i in positions]
        files = zip(positions, contents, strict=True)
        return run_batch(
            np.stack([read_pixels(paths[i], spec.size_px, spec.interpolation, content) for i, content in files])
        )

    return work


def features_of(
    run: Run,
    paths: Sequence[Path],
    spec: InputSpec,
    device: str,
    contents: Sequence[str] | None = None,
    threads: int | None = None,
) -> FloatArray:
    """Return the features of some images, shape (N, D): the unit that a single machine and a cluster's workers share.

    Args:
        run: the backbone.
        paths: N image files.
        spec: its input.
        device: where it runs.
        contents: as `sha256s` of `decode_and_run`.
        threads: batches at a time; one for each processor by default.
    """
    work, size = decode_and_run(run, paths, spec, device, contents), batch_size(device)
    blocks: list[IntArray] = [np.arange(i, min(i + size, len(paths))) for i in range(0, len(paths), size)]
    return np.concatenate(list(in_order(work, blocks, threads or cores())))


def in_turn(run: Run, device: str) -> Run:
    """Let a GPU run one batch at a time: side by side their activations would add up in its memory."""
    if device == "cpu":
        return run
    lock = threading.Lock()

    def run_alone(pixels: ByteArray) -> FloatArray:
        with lock:
            return run(pixels)

    return run_alone


def single_threaded() -> AbstractContextManager[None]:
    """Let every calling thread of torch use one processor; see engines.py."""
    return torch_threads(1)
