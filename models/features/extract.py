"""Features of a frozen backbone, computed once per image and kept on disk."""

import logging
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from torch import nn

from models.arrays import Features, Progress
from models.errors import ErrataError
from models.features.backbone import Backbone
from models.features.checked_engine import CheckedEngine, choose_checked_engine
from models.features.decode_and_run import decode_and_run, single_threaded
from models.features.engines import batch_size
from models.features.record import record
from models.features.shards import BATCHES, BackboneSetup, features_by_shards
from models.files.atomic import checked_name
from models.images.input_spec import InputSpec
from models.images.row_array import TooLargeError
from models.images.row_store import Blocks, count_missing, fill_rows, forget_rows
from models.processors.cluster import Cluster
from models.processors.threads import cores

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
    cluster: Cluster | None = None,
) -> Features:
    """Return the backbone's features of all images, from disk where they were computed before.

    They are kept by backbone, weights, input, precision and the images' content: a second call computes nothing, a
    data set that grew by ten images computes ten, and after a kill the next call continues where it stopped. The
    precision is the one that the engine really computes in. Where that is bfloat16, features of some of the images
    are first compared with float32 ones; if any cosine is under `LOWEST_COSINE`, all are computed in float32. They are
    kept in float16 where their values fit; those that were kept in float32 before stay so. `meta.json` beside the
    features tells what was done.

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
        shape (N, D), float16 or float32, memory-mapped read-only; `read_rows` reads them as float32.

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

        def compute(chosen: CheckedEngine) -> Features:
            rows, at_once = backbone.rows(chosen.form), size
            work = decode_and_run(chosen.engine, paths, spec, backbone.device, sha256s)
            elsewhere: Blocks | None = None
            if cluster is not None:
                name, form = chosen.record["engine"], chosen.form
                setup = BackboneSetup(module, spec, name, form.precision, form.kept, backbone.folder, cluster.threads)
                elsewhere = partial(features_by_shards, cluster, setup, paths, sha256s, rows)
                at_once = BATCHES * size
            kept = chosen.form.kept
            return fill_rows(rows, sha256s, probe.shape[1:], kept, work, at_once, cores(), progress, elsewhere)

        missing = count_missing(backbone.rows(chosen.form), sha256s)
        try:
            features = compute(chosen)
        except TooLargeError as error:
            _log.warning("%s: %s; all its features are computed again and kept in float32", name, error)
            forget_rows(backbone.rows(chosen.form), sha256s)
            chosen = chosen.in_float32(str(error))
            missing = count_missing(backbone.rows(chosen.form), sha256s)
            features = compute(chosen)
    seconds = {"prepared_s": prepared_s, "total_s": time.monotonic() - started}
    record(backbone.rows(chosen.form), {"images": missing, **chosen.record, **seconds})
    return features
