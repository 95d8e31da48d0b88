"""The first screen of the report: what was found, in a few numbers."""

from typing import Any

from curation.reports.html import percent, section, table, text
from curation.words import counted, listed

IN_SAMPLE = (
    "These figures are in-sample, or may be: no fold was given with the predictions of {names}, so the model may have "
    "trained on the images it judges here. It then agrees with wrong labels it has learned by heart: accuracies are "
    "too high and wrong labels are missed. Give a fold for each image, or let Errata train."
)


def overview_section(figures: dict[str, Any]) -> str:
    """Return the finding in a sentence, the headline numbers and, where it is due, the in-sample warning."""
    names = ", ".join(one["name"] for one in figures["architectures"] if one["in_sample"])
    warning = (
        f'<p class="warning" role="alert"><b>In-sample.</b> {text(IN_SAMPLE.format(names=names))}</p>' if names else ""
    )
    findings = [_finding(split, own) for split, own in figures["splits"].items()]
    tiles = [
        (f"{figures['images']:,}", "images read"),
        (f"{len(figures['dataset']['classes']):,}", "classes"),
        *((f"{own['images']:,}", f"{split} images") for split, own in figures["splits"].items()),
        (f"{len(figures['skipped']):,}", "files skipped"),
        (f"{figures['duplicates']['images']:,}", "images with a twin"),
        (f"{sum(figures['duplicates']['leaks'].values()):,}", "leaks from train"),
    ]
    shown = "".join(f"<li><b>{number}</b><span>{unit}</span></li>" for number, unit in tiles)
    lead = f'<p class="finding">Another label fits better for {listed(findings)}.</p>'
    caution = (
        "<p class=lead>These are candidates for a person to look at: some are wrong labels, some show two classes or "
        "none, and in some the models are wrong.</p>"
    )
    return section(
        "overview", "Overview", warning, lead, caution, f'<ul class="tiles">{shown}</ul>', _class_table(figures)
    )


def _finding(split: str, own: dict[str, Any]) -> str:
    n, images = own["other_label_fits_better"], own["images"]
    return f"<b>{n:,} of {images:,} {split} images</b> ({percent(n / images)})"


def _class_table(figures: dict[str, Any]) -> str:
    splits = figures["splits"]
    rows = [
        [text(name), *(f"{own['classes'][name]:,}" for own in splits.values())]
        for name in figures["dataset"]["classes"]
    ]
    inner = table(["given label", *(f"{split}, images" for split in splits)], rows, numeric=range(1, 1 + len(splits)))
    return f"<details><summary>Images of each class</summary>{inner}</details>"


def truth_section(figures: dict[str, Any]) -> str:
    """Return how many planted errors were ranked first; nothing where the truth is not known."""
    truth = figures["known_truth"]
    if not truth:
        return ""
    order = [split for split in figures["splits"] if split in truth]
    rows = [_truth_row(split, *one, truth[split]) for split in order for one in _distinct(truth[split]["top"])]
    head = ("split", "first ranked", "wrong labels among them", "precision", "recall", "expected by chance")
    note = (
        "<p class=lead>This data set comes with its truth (truth.csv), which the audit never reads. A label counts as "
        "wrong where it is not exactly the true one: another class, one of two that the image blends, or any class for "
        "an image of none.</p>"
    )
    kinds = "".join(_kinds(split, truth[split]) for split in order)
    return section("truth", "Known truth", note, table(head, rows, numeric=(1, 2, 3, 4, 5)), kinds)


def _distinct(tops: dict[str, dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Return the tops without those that a small split makes equal to the one before."""
    return list({found["n"]: (top, found) for top, found in reversed(tops.items())}.values())[::-1]


def _truth_row(split: str, top: str, found: dict[str, Any], own: dict[str, Any]) -> list[str]:
    chance = found["n"] * own["errors"] / own["images"]
    plain = f" ({found['plain']:,} plainly)" if found["plain"] < found["errors"] else ""
    return [
        f"{split}, {own['errors']:,} wrong in {counted(own['images'], 'image')}",
        f"{found['n']:,}" if found["n"] == int(top) else f"all {found['n']:,}",
        f"<b>{found['errors']:,} of {found['n']:,}</b>{plain}",
        percent(found["precision"]),
        f"{percent(found['recall'])} of {own['errors']:,}" if own["errors"] else percent(None),
        f"{chance:.1f}",
    ]


def _kinds(split: str, own: dict[str, Any]) -> str:
    rows = [
        [text(kind or "not named"), f"{n['errors']:,}", f"{n['top_50']:,}", f"{n['top_100']:,}"]
        for kind, n in own["kinds"].items()
    ]
    if not rows:
        return ""
    inner = table(("kind of error", "planted", "in the first 50", "in the first 100"), rows, numeric=(1, 2, 3))
    return f"<details><summary>By kind, {split} split</summary>{inner}</details>"
