"""How features are kept on the disk: in float16, which is half the size, where that changes nothing."""

from typing import Literal

import numpy as np

from models.arrays import Features, FloatArray
from models.features.bfloat16 import lowest_cosine
from models.files.finite import all_finite

Kept = Literal["float32", "float16"]

KEPT: Kept = "float16"  # of features that are begun, where their sample allows it
SAMPLE = 16  # images that tell whether it does, where no larger sample is computed anyway
LARGEST = float(np.finfo(np.float16).max)  # 65,504
_ROOM = 4  # times as large as in the sample a feature may be in other images
_ROUNDING = 1e-6  # of the mean: the deviation of images that are all alike in float32
_LOWEST_COSINE = 0.9999  # of standardised features and rounded ones; EfficientNet-Lite0 has 0.999998 on photographs


def why_float32(sample: FloatArray) -> str:
    """Return why features like those of a sample are kept in float32, shape (B, D); "" = float16 serves.

    They are compared standardised, as they are used: rounding may not take from a column by which images differ little
    what tells them apart.
    """
    largest = float(np.abs(sample).max(initial=0))
    if largest > LARGEST / _ROOM:
        return f"a feature of {largest:,.0f} is near {LARGEST:,.0f}, the largest of float16"
    mean, deviation = sample.mean(0), sample.std(0)
    differ = deviation > _ROUNDING * np.abs(mean)
    exact = (sample - mean)[:, differ] / deviation[differ]
    rounded = (sample.astype(np.float16) - mean)[:, differ] / deviation[differ]
    lowest = lowest_cosine(np.asarray(rounded, np.float32), exact)
    if lowest < _LOWEST_COSINE:
        return f"rounded to float16 they differ (lowest cosine {lowest:.5f}, at least {_LOWEST_COSINE} needed)"
    return ""


def as_kept(rows: FloatArray, kept: Kept) -> Features:
    """Return rows in the type that they are kept in; as they are where one of their values is too large for it."""
    if kept == "float32":
        return rows
    with np.errstate(over="ignore"):
        halves = rows.astype(np.float16)
    return halves if all_finite(halves) else rows
