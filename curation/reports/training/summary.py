"""Figures of several seeds as one: means with standard deviations, counts added up."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.figures.metrics import wilson_interval

Spread = dict[str, float | None]  # mean, std (between seeds, ddof = 1; None for one seed)


def spread(values: Sequence[float | None]) -> Spread | None:
    """Return mean and sample standard deviation of the values that are known; None where none is."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    return {"mean": float(np.mean(known)), "std": float(np.std(known, ddof=1)) if len(known) > 1 else None}


def split_summary(seeds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of one split over its seeds.

    Args:
        seeds: for each seed what `models.figures.metrics.evaluate` returned.

    Returns:
        each figure as mean and standard deviation over the seeds, which shows the luck of training; `n`, the images of
        one seed; `low` and `high`, the 95 % Wilson interval of the mean accuracy for n images, which covers the choice
        of images; `confusion` and the reliability `bins` with the counts of all seeds added up.
    """
    n = round(float(np.mean([seed["n"] for seed in seeds])))
    share = float(np.mean([seed["accuracy"] for seed in seeds]))
    low, high = wilson_interval(n * share, n)
    names = ("accuracy", "macro_f1", "log_loss", "brier")
    return {
        "seeds": len(seeds),
        "n": n,
        "low": low,
        "high": high,
        **{name: spread([seed[name] for seed in seeds]) for name in names},
        **{name: spread([seed["calibration"][name] for seed in seeds]) for name in ("ece", "confidence")},
        "top_k": {k: spread([seed["top_k"][k] for seed in seeds]) for k in seeds[0]["top_k"]},
        "auroc": _areas([seed["auroc"] for seed in seeds if seed["auroc"]]),
        "confusion": np.sum([seed["confusion"] for seed in seeds], axis=0).tolist(),
        "per_class": _classes(seeds),
        "bins": _pooled_bins([seed["calibration"]["bins"] for seed in seeds]),
    }


def _areas(areas: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the area under the ROC curve over the seeds that have one."""
    if not areas:
        return None
    return {
        "kind": areas[0]["kind"],
        "value": spread([area["value"] for area in areas]),
        "left_out": areas[0]["left_out"],
    }


def _classes(seeds: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the figures of each class; its area under the ROC curve where it has one."""
    classes = []
    for k, name in enumerate(seeds[0]["classes"]):
        figures = [seed["per_class"][k] for seed in seeds]
        areas = [(seed["auroc"] or {}).get("per_class", {}).get(name) for seed in seeds]
        classes.append(
            {
                "class": name,
                "support": round(float(np.mean([figure["support"] for figure in figures]))),
                **{key: spread([figure[key] for figure in figures]) for key in ("precision", "recall", "f1")},
                "auroc": spread(areas),
            }
        )
    return classes


def _pooled_bins(seeds: Sequence[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return reliability bins: counts added up over the seeds, confidence and accuracy weighted by them."""
    pooled = []
    for bins in zip(*seeds, strict=True):
        n = sum(row["n"] for row in bins)
        means = {
            name: sum(row["n"] * row[name] for row in bins if row["n"]) / n if n else None
            for name in ("confidence", "accuracy")
        }
        pooled.append({"low": bins[0]["low"], "high": bins[0]["high"], "n": n, **means})
    return pooled
