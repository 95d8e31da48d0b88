"""The accuracy of each seed with its interval."""

from typing import Any

from curation.reports.charts import interval_axis, interval_chart, lowest_tick
from curation.reports.html import interval, percent, section, table
from curation.reports.training.words import seconds


def accuracy_section(figures: dict[str, Any]) -> str:
    """Return the accuracy of each seed on each split, with interval and n."""
    each = [
        (split, run, run["splits"][split])
        for split in figures["splits"]
        for run in figures["runs"]
        if split in run["splits"]
    ]
    if not each:
        return ""
    lowest = lowest_tick([own["low"] for _, _, own in each])
    rows = [
        [
            split,
            str(run["seed"]),
            f"<b>{percent(own['accuracy'])}</b>",
            interval(own),
            f"{own['correct']:,} of {own['n']:,}",
            interval_chart(own, lowest),
            f"{run['kept_epoch'] or run['epochs']} of {run['epochs']}" if run["epochs"] else percent(None),
            seconds(run["seconds"]) if run["seconds"] is not None else percent(None),
        ]
        for split, run, own in each
    ]
    head = ("split", "seed", "accuracy", "95 % interval", "images right", interval_axis(lowest), "epoch kept", "time")
    chosen = "The validation images (val) chose the epoch that is kept, which flatters val a little."
    lead = (
        "<p class=lead>Intervals are Wilson's and cover the choice of images; how far the seeds lie apart shows the "
        f"luck of training. {chosen if any(run['epochs'] for _, run, _ in each) else ''}</p>"
    )
    return section("accuracy", "Accuracy", lead, table(head, rows, numeric=(1, 2, 3, 4, 6, 7), name="accuracy"))
