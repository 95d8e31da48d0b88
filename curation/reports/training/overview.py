"""The first screen of a run's report: how good it is, or how far."""

from typing import Any

from curation.reports.html import interval, percent, section, table, text
from curation.reports.training.words import number, plus_minus, seconds, short_count
from curation.words import counted

_SAID = {
    "running": "Training is under way; this page shows what is there so far.",
    "failed": "Training failed.",
    "cancelled": "Training was cancelled; the same command goes on where it stopped.",
    "interrupted": "Training was interrupted; the same command goes on where it stopped.",
    "not started": "Training has not started yet.",
}


def overview_section(figures: dict[str, Any]) -> str:
    """Return the finding in a sentence, headline numbers, and where each seed stands that is not finished."""
    splits = figures["splits"]
    lead = _finding(*next(iter(splits.items()))) if splits else _so_far(figures)
    return section("overview", "Overview", _states(figures["runs"]), lead, _tiles(figures), _split_table(splits))


def _tiles(figures: dict[str, Any]) -> str:
    """Return the headline numbers, means where there are several seeds; nothing before a run is finished."""
    splits, runs = figures["splits"], figures["runs"]
    if not splits:
        return ""
    split, first = next(iter(splits.items()))
    tiles = [(percent(own["accuracy"]["mean"]), f"{name} accuracy") for name, own in splits.items()]
    tiles += [
        (f"{first['macro_f1']['mean']:.3f}", f"macro F1, {split}"),
        (percent(first["ece"]["mean"]), f"calibration error, {split}"),
    ]
    epochs = sorted({run["epochs"] for run in runs if run["splits"]})
    if any(epochs):  # an ensemble is fitted in one go
        tiles.append((", ".join(f"{count}" for count in epochs), "epochs"))
    if figures["parameters"] is not None:
        tiles.append((short_count(figures["parameters"]), "parameters"))
    if figures["seconds"]:
        tiles.append((seconds(figures["seconds"]["mean"]), "training time" + (", a seed" if len(runs) > 1 else "")))
    if figures["images_per_s"]:
        tiles.append((f"{figures['images_per_s']['mean']:,.0f}", "images/s in training"))
    shown = "".join(f"<li><b>{value}</b><span>{unit}</span></li>" for value, unit in tiles)
    return f'<ul class="tiles">{shown}</ul>'


def _finding(split: str, own: dict[str, Any]) -> str:
    over = f"Mean ± standard deviation of {own['seeds']} seeds. " if own["seeds"] > 1 else ""
    return (
        f'<p class="finding"><b>{plus_minus(own["accuracy"])}</b> of {counted(own["n"], f"{split} image")} are '
        "predicted as they are labelled.</p>"
        f"<p class=lead>{over}95 % interval for the choice of images (n = {own['n']:,}): <b>{interval(own)}</b>. "
        "Labels count as given, wrong ones included.</p>"
    )


def _split_table(splits: dict[str, Any]) -> str:
    """Return the figures of each split that have no section of their own."""
    if not splits:
        return ""
    ks = list(next(iter(splits.values()))["top_k"])
    areas = next((own["auroc"] for own in splits.values() if own["auroc"]), None)
    head = ["split", "images", "accuracy", *(f"top {k}" for k in ks), "macro F1", "log loss, nats", "Brier"]
    rows = []
    for split, own in splits.items():
        row = [
            split,
            f"{own['n']:,}",
            plus_minus(own["accuracy"]),
            *(plus_minus(own["top_k"].get(k)) for k in ks),
            number(own["macro_f1"], 3),
            number(own["log_loss"], 3),
            number(own["brier"], 3),
        ]
        rows.append([*row, number(own["auroc"]["value"] if own["auroc"] else None, 3)] if areas else row)
    if areas:
        head.append("AUROC")
    left = sorted({name for own in splits.values() if own["auroc"] for name in own["auroc"]["left_out"]})
    notes = ["AUROC: each class against the rest, averaged."] if areas and areas["kind"] != "binary" else []
    notes += [f"AUROC leaves out {text(', '.join(left))}: no image carries it."] if left else []
    note = f"<p class=note>{' '.join(notes)}</p>" if notes else ""
    return table(head, rows, numeric=range(1, len(head)), name="wide") + note


def _so_far(figures: dict[str, Any]) -> str:
    """Return how far the seeds have come and how good they are on the validation images."""
    known = [run["curve"][-1].get("val_accuracy") for run in figures["runs"] if run["curve"]]
    known = [value for value in known if value is not None]
    if not known:
        return '<p class="finding">No epoch is finished yet.</p>'
    best = percent(max(known))
    return f'<p class="finding"><b>{best}</b> of the validation images are right after the last epoch so far.</p>'


def _states(runs: list[dict[str, Any]]) -> str:
    """Return a bar for each seed that is not finished, with what went wrong."""
    lines = []
    for run in runs:
        if run["state"] == "finished":
            continue
        done, total = run["epochs"], max(1, run["planned_epochs"])
        said = text(" ".join([_SAID.get(run["state"], run["state"]), _sentence(run["error"])]).strip())
        left = _left(run) if run["state"] == "running" else ""
        lines.append(
            f'<div class="state {text(run["state"]).replace(" ", "-")}"><p><b>Seed {run["seed"]}</b> '
            f"{f'epoch {done} of {total}{left}' if run['planned_epochs'] else ''}</p>"
            f'<span class="bar"><i style="width:{100 * min(1, done / total):.1f}%"></i></span><p>{said}</p></div>'
        )
    return "".join(lines)


def _sentence(error: str) -> str:
    return error[:1].upper() + error[1:]


def _left(run: dict[str, Any]) -> str:
    """Return how long the epochs to come will take."""
    known = [epoch["seconds"] for epoch in run["curve"] if epoch.get("seconds") is not None]
    if not known:
        return ""
    left = (run["planned_epochs"] - run["epochs"]) * sum(known) / len(known)
    return f", about {seconds(left)} left"
