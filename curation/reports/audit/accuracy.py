"""How well the architectures predict the given labels: accuracies, confusions, learning curves."""

from typing import Any

from curation.reports.charts import interval_axis, interval_chart, lowest_tick
from curation.reports.curves import curves_plot
from curation.reports.html import interval, percent, section, table, text
from curation.reports.matrix import commonest_list, confusion_matrix, fits, matrix_legend, worst_confusion
from curation.words import listed

_LOST = "Its curves are no longer in the run folder."


def accuracy_section(figures: dict[str, Any]) -> str:
    """Return the accuracy of each architecture on each split, with interval, n and how it was measured."""
    each = [
        (split, one["name"], one["splits"][split]) for split in figures["splits"] for one in figures["architectures"]
    ]
    lowest = lowest_tick([own["low"] for _, _, own in each])
    rows = [
        [
            split,
            text(name),
            f"<b>{percent(own['accuracy'])}</b>",
            interval(own),
            f"{own['correct']:,} of {own['n']:,}",
            interval_chart(own, lowest),
            text(own["measured"]),
        ]
        for split, name, own in each
    ]
    head = (
        "split",
        "architecture",
        "accuracy",
        "95 % interval",
        "images right",
        interval_axis(lowest),
        "how measured",
    )
    note = (
        "<p class=lead>The share of images whose predicted class is the label <b>as given</b>, wrong labels included. "
        "Intervals are Wilson's and cover the choice of images, not the luck of training.</p>"
    )
    averaged = (
        "<p class=note>A mean of fold models is an ensemble: it usually scores higher than one model trained once, and "
        "must not be compared with such a model as if it were one.</p>"
    )
    means = any(own["measured"].startswith("mean of") for _, _, own in each)
    shown = table(head, rows, (2, 3, 4), "accuracy")
    return section("accuracy", "Accuracy", note, shown, averaged if means else "", _combined(figures))


def _combined(figures: dict[str, Any]) -> str:
    """Return what combines other architectures, and that it does not count again; nothing where none does."""
    what = {
        "layer on members": "one linear layer on the out-of-fold logits of {}, itself fitted fold by fold",
        "mean of members": "the plain mean of the probabilities of {}",
    }
    lines = [
        f"<b>{text(one['name'])}</b>: {text(what[one['training']].format(listed(one['members'])))}"
        for one in figures["architectures"]
        if one["members"]
    ]
    if not lines:
        return ""
    return (
        f"<p class=note>{'; '.join(lines)}. What combines others has no part of its own in the label quality, "
        "which its members make up already, and no Grad-CAM map: see theirs.</p>"
    )


def confusion_section(figures: dict[str, Any]) -> str:
    """Return a confusion matrix for each split and architecture, all shaded on one scale."""
    classes = figures["dataset"]["classes"]
    scale = worst_confusion([counts for one in figures["architectures"] for counts in one["confusion"].values()])
    blocks = []
    for split in figures["splits"]:
        for one in figures["architectures"]:
            counts = one["confusion"][split]
            matrix = f'<div class="scroll">{confusion_matrix(counts, classes, scale)}</div>' if fits(classes) else ""
            how = text(one["splits"][split]["measured"])
            title = f"{split} · {text(one['name'])} <span>n = {one['splits'][split]['n']:,}, {how}</span>"
            blocks.append(f"<div class=matrix><h3>{title}</h3>{matrix}{commonest_list(counts, classes)}</div>")
    return section(
        "confusion", "Confusion", matrix_legend(scale, classes), f'<div class="matrices">{"".join(blocks)}</div>'
    )


def curves_section(figures: dict[str, Any]) -> str:
    """Return the learning curves of each architecture, or why it has none."""
    return section("curves", "Learning curves", *(_curves(one) for one in figures["architectures"]))


def _curves(one: dict[str, Any]) -> str:
    name = text(one["name"])
    if not one["curves"]:
        why = {
            "elsewhere": "Trained elsewhere: its curve is not known.",
            "frozen backbone": "No curve: the backbone is frozen, and each head is a convex fit with one optimum.",
            "from scratch": _LOST,
            "finetuned": _LOST,
            "layer on members": "No curve: a linear layer on the logits of its members, a convex fit with one optimum.",
            "mean of members": "No curve: the plain mean of the probabilities of its members, nothing is trained.",
        }[one["training"]]
        return f"<h3>{name}</h3><p>{why}</p>"
    folds = len(one["curves"])
    plots = curves_plot(one["curves"], "accuracy", "Accuracy") + curves_plot(one["curves"], "loss", "Loss, nats")
    return (
        f"<h3>{name} <span>{folds} folds, a pair of lines each</span></h3>"
        '<p class=note><span class="key train"></span> training (train): on augmented images while the weights move, '
        "with dropout and label smoothing where the run uses them; "
        '<span class="key val"></span> inner split (val): training images held back to choose the epoch that is kept '
        "(dot), neither the held-out fold nor the test split.</p>"
        f'<div class="plots">{plots}</div>'
    )
