"""The engine that computes a backbone's features, in bfloat16 and kept in float16 only where that is good enough."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from models.arrays import FloatArray
from models.features import kept
from models.features.backbone import Backbone, Form
from models.features.backbone_stages import WithStages
from models.features.bfloat16 import CHECK_IMAGES, LOWEST_COSINE, lowest_cosine
from models.features.decode_and_run import features_of
from models.features.engines import Engine, Precision, build_engine
from models.features.kept import SAMPLE, Kept, why_float32
from models.features.record import WHY, recorded_reason
from models.images.row_store import count_missing

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CheckedEngine:
    """An engine and how it was chosen."""

    engine: Engine
    form: Form  # of the features that it computes
    record: dict[str, Any]  # for meta.json

    def in_float32(self, why: str) -> "CheckedEngine":
        """Return the same for features that are kept in float32."""
        return replace(
            self, form=replace(self.form, kept="float32"), record={**self.record, "kept": "float32", WHY: why}
        )


def choose_checked_engine(backbone: Backbone, paths: Sequence[Path], sha256s: Sequence[str]) -> CheckedEngine:
    """Return an engine in the form that these images' features were begun in, or in the best that is good enough.

    That is the fastest precision, kept in float16: a sample is computed to tell.

    Args:
        backbone: with the engine asked for.
        paths: N image files, of which some are the sample for the check.
        sha256s: their content hashes, length N.
    """
    asked, begun, missing = _wanted(backbone, sha256s)
    name = backbone.engine_for(missing)

    def build(engine_name: str, precision: Precision) -> Engine:
        return build_engine(engine_name, backbone.module, backbone.spec, backbone.device, backbone.folder, precision)

    engine = build(name, asked.precision)
    record: dict[str, Any] = {"engine": name, "device": backbone.device, "asked_precision": asked.precision}
    if begun:
        return _checked(engine, asked.kept, record)
    sample = _spread(paths, CHECK_IMAGES if engine.precision == "bfloat16" else SAMPLE)
    features = _features_of(engine, sample, backbone)
    if engine.precision == "bfloat16":
        exact = _features_of(build("eager", "float32"), sample, backbone)
        lowest = _lowest_cosine(features, exact, backbone)
        record |= {"checked_images": len(sample), "lowest_cosine": lowest}
        if lowest < LOWEST_COSINE:
            _log.warning(
                "%s: bfloat16 features differ from float32 ones (lowest cosine %.4f of %d images, at least %.4f "
                "allowed); computing in float32, which takes longer",
                *(backbone.name, lowest, len(sample), LOWEST_COSINE),
            )
            engine = build(name, "float32")
    chosen = _checked(engine, asked.kept, record)
    if asked.kept == "float32":
        return chosen
    why = recorded_reason(backbone.rows(Form(engine.precision, "float32"))) or why_float32(features)
    return chosen.in_float32(why) if why else chosen


def _checked(engine: Engine, stored: Kept, record: dict[str, Any]) -> CheckedEngine:
    return CheckedEngine(
        engine, Form(engine.precision, stored), {**record, "precision": engine.precision, "kept": stored}
    )


def _spread(paths: Sequence[Path], count: int) -> list[Path]:
    """Return so many files, evenly spread, or all where there are fewer."""
    return [paths[i] for i in np.unique(np.linspace(0, len(paths) - 1, count).astype(int))]


def _wanted(backbone: Backbone, sha256s: Sequence[str]) -> tuple[Form, bool, int]:
    """Return the form to ask for, whether features were begun in it, and how many images are missing."""
    missing = {form: count_missing(backbone.rows(form), sha256s) for form in backbone.forms}
    nearest = min(backbone.forms, key=missing.__getitem__)
    if missing[nearest] < len(set(sha256s)):
        return nearest, True, missing[nearest]
    return Form(backbone.precisions[-1], kept.KEPT), False, missing[nearest]


def _lowest_cosine(rounded: FloatArray, exact: FloatArray, backbone: Backbone) -> float:
    """Return the lowest cosine between features of the sample and the exact ones."""
    # The embedding by itself too: the longer figures of the stages would hide what it lost.
    width = backbone.module.width if isinstance(backbone.module, WithStages) else None
    return min(lowest_cosine(rounded, exact), lowest_cosine(rounded[:, :width], exact[:, :width]))


def _features_of(engine: Engine, paths: Sequence[Path], backbone: Backbone) -> FloatArray:
    return features_of(engine.run, paths, backbone.spec, backbone.device)
