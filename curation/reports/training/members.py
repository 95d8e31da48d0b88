"""The members of an ensemble beside it: what combining them gained."""

from collections.abc import Sequence
from typing import Any

from curation.reports.training.summary import spread
from curation.results.trained import TrainedRun
from models.figures.metrics import wilson_interval


def member_figures(runs: Sequence[TrainedRun]) -> list[dict[str, Any]]:
    """Return a line for the ensemble, for the plain average and for each member; none for other trainings.

    Returns:
        for each its `name`, `measured`, over the seeds as {mean, std} the `accuracy` and `log_loss` on the test images
        and the `out_of_fold` accuracy on the training images, `n` test images, and the 95 % Wilson interval of the mean
        accuracy from `low` to `high`. A figure without images is None.
    """
    finished = [run.metrics for run in runs if "members" in run.metrics]
    if not finished:
        return []
    lines: dict[str, list[dict[str, Any] | None]] = {
        "ensemble": [own["test"] for own in finished],
        "average": [own["average"] for own in finished],
        **{name: [own["members"][name] for own in finished] for name in sorted(finished[0]["members"])},
    }
    return [
        {
            "name": name,
            "measured": finished[0]["measured"],
            **_test([own for own in every if own]),
            "out_of_fold": spread([(own["out_of_fold"][name] or {}).get("accuracy") for own in finished]),
        }
        for name, every in lines.items()
    ]


def _test(every: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if not every:
        return dict.fromkeys(("n", "accuracy", "log_loss", "low", "high"))
    accuracy, n = spread([own["accuracy"] for own in every]), every[0]["n"]
    low, high = wilson_interval(n * float((accuracy or {})["mean"] or 0), n)
    log_loss = spread([own["log_loss"] for own in every])
    return {"n": n, "accuracy": accuracy, "log_loss": log_loss, "low": low, "high": high}
