"""report.html of a trained run: its sections in their order, and what their templates need beside the figures."""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from curation.datasets.rows import SPLITS
from curation.reports.curves import curves_plot
from curation.reports.frame import Section, page
from curation.reports.matrix import commonest_list, confusion_matrix, fits, matrix_legend, worst_confusion
from curation.reports.numbers import (
    lowest_tick,
    mean_number,
    mean_percent,
    percent,
    setting_text,
    short_count,
)
from curation.reports.reliability import reliability_plot
from curation.reports.templates import render
from curation.words import duration

PictureOf = Callable[[int], str | None]  # row -> its small picture, as a data address

REFRESH_S = 10  # a browser reads the page of a training under way again after so many seconds
CURVE_NAMES = {"train": "training", "val": "validation"}
_MESSAGES = {
    "running": "Training is running; this page shows the figures so far.",
    "failed": "Training failed.",
    "cancelled": "Training was cancelled; run the same command again: it continues where it stopped.",
    "interrupted": "Training was interrupted; run the same command again: it continues where it stopped.",
    "not started": "Training has not started yet.",
}
_FACTS = {
    "device": "device",
    "devices": "processes that train together",
    "precision": "precision",
    "weights": "weights from",
    "init_from": "starts from the run",
}


def run_page(figures: dict[str, Any], style: Markup, picture_of: PictureOf) -> Markup:
    """Return the whole page.

    Args:
        figures: as `run_figures` returns them.
        style: the style sheet.
        picture_of: row -> small picture of an image.
    """
    about = render("curation/reports/training/templates/about.html", figures=figures)
    refresh_s = REFRESH_S if any(run["state"] == "running" for run in figures["runs"]) else None
    title = figures["recipe"] or figures["group"]
    return page(title, "training report", about, run_sections(figures, picture_of), style, refresh_s)


def run_sections(figures: dict[str, Any], picture_of: PictureOf) -> list[Section]:
    """Return the sections of the page; those without anything to say are empty."""

    def section(anchor: str, title: str, values: dict[str, object], short: str = "") -> Section:
        body = render(f"curation/reports/training/templates/{anchor}.html", figures=figures, **values)
        return Section(anchor, title, body, short)

    return [
        section("overview", "Overview", _overview(figures)),
        section("curves", "Learning curves", _curves(figures)),
        section("accuracy", "Accuracy", _accuracy(figures)),
        section("members", "Members", {}),
        section("confusion", "Confusion", _confusion(figures)),
        section("classes", "Classes", {}),
        section("calibration", "Calibration", _calibration(figures)),
        section("errors", "Surest errors", {"picture_of": picture_of}),
        section("settings", "Settings and versions", {"blocks": _settings(figures)}, "Settings"),
    ]


def curves_of(figures: dict[str, Any]) -> dict[str, list[dict[str, float | None]]]:
    """Return the learning curve of each seed that has one."""
    return {str(run["seed"]): run["curve"] for run in figures["runs"] if run["curve"]}


def last_epoch(figures: dict[str, Any]) -> int:
    """Return where the axis of the curves ends: a finished run, which may have stopped early, takes no more epochs."""
    return int(max(run["epochs" if run["state"] == "finished" else "planned_epochs"] for run in figures["runs"]))


def _overview(figures: dict[str, Any]) -> dict[str, object]:
    latest = [run["curve"][-1].get("val_accuracy") for run in figures["runs"] if run["curve"]]
    head, rows, area_notes = _split_table(figures["splits"])
    return {
        "unfinished": [(run, _message(run), _time_left(run)) for run in figures["runs"] if run["state"] != "finished"],
        "best_so_far": max((accuracy for accuracy in latest if accuracy is not None), default=None),
        "tiles": _tiles(figures),
        "table_head": head,
        "rows": rows,
        "area_notes": area_notes,
    }


def _message(run: dict[str, Any]) -> str:
    error = run["error"]
    return f"{_MESSAGES.get(run['state'], run['state'])} {error[:1].upper()}{error[1:]}".strip()


def _time_left(run: dict[str, Any]) -> str:
    """Return how long the epochs to come will take; empty where that is not known."""
    known = [epoch["seconds"] for epoch in run["curve"] if epoch.get("seconds") is not None]
    if run["state"] != "running" or not known:
        return ""
    return duration((run["planned_epochs"] - run["epochs"]) * sum(known) / len(known))


def _tiles(figures: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the headline numbers, means where there are several seeds; none before a run is finished."""
    splits, runs = figures["splits"], figures["runs"]
    if not splits:
        return []
    split, first = next(iter(splits.items()))
    tiles = [(percent(summary["accuracy"]["mean"]), f"{name} accuracy") for name, summary in splits.items()]
    tiles.append((f"{first['macro_f1']['mean']:.3f}", f"macro F1, {split}"))
    tiles.append((percent(first["ece"]["mean"]), f"calibration error, {split}"))
    epochs = sorted({run["epochs"] for run in runs if run["splits"]})
    if any(epochs):  # an ensemble is fitted in one go
        tiles.append((", ".join(map(str, epochs)), "epochs"))
    if figures["parameters"] is not None:
        tiles.append((short_count(figures["parameters"]), "parameters"))
    if figures["seconds"]:
        tiles.append((duration(figures["seconds"]["mean"]), "training time" + (", a seed" if len(runs) > 1 else "")))
    if figures["images_per_s"]:
        tiles.append((f"{figures['images_per_s']['mean']:,.0f}", "images/s in training"))
    return tiles


def _split_table(splits: dict[str, Any]) -> tuple[list[str], list[list[str]], list[str]]:
    """Return the figures of each split that have no section of their own: head, rows, and notes on the AUROC."""
    areas = [summary["auroc"] for summary in splits.values() if summary["auroc"]]
    tops = list(next(iter(splits.values()))["top_k"]) if splits else []
    head = ["split", "images", "accuracy", *(f"top {k}" for k in tops), "macro F1", "log loss, nats", "Brier"]
    rows = [
        [
            split,
            f"{summary['n']:,}",
            mean_percent(summary["accuracy"]),
            *(mean_percent(summary["top_k"].get(k)) for k in tops),
            *(mean_number(summary[name], 3) for name in ("macro_f1", "log_loss", "brier")),
            *([mean_number(summary["auroc"]["value"] if summary["auroc"] else None, 3)] if areas else []),
        ]
        for split, summary in splits.items()
    ]
    left_out = sorted({name for area in areas for name in area["left_out"]})
    notes = []
    if areas and areas[0]["kind"] != "binary":
        notes.append("AUROC: each class against the rest, averaged.")
    if left_out:
        notes.append(f"AUROC leaves out {', '.join(left_out)}: no image has this label.")
    return [*head, "AUROC"] if areas else head, rows, notes


def _curves(figures: dict[str, Any]) -> dict[str, object]:
    curves, last = curves_of(figures), last_epoch(figures)
    return {
        "seeds": len(curves),
        "under_way": any(run["state"] != "finished" for run in figures["runs"]),  # else it was fitted in one go
        "accuracy": curves_plot(curves, "accuracy", "Accuracy", "seed", CURVE_NAMES, last),
        "loss": curves_plot(curves, "loss", "Loss, nats", "seed", CURVE_NAMES, last),
    }


def _accuracy(figures: dict[str, Any]) -> dict[str, object]:
    lines = [
        (split, run, run["splits"][split])
        for split in figures["splits"]
        for run in figures["runs"]
        if split in run["splits"]
    ]
    return {
        "lines": lines,
        "lowest": lowest_tick([accuracy["low"] for _, _, accuracy in lines]) if lines else 0.0,
        "any_epochs": any(run["epochs"] for _, run, _ in lines),
    }


def _confusion(figures: dict[str, Any]) -> dict[str, object]:
    """Return the matrices of all splits, shaded on one scale."""
    classes = figures["classes"]
    counts = {split: summary["confusion"] for split, summary in figures["splits"].items()}
    scale, drawn = worst_confusion(list(counts.values())), fits(classes)
    return {
        "legend": matrix_legend(scale, classes),
        "drawn": drawn,
        "matrices": {split: confusion_matrix(matrix, classes, scale) for split, matrix in counts.items()}
        if drawn
        else {},
        "lists": {split: commonest_list(matrix, classes) for split, matrix in counts.items()},
    }


def _calibration(figures: dict[str, Any]) -> dict[str, object]:
    return {
        "plots": {
            split: reliability_plot(summary["bins"], summary["seeds"], f"{split} images")
            for split, summary in figures["splits"].items()
        }
    }


def _settings(figures: dict[str, Any]) -> dict[str, list[tuple[str, object]]]:
    images = figures["images"]
    data = [(f"{split} images", f"{images[split]:,}") for split in SPLITS if split in images]
    data += [("classes", ", ".join(figures["classes"]))] if figures["classes"] else []
    facts = [(title, figures[name]) for name, title in _FACTS.items() if figures[name]]
    if figures["parameters"] is not None:
        facts.append(("parameters", f"{figures['parameters']:,}"))
    facts += [(f"input {name}", setting_text(value)) for name, value in figures["input"].items()]
    facts.append(("seeds", ", ".join(str(run["seed"]) for run in figures["runs"])))
    return {
        "Training": [(name, setting_text(value)) for name, value in figures["config"].items()],
        "Run": facts,
        "Data": list(data),
        "Versions": list(figures["versions"].items()),
    }
