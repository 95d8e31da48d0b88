"""The engine that computes a backbone's features, in bfloat16 only where that is good enough."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.arrays import FloatArray
from models.features.backbone import Backbone
from models.features.backbone_stages import WithStages
from models.features.bfloat16 import CHECK_IMAGES, LOWEST_COSINE, lowest_cosine
from models.features.decode_and_run import features_of
from models.features.engines import Engine, Precision, build_engine
from models.images.row_store import count_missing

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CheckedEngine:
    """An engine and how it was chosen."""

    engine: Engine
    record: dict[str, Any]  # for meta.json


def choose_checked_engine(backbone: Backbone, paths: Sequence[Path], sha256s: Sequence[str]) -> CheckedEngine:
    """Return an engine in the precision these images' features were begun in, or in the fastest that is good enough.

    Args:
        backbone: with the engine asked for.
        paths: N image files, of which some are the sample for the check.
        sha256s: their content hashes, length N.
    """
    asked, begun, missing = _wanted(backbone, sha256s)
    name = backbone.engine_for(missing)

    def build(engine_name: str, precision: Precision) -> Engine:
        return build_engine(engine_name, backbone.module, backbone.spec, backbone.device, backbone.folder, precision)

    engine = build(name, asked)
    record: dict[str, Any] = {"engine": name, "device": backbone.device, "asked_precision": asked}
    if engine.precision == "bfloat16" and not begun:
        sample = [paths[i] for i in np.unique(np.linspace(0, len(paths) - 1, CHECK_IMAGES).astype(int))]
        lowest = _lowest_cosine(engine, build("eager", "float32"), sample, backbone)
        record |= {"checked_images": len(sample), "lowest_cosine": lowest}
        if lowest < LOWEST_COSINE:
            _log.warning(
                "%s: bfloat16 features differ from float32 ones (lowest cosine %.4f of %d images, at least %.4f "
                "allowed); computing in float32, which takes longer",
                *(backbone.name, lowest, len(sample), LOWEST_COSINE),
            )
            engine = build(name, "float32")
    return CheckedEngine(engine, {**record, "precision": engine.precision})


def _wanted(backbone: Backbone, sha256s: Sequence[str]) -> tuple[Precision, bool, int]:
    """Return the precision to ask for, whether features were begun in it, and how many images are missing."""
    missing = {precision: count_missing(backbone.rows(precision), sha256s) for precision in backbone.precisions}
    nearest = min(backbone.precisions, key=missing.__getitem__)
    if missing[nearest] < len(set(sha256s)):
        return nearest, True, missing[nearest]
    fastest = backbone.precisions[-1]
    return fastest, False, missing[fastest]


def _lowest_cosine(engine: Engine, exact: Engine, sample: Sequence[Path], backbone: Backbone) -> float:
    """Return the lowest cosine between the engine's features of the sample and the exact ones."""
    rounded, expected = (_features_of(run, sample, backbone) for run in (engine, exact))
    # The embedding by itself too: the longer figures of the stages would hide what it lost.
    width = backbone.module.width if isinstance(backbone.module, WithStages) else None
    return min(lowest_cosine(rounded, expected), lowest_cosine(rounded[:, :width], expected[:, :width]))


def _features_of(engine: Engine, paths: Sequence[Path], backbone: Backbone) -> FloatArray:
    return features_of(engine.run, paths, backbone.spec, backbone.device)
