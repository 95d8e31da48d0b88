"""Figures of several seeds together: means with standard deviations, counts added up."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.figures.metrics import wilson_interval

Spread = dict[str, float | None]  # mean, std (between seeds, ddof = 1; None for one seed)


def spread(values: Sequence[float | None]) -> Spread | None:
    """Return mean and sample standard deviation of the values that are there; None without any."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    return {"mean": float(np.mean(known)), "std": float(np.std(known, ddof=1)) if len(known) > 1 else None}


def split_summary(every: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of one split over its seeds.

    Args:
        every: for each seed what `models.figures.metrics.evaluate` returned.

    Returns:
        each figure as mean and standard deviation over the seeds; `n`, the images of one seed; `low` and `high`, the
        95 % Wilson interval of the mean accuracy for n images: it covers the choice of images, the deviation the luck
        of training; `confusion` and the reliability `bins` with the counts of all seeds added up.
    """
    n = round(float(np.mean([one["n"] for one in every])))
    share = float(np.mean([one["accuracy"] for one in every]))
    low, high = wilson_interval(n * share, n)
    names = ("accuracy", "macro_f1", "log_loss", "brier")
    return {
        "seeds": len(every),
        "n": n,
        "low": low,
        "high": high,
        **{name: spread([one[name] for one in every]) for name in names},
        **{name: spread([one["calibration"][name] for one in every]) for name in ("ece", "confidence")},
        "top_k": {k: spread([one["top_k"][k] for one in every]) for k in every[0]["top_k"]},
        "auroc": _areas([one["auroc"] for one in every if one["auroc"]]),
        "confusion": np.sum([one["confusion"] for one in every], axis=0).tolist(),
        "per_class": _classes(every),
        "bins": _pooled([one["calibration"]["bins"] for one in every]),
    }


def _areas(every: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    if not every:
        return None
    return {
        "kind": every[0]["kind"],
        "value": spread([one["value"] for one in every]),
        "left_out": every[0]["left_out"],
    }


def _classes(every: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the figures of each class; its area under the ROC curve where it has one."""
    together = []
    for k, name in enumerate(every[0]["classes"]):
        own = [one["per_class"][k] for one in every]
        areas = [(one["auroc"] or {}).get("per_class", {}).get(name) for one in every]
        together.append(
            {
                "class": name,
                "support": round(float(np.mean([one["support"] for one in own]))),
                **{figure: spread([one[figure] for one in own]) for figure in ("precision", "recall", "f1")},
                "auroc": spread(areas),
            }
        )
    return together


def _pooled(every: Sequence[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return reliability bins with the counts of all seeds, their confidence and accuracy weighted by them."""
    pooled = []
    for bins in zip(*every, strict=True):
        n = sum(own["n"] for own in bins)
        means = {
            name: sum(own["n"] * own[name] for own in bins if own["n"]) / n if n else None
            for name in ("confidence", "accuracy")
        }
        pooled.append({"low": bins[0]["low"], "high": bins[0]["high"], "n": n, **means})
    return pooled
