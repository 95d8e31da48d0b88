"""The sections of a comparison's page, one function each: the app shows them one by one."""

import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from curation.comparison.drawn_accuracy import FEW
from curation.comparison.headline import difference_text, headline, not_told_apart
from curation.comparison.provenance import DRAWN, PICKED, SUSPICION
from curation.reports.curves import chart_figure, curve_points
from curation.reports.frame import Section
from curation.reports.line_chart import Line, Point, Sheet, line_chart
from curation.reports.matrix import commonest_list, confusion_matrix, fits, matrix_legend, worst_confusion
from curation.reports.numbers import lowest_tick, setting_text
from curation.reports.reliability import reliability_plot
from curation.reports.templates import render
from curation.words import counted
from curation.workspace.names import ORIGINAL

Figures = dict[str, Any]  # as `comparison_figures` returns them

_FOLDED = ("classes", "confusion", "calibration", "curves", "settings")  # on a page, opened by those who want them
_COLOURS = 8  # of contestants, in style.css
_SHEET = Sheet(560, 270, left=50, right=14, top=12, bottom=42)
_WAYS = {DRAWN: "drawn at random", SUSPICION: "because a label looked suspicious", PICKED: "picked by hand"}


def labels_name(version: str) -> str:
    """Return what the labels of a version are called: `labels as given`, `labels of v1`."""
    return "labels as given" if version == ORIGINAL else f"labels of {version}"


def compared_section(figures: Figures) -> Section:
    """Return the contestants side by side: accuracies, what they rest on, size and speed."""
    versions, contestants, said = _versions(figures), figures["contestants"], headline(figures)
    folds = any(contestant["models"] for contestant in contestants)
    return _section(
        "compared",
        "Architectures of the audit" if folds else "Side by side",
        figures,
        folds=folds,
        said={**said, "difference_text": difference_text(said) if said["second"] else ""},
        ahead={version: not_told_apart(figures, version) for version in versions},
        lowest=lowest_tick([tested["low"] for contestant in contestants for tested in contestant["on"].values()]),
        reviewed={version: review for version, review in figures["review"].items() if "problem" not in review},
        notes=_notes(figures),
    )


def contests_section(figures: Figures) -> Section:
    """Return which contestant would have been chosen on each version of the labels, and how sure that is."""
    methods = {contestant["name"]: contestant["method"] for contestant in figures["contestants"]}
    contests = [
        (
            contest,
            {version: [methods[name] for name in winners] for version, winners in contest["winner"].items()},
        )
        for contest in figures["contests"]
    ]
    return _section("contests", "Which one would be chosen", figures, "The choice", contests=contests, methods=methods)


def pairs_section(figures: Figures) -> Section:
    """Return the paired tests of each two contestants, by each version of the labels; the last version open."""
    titles = {contestant["name"]: contestant["title"] for contestant in figures["contestants"]}
    return _section("pairs", "Paired tests", figures, titles=titles)


def changed_section(figures: Figures) -> Section:
    """Return the accuracy of each method by version trained and tested on, with the commands for missing cells."""
    missing = [command for method in figures["what_changed"] for command in method["missing"].values()]
    return _section("changed", "What cleaning changed", figures, missing=missing)


def review_section(figures: Figures) -> Section:
    """Return how the labels of each curated version came about."""
    ways = {
        version: [f"{n:,} {_WAYS[way]}" for way, n in review.get("ways", {}).items() if n]
        for version, review in figures["review"].items()
    }
    titles = {contestant["name"]: contestant["title"] for contestant in figures["contestants"]}
    drawn = {
        version: [
            (titles[name], bias["drawn"])
            for name, bias in review.get("contestants", {}).items()
            if bias["drawn"]["drawn"] >= FEW
        ]
        for version, review in figures["review"].items()
    }
    return _section("review", "How the labels were curated", figures, "Curation", ways=ways, drawn=drawn, few=FEW)


def classes_section(figures: Figures) -> Section:
    """Return the F1 of each class for each contestant, by each version of the labels; the last version open."""
    return _section("classes", "Classes", figures)


def confusion_section(figures: Figures) -> Section:
    """Return a confusion matrix for each contestant, on one scale, by the last version of the labels."""
    classes, last = figures["classes"], _versions(figures)[-1]
    counts = [contestant["on"][last]["confusion"] for contestant in figures["contestants"]]
    scale = worst_confusion(counts)
    matrices = [
        (
            contestant,
            confusion_matrix(matrix, classes, scale, row="label") if fits(classes) else "",
            commonest_list(matrix, classes),
        )
        for contestant, matrix in zip(figures["contestants"], counts, strict=True)
    ]
    legend = matrix_legend(scale, classes, "label")  # not the given label: a curated one may differ
    return _section("confusion", "Confusion", figures, legend=legend, matrices=matrices)


def calibration_section(figures: Figures) -> Section:
    """Return a reliability plot for each contestant, by the last version of the labels."""
    last = _versions(figures)[-1]
    plots = [
        (
            contestant,
            reliability_plot(contestant["on"][last]["bins"], contestant["on"][last]["seeds"], contestant["title"]),
        )
        for contestant in figures["contestants"]
    ]
    return _section("calibration", "Calibration", figures, plots=plots)


def curves_section(figures: Figures) -> Section:
    """Return the learning curves on the validation images: a line for each seed, a colour for each contestant."""
    titles = [contestant["title"] for contestant in figures["contestants"]]
    curved = [any(run["curve"] for run in contestant["runs"]) for contestant in figures["contestants"]]
    plots = [
        _curves(figures, "val_accuracy", "Accuracy on the validation images"),
        _curves(figures, "val_loss", "Loss on the validation images, nats"),
    ]
    return _section(
        "curves",
        "Learning curves",
        figures,
        plots=[plot for plot in plots if plot],
        keys=[(place, title) for place, title in enumerate(titles) if curved[place]],
        without_curve=[title for place, title in enumerate(titles) if not curved[place]],
    )


def settings_section(figures: Figures) -> Section:
    """Return how each contestant was trained, and the hashes of its files, so that it can be repeated."""
    bootstrap = figures["bootstrap"]
    shared = [(f"labels {version['version']}", version.get("sha256") or "as given") for version in figures["versions"]]
    intervals = f"{bootstrap['draws']:,} samples, seed {bootstrap['seed']}, intervals of {bootstrap['level']:.0%}"
    return _section(
        "settings",
        "Settings and hashes",
        figures,
        "Settings",
        shared=[*shared, ("bootstrap", intervals)],
        contestants=[(contestant["title"], _facts(contestant)) for contestant in figures["contestants"]],
    )


def section_body(template: str, figures: Figures, **values: object) -> Markup:
    """Return a template of comparisons, filled."""
    versions = _versions(figures)
    return render(
        f"curation/comparison/pages/templates/{template}.html",
        figures=figures,
        versions=versions,
        last=versions[-1],
        labels_name=labels_name,
        **values,
    )


def _section(anchor: str, title: str, figures: Figures, short: str = "", **values: object) -> Section:
    return Section(anchor, title, section_body(anchor, figures, **values), short, folded=anchor in _FOLDED)


def _versions(figures: Figures) -> list[str]:
    return [version["version"] for version in figures["versions"]]


def _notes(figures: Figures) -> list[str]:
    """Return which images count, and how."""
    images = figures["images"]
    left_out = ", ".join(f"{n:,} {reason}" for reason, n in images["left_out"].items())
    notes = [
        f"All figures are of the same {images['n']:,} of {counted(images['of'], images['split'] + ' image')}"
        + (f"; left out everywhere: {left_out}." if left_out else ".")
    ]
    notes += [
        f"By the {labels_name(version['version'])}, {counted(version['several'], 'image')} may be any of several "
        "classes; each of them counts as right."
        for version in figures["versions"]
        if version["several"]
    ]
    if len(figures["contestants"]) > 1:
        notes.append(
            "Bold: the highest accuracy of a row, and those that the paired tests do not tell from it (p ≥ 0.05)."
        )
    if any(len(contestant["runs"]) > 1 for contestant in figures["contestants"]):
        notes.append("Accuracies are means ± standard deviation over the seeds; intervals cover the choice of images.")
    learned = {contestant["trained"] for contestant in figures["contestants"]}
    notes += [
        f"{version['version']} changes no image of train: a network trained on it learned from the labels as given."
        for version in figures["versions"]
        if version.get("changed_train") == 0 and version["version"] in learned
    ]
    notes += [
        f"{contestant['title']} learned from an earlier state of its labels or images; train it again to be sure."
        for contestant in figures["contestants"]
        if contestant["stale"]
    ]
    return notes + [f"Left out: {name}, {reason}." for name, reason in figures["skipped"].items()]


def _curves(figures: Figures, quantity: str, title: str) -> Markup:
    lines = [
        Line(f"{contestant['title']}, seed {run['seed']}", points, f"c{place % _COLOURS}", _kept(points, run))
        for place, contestant in enumerate(figures["contestants"])
        for run in contestant["runs"]
        if (points := curve_points(run["curve"], quantity))
    ]
    if not lines:
        return Markup()
    share = quantity == "val_accuracy"
    drawing = line_chart(
        lines,
        "epoch",
        x_range=(1, max(epoch for line in lines for epoch, _ in line.points)),
        y_range=(0, 1.0 if share else _usual_end([value for line in lines for _, value in line.points])),
        percent=share,
        sheet=_SHEET,
    )
    return chart_figure(drawing, title, f"{title} against the epoch", _SHEET)


def _kept(points: list[Point], run: Mapping[str, Any]) -> list[Point]:
    return [point for point in points if point[0] == run["kept_epoch"]]


def _usual_end(values: list[float]) -> float:
    """Return where an axis from 0 ends: a few very high values, as of a first epoch, are cut off."""
    return sorted(values)[math.ceil(0.95 * (len(values) - 1))]


def _facts(contestant: Figures) -> list[tuple[str, object]]:
    leaks = contestant["leaks"]
    facts: list[tuple[str, object]] = [
        ("runs", ", ".join(run["name"] for run in contestant["runs"])),
        ("network", contestant["variant"]),
        ("labels", f"{contestant['trained']} {contestant['split_sha256'] or ''}"),
        ("images learned from", f"{(contestant['images'] or {}).get('train', 0):,}"),
        ("test images with a twin among them", leaks if leaks is not None else "not known"),
    ]
    for part in ("config", "input", "versions"):
        facts += [(name.replace("_", " "), setting_text(value)) for name, value in (contestant[part] or {}).items()]
    return facts
