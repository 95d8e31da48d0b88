"""What each contestant finds, confuses and is too sure of, class by class."""

from typing import Any

from curation.comparison.pages.columns import heading, labels_name
from curation.reports.html import section, swatch, table, text
from curation.reports.matrix import commonest_list, confusion_matrix, fits, matrix_legend, worst_confusion
from curation.reports.training.reliability import reliability_body
from curation.reports.training.words import number, plus_minus

Figures = dict[str, Any]
_PLOT = "0 0 386 434"  # what `reliability_body` draws in, px


def classes_section(figures: Figures) -> str:
    """Return the F1 of each class for each contestant, by each version of the labels; the last one open."""
    columns, classes = figures["contestants"], figures["classes"]
    versions = [own["version"] for own in figures["versions"]]
    blocks = []
    for version in reversed(versions):
        rows = [
            [swatch(name, classes), f"{_support(figures, version, k):,}", *(_f1(one, version, k) for one in columns)]
            for k, name in enumerate(classes)
        ]
        head = ["class", "images", *(heading(one, place) for place, one in enumerate(columns))]
        shown = table(head, rows, numeric=range(1, len(head)), name="wide")
        opened = " open" if version == versions[-1] else ""
        blocks.append(f"<details{opened}><summary><h3>{labels_name(version)}</h3></summary>{shown}</details>")
    lead = (
        "<p class=lead><b>F1</b>: the harmonic mean of precision and recall, from 0 to 1; mean ± standard deviation "
        "over the seeds.</p>"
    )
    return section("classes", "Classes", lead, *blocks)


def _support(figures: Figures, version: str, k: int) -> int:
    return int(figures["contestants"][0]["on"][version]["per_class"][k]["support"])


def _f1(one: Figures, version: str, k: int) -> str:
    return number(one["on"][version]["per_class"][k]["f1"], 3)


def confusion_section(figures: Figures) -> str:
    """Return a confusion matrix for each contestant, on one scale, by the last version of the labels."""
    columns, classes, last = figures["contestants"], figures["classes"], figures["versions"][-1]["version"]
    scale = worst_confusion([one["on"][last]["confusion"] for one in columns])
    blocks = []
    for one in columns:
        own = one["on"][last]
        drawn = confusion_matrix(own["confusion"], classes, scale, row="label") if fits(classes) else ""
        matrix = f'<div class="scroll">{drawn}</div>' if fits(classes) else ""
        seeds = f", {own['seeds']} seeds added up" if own["seeds"] > 1 else ""
        blocks.append(
            f'<div class="matrix"><h3>{text(one["title"])} <span>n = {own["n"]:,}{seeds}</span></h3>{matrix}'
            f"{commonest_list(own['confusion'], classes)}</div>"
        )
    legend = matrix_legend(scale, classes, "label")  # they may be curated ones here
    about = f"<p class=note>Rows are the {labels_name(last)}.</p>"
    return section("confusion", "Confusion", legend, about, f'<div class="matrices">{"".join(blocks)}</div>')


def calibration_section(figures: Figures) -> str:
    """Return a reliability plot for each contestant, by the last version of the labels."""
    last, plots = figures["versions"][-1]["version"], []
    for one in figures["contestants"]:
        own = one["on"][last]
        plots.append(
            f"<figure><figcaption>{text(one['title'])}</figcaption><p class=note>ECE <b>{plus_minus(own['ece'])}</b> · "
            f"mean confidence {plus_minus(own['confidence'])}, accuracy {plus_minus(own['accuracy'])}</p>"
            f'<svg class="reliability" viewBox="{_PLOT}" role="img" aria-label="Accuracy against confidence of '
            f'{text(one["title"])}">{reliability_body(own["bins"], own["seeds"])}</svg></figure>'
        )
    lead = (
        f"<p class=lead>By the {labels_name(last)}. Each dot holds the images whose predicted class has a confidence "
        "in one of 15 equal ranges: on the line a network is right as often as it says, below it is too sure. "
        "<b>ECE</b> is the mean distance from the line, weighted by images.</p>"
    )
    return section("calibration", "Calibration", lead, f'<div class="plots three">{"".join(plots)}</div>')
