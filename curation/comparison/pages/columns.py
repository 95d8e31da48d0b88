"""The contestants as columns: accuracy on each version of the labels, what it rests on, size and speed."""

from collections.abc import Callable
from typing import Any

from curation.reports.charts import interval_chart, lowest_tick
from curation.reports.html import interval, percent, section, table, text
from curation.reports.training.words import number, plus_minus, seconds, short_count
from curation.words import counted

NAMES = {"original": "as given"}
Figures = dict[str, Any]


def labels_name(version: str) -> str:
    """Return what the labels of a version are called: `labels as given`, `labels of v1`."""
    return f"labels {NAMES[version]}" if version in NAMES else f"labels of {text(version)}"


def heading(one: Figures, place: int) -> str:
    """Return the head of a contestant's column: its number, which is its colour, its name, what it learned from."""
    seeds = counted(len(one["runs"]), "seed")
    return (
        f'<span class="who"><i class="c{place % 8}"></i>{breakable(one["method"])}'
        f"<small>trained on {labels_name(one['trained'])}, {seeds}</small></span>"
    )


def breakable(name: str) -> str:
    """Return a name as HTML that may be broken where its parts end."""
    return text(name).replace("_", "_<wbr>").replace("@", "<wbr>@")


def compared_section(figures: Figures) -> str:
    """Return the table of contestants: one column each, one line for each figure."""
    columns, versions = figures["contestants"], [own["version"] for own in figures["versions"]]
    lowest = lowest_tick([own["low"] for one in columns for own in one["on"].values()])
    rows: list[list[str]] = []
    for version in versions:
        best = max(one["on"][version]["accuracy"]["mean"] for one in columns)
        rows.append(
            [
                f"<b>Accuracy</b>, {labels_name(version)}<small>n = {figures['images']['n']:,}, 95 % interval</small>",
                *(_accuracy(one["on"][version], best, lowest) for one in columns),
            ]
        )
        rows += _review_rows(figures, version)
    rows += [[name, *(cell(one) for one in columns)] for name, cell in _lines(versions)]
    head = ["", *(heading(one, place) for place, one in enumerate(columns))]
    return section("compared", "Side by side", _finding(figures), table(head, rows, name="columns"), _notes(figures))


def _accuracy(own: Figures, best: float, lowest: float) -> str:
    first = ' class="first"' if own["accuracy"]["mean"] >= best - 1e-12 else ""
    shown = {**own, "accuracy": own["accuracy"]["mean"]}
    return f"<b{first}>{plus_minus(own['accuracy'])}</b><small>{interval(own)}</small>{interval_chart(shown, lowest)}"


def _review_rows(figures: Figures, version: str) -> list[list[str]]:
    """Return what has to be known beside a curated accuracy: who proposed its fixes, and what is free of that."""
    review, columns = figures["review"].get(version), figures["contestants"]
    if review is None or "problem" in review:
        return []
    own = [review["contestants"][one["name"]] for one in columns]
    fixes = counted(review["fixes"], "fixed label")
    return [
        [f"of {fixes}, proposed by this architecture", *(f"{one['proposed']:,}" for one in own)],
        [
            "accuracy without the fixes that it alone proposed",
            *(f"{percent(one['without']['accuracy'])}<small>without {one['only']:,}</small>" for one in own),
        ],
        ["accuracy from the randomly drawn looks alone", *(_drawn(one["drawn"]) for one in own)],
    ]


def _drawn(own: Figures) -> str:
    said = "" if not own["note"] else f'<small class="warn">{text(own["note"].partition(":")[0])}</small>'
    looks = f"<small>{own['drawn']:,} drawn, {own['certain']:,} for certain</small>"
    value = "" if own["accuracy"] is None else f"{percent(own['accuracy'])} "
    return f"{value}<small>{interval(own)}</small>{looks}{said}"


def _lines(versions: list[str]) -> list[tuple[str, Callable[[Figures], str]]]:
    last = versions[-1]
    of_last = f"<small>{labels_name(last)}</small>"
    return [
        (f"macro F1{of_last}", lambda one: number(one["on"][last]["macro_f1"], 3)),
        (f"calibration error (ECE){of_last}", lambda one: plus_minus(one["on"][last]["ece"])),
        ("parameters", lambda one: percent(None) if one["parameters"] is None else short_count(one["parameters"])),
        ("model size<small>float32 weights</small>", lambda one: _unit(one["size_mb"], "MB")),
        ("time per image<small>without decoding</small>", _speed),
        (
            "training time<small>a seed</small>",
            lambda one: seconds(one["seconds"]["mean"]) if one["seconds"] else "&ndash;",
        ),
    ]


def _speed(one: Figures) -> str:
    own = one["speed"]
    if own is None:
        return "&ndash;<small>not measured</small>"
    where = f"{text(own['device'])}, {counted(own['threads'], 'thread')}, batch of {own['batch_size']}"
    return f"{own['ms_per_image']:.1f} ms<small>{where}</small>"


def _training(one: Figures) -> str:
    return seconds(one["seconds"]["mean"]) if one["seconds"] else percent(None)


def _unit(value: float | None, unit: str) -> str:
    return percent(None) if value is None else f"{value:,.1f} {unit}"


def _finding(figures: Figures) -> str:
    """Return the outcome in a sentence."""
    last = figures["versions"][-1]["version"]
    best = max(figures["contestants"], key=lambda one: one["on"][last]["accuracy"]["mean"])
    own = best["on"][last]
    return (
        f'<p class="finding">By the {labels_name(last)}, <b>{text(best["title"])}</b> is right most often: '
        f"<b>{plus_minus(own['accuracy'])}</b> of {counted(own['n'], 'test image')}.</p>"
    )


def _notes(figures: Figures) -> str:
    """Return which images count, and how."""
    images = figures["images"]
    out = ", ".join(f"{n:,} {text(why)}" for why, n in images["left_out"].items())
    notes = [
        f"All figures are of the same {images['n']:,} of {counted(images['of'], 'test image')}"
        + (f"; {out} leave every column." if out else ".")
    ]
    several = {own["version"]: own["several"] for own in figures["versions"] if own["several"]}
    notes += [
        f"By the {labels_name(version)}, {counted(n, 'image')} may be any of several classes: each of them is right."
        for version, n in several.items()
    ]
    if any(len(one["runs"]) > 1 for one in figures["contestants"]):
        notes.append("Accuracies are means ± standard deviation over the seeds; intervals cover the choice of images.")
    notes += [
        f"{text(one['title'])} learned from an earlier state of its labels or images; train it again to be sure."
        for one in figures["contestants"]
        if one["stale"]
    ]
    notes += [f"Left out: {text(name)}, {text(why)}." for name, why in figures["skipped"].items()]
    return f'<p class="note">{" ".join(notes)}</p>'
