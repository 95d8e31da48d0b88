"""report.html of an audit: its sections in their order, and the values that their templates need beside the figures."""

from collections.abc import Callable
from typing import Any, cast

from markupsafe import Markup

from curation.images.duplicates import MAX_BITS
from curation.images.near_pairs import MIN_COSINE, MIN_COSINE_OF_HASHES, NEIGHBOURS
from curation.images.problems import COMMON
from curation.images.registration import MIN_CORRELATION, MIN_DETAIL, SIDE_PX
from curation.reports.brief import audit_brief
from curation.reports.curves import curves_plot
from curation.reports.frame import Section, page
from curation.reports.matrix import (
    AnyCounts,
    Counts,
    commonest_list,
    confusion_matrix,
    fits,
    matrix_legend,
    worst_confusion,
)
from curation.reports.numbers import lowest_tick, setting_text
from curation.reports.pictures import SuspectPictures
from curation.reports.templates import render
from curation.scoring.findings import JUDGE

SuspectPicturesOf = Callable[[int], SuspectPictures]  # row -> what is shown of it
TwinPictureOf = Callable[[int], str | None]  # row -> its small picture, as a data address

_MOST_GROUPS = 20  # of duplicates shown, of each kind
_OPEN_GROUPS = 6  # of these, not folded
_CARDS = 5  # of the most suspicious images of a split, shown with all that is known; the others are small
_FOLDED = ("confusion", "curves", "problems", "skipped", "stages", "notes")  # opened by those who want them
_MOST_TWINS = 6  # images of a group shown
_MOST_PROBLEMS = 12  # images shown of each check
_MOST_SKIPPED = 200  # files listed
_CHECKS = {
    "dark": "Dark",
    "light": "Light",
    "blurry": "Blurry",
    "low_information": "Nearly empty",
    "odd_aspect_ratio": "Odd shape",
    "odd_size": "Odd size",
    "grayscale": "Grey",
}
_LOST = "Its curves are no longer in the run folder."
_NO_CURVE = {  # where the weights come from -> why there is no learning curve
    "elsewhere": "Trained elsewhere: its curve is not known.",
    "frozen backbone": "No curve: the backbone is frozen, and each head is a convex fit with one optimum.",
    "from scratch": _LOST,
    "finetuned": _LOST,
    "layer on members": "No curve: a linear layer on the logits of its members, a convex fit with one optimum.",
    "mean of members": "No curve: the plain mean of the probabilities of its members, nothing is trained.",
}
_LIMITS = {
    "bits": MAX_BITS,
    "neighbours": NEIGHBOURS,
    "cosine": MIN_COSINE,
    "cosine_of_hashes": MIN_COSINE_OF_HASHES,
    "side_px": SIDE_PX,
    "correlation": MIN_CORRELATION,
    "detail": MIN_DETAIL,
    "common": COMMON,
}


def report_page(figures: dict[str, Any], style: str, pictures: SuspectPicturesOf, twins: TwinPictureOf) -> Markup:
    """Return the whole page.

    Args:
        figures: as `report_figures` returns them.
        style: the style sheet.
        pictures: row -> picture and overlays of a suspicious image.
        twins: row -> small picture, of a duplicate or of an image with a problem.
    """
    about = render("curation/reports/audit/templates/about.html", figures=figures)
    sections = audit_sections(figures, pictures, twins, audit_brief(figures))
    return page(figures["dataset"]["title"], "label audit", about, sections, style)


def audit_sections(
    figures: dict[str, Any], pictures: SuspectPicturesOf, twins: TwinPictureOf, brief: Markup | None = None
) -> list[Section]:
    """Return the sections of the page; a section that does not apply is empty.

    Args:
        figures: as for `report_page`.
        pictures: as for `report_page`.
        twins: as for `report_page`.
        brief: the lines that the overview begins with.
    """

    def section(anchor: str, title: str, values: dict[str, object], short: str = "") -> Section:
        body = render(f"curation/reports/audit/templates/{anchor}.html", figures=figures, **values)
        return Section(anchor, title, body, short, folded=anchor in _FOLDED)

    return [
        section("overview", "Overview", {**_overview(figures), "brief": brief or Markup()}),
        section("truth", "Known truth", {"truth": _truth(figures)}),
        section("accuracy", "Accuracy", _accuracy(figures)),
        section("confusion", "Confusion", _confusion(figures)),
        section("curves", "Learning curves", {"plots": _curves(figures), "why_none": _NO_CURVE}),
        section("trouble", "Labels", _trouble(figures)),
        section("suspects", "Most suspicious images", _suspects(figures, pictures, twins), "Suspicious images"),
        section("duplicates", "Duplicates", _duplicates(figures, twins)),
        section("problems", "Image problems", _problems(figures, twins)),
        section("skipped", "Skipped files", {"most": _MOST_SKIPPED}),
        section("stages", "Time and memory", {}),
        section("notes", "Method and versions", _notes(figures), "Method"),
    ]


def _overview(figures: dict[str, Any]) -> dict[str, object]:
    splits, duplicates = figures["splits"], figures["duplicates"]
    tiles = [
        (figures["images"], "images read"),
        (len(figures["dataset"]["classes"]), "classes"),
        *((counts["images"], f"{split} images") for split, counts in splits.items()),
        (len(figures["skipped"]), "files skipped"),
        (duplicates["images"], "images with a twin"),
        (sum(duplicates["leaks"].values()), "leaks from train"),
    ]
    return {
        "in_sample": [architecture["name"] for architecture in figures["architectures"] if architecture["in_sample"]],
        "notices": figures["config"].get("notices", []),
        "tiles": [(f"{count:,}", unit) for count, unit in tiles],
        "table_head": ["given label", *(f"{split}, images" for split in splits)],
    }


def _truth(figures: dict[str, Any]) -> list[tuple[str, dict[str, Any], list[tuple[int, dict[str, Any]]]]]:
    """Return the figures and tops of each split with known truth; a top is (how many were asked for, figures)."""
    truth = figures["known_truth"] or {}
    return [(split, truth[split], _distinct(truth[split]["top"])) for split in figures["splits"] if split in truth]


def _distinct(tops: dict[str, dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """Return the tops without repetitions: in a small split, the first 50 and the first 100 images are the same."""
    return list({first["n"]: (int(top), first) for top, first in reversed(tops.items())}.values())[::-1]


def _accuracy(figures: dict[str, Any]) -> dict[str, object]:
    accuracies = [figures for architecture in figures["architectures"] for figures in architecture["splits"].values()]
    return {
        "lowest": lowest_tick([accuracy["low"] for accuracy in accuracies]),
        "means_of_folds": any(accuracy["measured"].startswith("mean of") for accuracy in accuracies),
        "combined": [architecture for architecture in figures["architectures"] if architecture["members"]],
        "choices": figures["config"].get("choices", []),
        "offer": figures["config"].get("offer", ""),
    }


def _confusion(figures: dict[str, Any]) -> dict[str, object]:
    """Return the matrices of all splits and architectures, shaded on one scale."""
    classes, architectures = figures["dataset"]["classes"], figures["architectures"]
    scale = worst_confusion([counts for architecture in architectures for counts in architecture["confusion"].values()])
    blocks = [
        {
            "split": split,
            "name": architecture["name"],
            "accuracy": architecture["splits"][split],
            "matrix": _matrix(architecture["confusion"][split], classes, scale),
            "commonest": commonest_list(architecture["confusion"][split], classes),
        }
        for split in figures["splits"]
        for architecture in architectures
    ]
    return {"legend": matrix_legend(scale, classes), "blocks": blocks}


def _matrix(counts: AnyCounts, classes: list[str], scale: float, column: str = "predicted") -> str:
    """Return a confusion matrix; empty where the classes are too many to read it."""
    return confusion_matrix(cast("Counts", counts), classes, scale, column) if fits(classes) else ""


def _curves(figures: dict[str, Any]) -> list[tuple[dict[str, Any], str, str]]:
    """Return each architecture with the plots of its accuracy and its loss."""
    return [
        (
            architecture,
            curves_plot(architecture["curves"], "accuracy", "Accuracy"),
            curves_plot(architecture["curves"], "loss", "Loss, nats"),
        )
        for architecture in figures["architectures"]
    ]


def _trouble(figures: dict[str, Any]) -> dict[str, object]:
    trouble, classes = figures["trouble"], figures["dataset"]["classes"]
    pairs = trouble["class_pairs"]
    return {
        "table_head": ["images", *trouble["flagged"]],
        "rows": list(trouble["kinds"].items()),
        "matrix": _matrix(pairs, classes, worst_confusion([pairs]), "shown"),
        "commonest": commonest_list(pairs, classes),
    }


def _suspects(figures: dict[str, Any], pictures: SuspectPicturesOf, twins: TwinPictureOf) -> dict[str, object]:
    agreed = {
        split: sum(suspect["suggested_label"] == suspect["label"] for suspect in suspects)
        for split, suspects in figures["suspects"].items()
    }
    return {"given_fits_best": agreed, "pictures": pictures, "twins": twins, "cards": _CARDS}


def _duplicates(figures: dict[str, Any], twins: TwinPictureOf) -> dict[str, object]:
    """Return the groups by kind, and the accuracies that leaks change: (split, architecture, shares)."""
    groups = figures["duplicates"]["groups"]
    without_leaks = [
        (split, architecture["name"], shares)
        for architecture in figures["architectures"]
        for split, shares in architecture["splits"].items()
        if "without_leaks" in shares
    ]
    kinds = [
        ("Conflicting labels", [group for group in groups if group["conflicting"]]),
        ("Leaks from train", [group for group in groups if group["leak"] and not group["conflicting"]]),
        ("Other copies", [group for group in groups if not group["leak"] and not group["conflicting"]]),
    ]
    return {
        "kinds": kinds,
        "twins": twins,
        "without_leaks": without_leaks,
        "most_groups": _MOST_GROUPS,
        "open_groups": _OPEN_GROUPS,
        "most_twins": _MOST_TWINS,
    }


def _problems(figures: dict[str, Any], twins: TwinPictureOf) -> dict[str, object]:
    problems = figures["problems"]
    flagged = {check: images for check, images in problems["checks"].items() if images} if problems else {}
    return {"checks": flagged, "names": _CHECKS, "most": _MOST_PROBLEMS, "twins": twins}


def _notes(figures: dict[str, Any]) -> dict[str, object]:
    told = ("choices", "offer", "notices")  # beside the accuracies, and in the overview
    settings = [(name, setting_text(value)) for name, value in figures["config"].items() if name not in told]
    hashes = figures["hashes"]
    predictions = [(f"predictions of {name}", value) for name, value in hashes["predictions"].items()]
    return {
        "elsewhere": any(architecture["training"] == "elsewhere" for architecture in figures["architectures"]),
        "weights": {name: weight for name, weight in figures["trouble"]["voters"].items() if weight},
        "judge": JUDGE,
        "combined": [architecture["name"] for architecture in figures["architectures"] if architecture["members"]],
        "limits": _LIMITS,
        "provenance": {
            "Settings": settings,
            "Versions": list(figures["versions"].items()),
            "Hashes": [("images and labels", hashes["images_and_labels"]), *predictions],
        },
    }
