"""report.html of a trained run: its sections in their order."""

from typing import Any

from curation.datasets.rows import SPLITS
from curation.reports.curves import curves_plot
from curation.reports.frame import framed
from curation.reports.html import pair_table, section, text
from curation.reports.training.accuracy import accuracy_section
from curation.reports.training.classes import classes_section, confusion_section
from curation.reports.training.gallery import PictureOf, errors_section
from curation.reports.training.members import members_section
from curation.reports.training.overview import overview_section
from curation.reports.training.reliability import reliability_section
from curation.words import counted

REFRESH_S = 10  # a page of a training under way is read again so often
CURVE_NAMES = {"train": "training", "val": "validation"}
_NAVIGATION = {
    "overview": "Overview",
    "curves": "Learning curves",
    "accuracy": "Accuracy",
    "members": "Members",
    "confusion": "Confusion",
    "classes": "Classes",
    "calibration": "Calibration",
    "errors": "Surest errors",
    "settings": "Settings",
}


def run_page(figures: dict[str, Any], style: str, picture_of: PictureOf) -> str:
    """Return the whole page.

    Args:
        figures: as `run_figures` returns them.
        style: the style sheet.
        picture_of: row -> small picture of an image.
    """
    sections = {
        "overview": overview_section(figures),
        "curves": _curves_section(figures),
        "accuracy": accuracy_section(figures),
        "members": members_section(figures),
        "confusion": confusion_section(figures),
        "classes": classes_section(figures),
        "calibration": reliability_section(figures),
        "errors": errors_section(figures, picture_of),
        "settings": _settings_section(figures),
    }
    runs = figures["runs"]
    about = [f"{name} <b>{text(figures[key])}</b>" for name, key in _ABOUT if figures[key]]
    about += [counted(len(runs), "seed"), f"written {figures['written'][:10]}"]
    refresh_s = REFRESH_S if any(run["state"] == "running" for run in runs) else None
    title = figures["recipe"] or figures["group"]
    return framed(title, "training report", " · ".join(about), sections, _NAVIGATION, style, refresh_s)


_ABOUT = (("data set", "dataset"), ("network", "variant"))


def curves_of(figures: dict[str, Any]) -> dict[str, list[dict[str, float | None]]]:
    """Return the learning curve of each seed that has one."""
    return {str(run["seed"]): run["curve"] for run in figures["runs"] if run["curve"]}


def last_epoch(figures: dict[str, Any]) -> int:
    """Return where the axis of the curves ends: runs that are finished, perhaps early, take no further epoch."""
    return int(max(run["epochs" if run["state"] == "finished" else "planned_epochs"] for run in figures["runs"]))


def _curves_section(figures: dict[str, Any]) -> str:
    curves, last = curves_of(figures), last_epoch(figures)
    if not curves and all(run["state"] == "finished" for run in figures["runs"]):
        return ""  # fitted in one go
    if not curves:
        return section("curves", "Learning curves", "<p>No epoch is finished yet.</p>")
    plots = "".join(
        curves_plot(curves, quantity, title, "seed", CURVE_NAMES, last)
        for quantity, title in (("accuracy", "Accuracy"), ("loss", "Loss, nats"))
    )
    pairs = f"{counted(len(curves), 'seed')}, a pair of lines each. " if len(curves) > 1 else ""
    note = (
        f'<p class=note>{pairs}<span class="key train"></span> training: on augmented images while the weights move, '
        'with dropout and label smoothing where the recipe uses them; <span class="key val"></span> validation: images '
        "held back to choose the epoch that is kept (dot).</p>"
    )
    return section("curves", "Learning curves", note, f'<div class="plots">{plots}</div>')


def _settings_section(figures: dict[str, Any]) -> str:
    data = [(f"{split} images", f"{figures['images'][split]:,}") for split in SPLITS if split in figures["images"]]
    data += [("classes", ", ".join(figures["classes"]))] if figures["classes"] else []
    facts = [(said, str(figures[name])) for name, said in _FACTS.items() if figures[name]]
    if figures["parameters"] is not None:
        facts.append(("parameters", f"{figures['parameters']:,}"))
    facts += [(f"input {name}", _plain(value)) for name, value in figures["input"].items()]
    facts += [("seeds", ", ".join(str(run["seed"]) for run in figures["runs"]))]
    blocks = {
        "Training": [(name, _plain(value)) for name, value in figures["config"].items()],
        "Run": facts,
        "Data": data,
        "Versions": list(figures["versions"].items()),
    }
    shown = "".join(f"<div><h3>{name}</h3>{pair_table(pairs)}</div>" for name, pairs in blocks.items() if pairs)
    return section("settings", "Settings and versions", f'<div class="provenance">{shown}</div>')


_FACTS = {
    "device": "device",
    "devices": "processes that train together",
    "precision": "precision",
    "weights": "weights from",
    "init_from": "starts from the run",
}


def _plain(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)
