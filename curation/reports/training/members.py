"""The members of an ensemble beside it: what combining them gained."""

from collections.abc import Sequence
from typing import Any

from curation.reports.html import interval, percent, section, table, text
from curation.reports.training.summary import spread
from curation.reports.training.words import number, plus_minus
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


def members_section(figures: dict[str, Any]) -> str:
    """Return the ensemble, the average and the members in a table; nothing for other trainings."""
    lines = figures["members"]
    if not lines:
        return ""
    how = lines[0]["measured"]
    rows = [
        [
            text(one["name"]),
            f"<b>{plus_minus(one['accuracy'])}</b>",
            interval(one) if one["accuracy"] else percent(None),
            number(one["log_loss"], 3),
            plus_minus(one["out_of_fold"]),
        ]
        for one in lines
    ]
    head = ("", f"test accuracy, {text(how)}", "95 % interval", "log loss, nats", "training images, out of fold")
    lead = (
        "<p class=lead>The ensemble is one linear layer on the members' logits, fitted fold by fold on what each "
        "member says of images it did not learn from; average is the plain mean of their probabilities. Every test "
        f"accuracy, also that of a member, is of a <b>{text(how)}</b>: it usually lies above that of one network "
        "trained once. Out of fold, each training image is judged by the one model that did not see it.</p>"
    )
    return section("members", "Members", lead, table(head, rows, (1, 2, 3, 4), "accuracy"))
