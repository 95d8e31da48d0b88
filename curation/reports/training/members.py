"""An ensemble beside its members: what combining them gained."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from curation.reports.training.summary import spread
from curation.results.trained import TrainedRun
from models.figures.metrics import wilson_interval


def member_figures(runs: Sequence[TrainedRun]) -> list[dict[str, Any]]:
    """Return the figures of an ensemble, of the plain average and of each member; empty for other trainings.

    Returns:
        for each its `name`; `measured`, of what kind of model a test accuracy is; over the seeds as {mean, std} the
        `accuracy` and `log_loss` on the test images and the `out_of_fold` accuracy on the training images; `n` test
        images; `low` and `high`, the 95 % Wilson interval of the mean accuracy. A figure without images is None.
    """
    finished = [run.metrics for run in runs if "members" in run.metrics]
    if not finished:
        return []
    tests: dict[str, list[dict[str, Any] | None]] = {
        "ensemble": [metrics["test"] for metrics in finished],
        "average": [metrics["average"] for metrics in finished],
        **{name: [metrics["members"][name] for metrics in finished] for name in sorted(finished[0]["members"])},
    }
    return [
        {
            "name": name,
            "measured": finished[0]["measured"],
            **_test([test for test in seeds if test]),
            "out_of_fold": spread([(metrics["out_of_fold"][name] or {}).get("accuracy") for metrics in finished]),
        }
        for name, seeds in tests.items()
    ]


def _test(seeds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if not seeds:
        return dict.fromkeys(("n", "accuracy", "log_loss", "low", "high"))
    accuracies, n = [test["accuracy"] for test in seeds], seeds[0]["n"]
    low, high = wilson_interval(n * float(np.mean(accuracies)), n)
    log_loss = spread([test["log_loss"] for test in seeds])
    return {"n": n, "accuracy": spread(accuracies), "log_loss": log_loss, "low": low, "high": high}
