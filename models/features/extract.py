"""Features of a frozen backbone, computed once per image and kept on disk."""

import platform
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from models.arrays import FloatArray, Progress
from models.errors import ErrataError
from models.features.backbone import Backbone
from models.features.checked_engine import choose_checked_engine
from models.features.decode_and_run import decode_and_run, single_threaded
from models.features.engines import batch_size
from models.features.shards import BATCHES, BackboneSetup, features_by_shards
from models.files.atomic import checked_name, write_json
from models.files.schemas import read_as
from models.images.input_spec import InputSpec
from models.images.row_store import Blocks, count_missing, fill_rows
from models.processors.cluster import Cluster
from models.processors.threads import cores


@dataclass(frozen=True)
class _Record:
    """What meta.json says."""

    computed: list[dict[str, Any]]  # when, how many and by which versions


def extract_features(
    name: str,
    module: nn.Module,
    spec: InputSpec,
    paths: Sequence[Path],
    sha256s: Sequence[str],
    folder: Path,
    engine: str = "auto",
    progress: Progress | None = None,
    cluster: Cluster | None = None,
) -> FloatArray:
    """Return the backbone's features of all images, from disk where they were computed before.

    They are kept by backbone, weights, input, precision and the images' content: a second call computes nothing, a
    data set that grew by ten images computes ten, and after a kill the next call continues where it stopped. The
    precision is the one that the engine really computes in. Where that is bfloat16, features of some of the images
    are first compared with float32 ones; if any cosine is under `LOWEST_COSINE`, all are computed in float32.
    `meta.json` beside the features tells what was done.

    Args:
        name: of the backbone; becomes a folder name.
        module: normalised images (B, 3, S, S), float32 -> features (B, D).
        spec: the module's input.
        paths: N image files that passed `check_images`.
        sha256s: their content hashes, length N.
        folder: where features and converted models are kept.
        engine: one of `ENGINES`, or "auto": the one that finishes first.
        progress: called with (images done, N).
        cluster: machines that compute them; this one alone by default.

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
    with single_threaded():
        chosen = choose_checked_engine(backbone, paths, sha256s)
        side, size = spec.size_px, batch_size(backbone.device)
        probe = chosen.engine(np.zeros((size, side, side, 3), np.uint8))  # compiles, and tells D
        prepared_s = time.monotonic() - started
        folder = backbone.rows(chosen.engine.precision)
        missing = count_missing(folder, sha256s)
        work = decode_and_run(chosen.engine, paths, spec, backbone.device, sha256s)
        elsewhere: Blocks | None = None
        if cluster is not None:
            setup = BackboneSetup(
                module, spec, chosen.record["engine"], chosen.engine.precision, backbone.folder, cluster.threads
            )
            elsewhere, size = partial(features_by_shards, cluster, setup, paths, sha256s, folder), BATCHES * size
        features = fill_rows(folder, sha256s, probe.shape[1:], np.float32, work, size, cores(), progress, elsewhere)
    seconds = {"prepared_s": prepared_s, "total_s": time.monotonic() - started}
    _record(folder / "meta.json", {"images": missing, **chosen.record, **seconds})
    return features


def _record(path: Path, entry: dict[str, Any]) -> None:
    """Add an entry to the list of what was computed, when and by which versions."""
    entry |= {library: version(library) for library in ("torch", "timm", "pillow")}
    entry |= {"python": platform.python_version(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
    entries: list[dict[str, Any]] = []
    with suppress(ErrataError):  # damaged: a record for people, which nothing is computed from
        entries = read_as(path, _Record).computed if path.is_file() else []
    write_json(path, {"schema_version": 1, "computed": [*entries, entry]})
