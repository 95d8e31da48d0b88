"""The report to share as one page that needs nothing but itself: people and versions first, then networks and audit."""

import re
from typing import Any

from curation.comparison.pages.image_rows import BeforeOf, MapOf, PictureOf
from curation.comparison.pages.layout import comparison_page
from curation.decisions.decision import VERDICTS
from curation.reports.audit.cards import SuspectPicturesOf
from curation.reports.audit.duplicates import TwinPictureOf
from curation.reports.audit.page import report_page
from curation.reports.frame import framed
from curation.reports.html import section, table, text
from curation.words import counted

_MAIN = re.compile(r"<main>(.*)</main>", re.DOTALL)
_HERE = re.compile(r'(<[^>]* (?:id="|href="#))')
_NAVIGATION = {
    "summary": "Summary",
    "decisions": "Decisions",
    "versions": "Versions",
    "trainings": "Trainings",
    "comparison": "Comparison",
    "audit": "Audit",
}


def share_page(
    figures: dict[str, Any],
    style: str,
    pictures: SuspectPicturesOf,
    twins: TwinPictureOf,
    picture_of: PictureOf,
    map_of: MapOf,
    before_of: BeforeOf,
) -> str:
    """Return the whole page.

    Args:
        figures: as `share_figures` returns them.
        style: the style sheets.
        pictures: row -> picture and overlays of a suspicious image.
        twins: row -> small picture.
        picture_of: image_id -> small picture, of the comparison.
        map_of: image_id and place of a contestant -> the picture with its Grad-CAM.
        before_of: image_id and place of a contestant -> what the network saw that it started from.
    """
    compared = figures["comparison"]
    comparison = ""
    if compared:
        comparison = _part(comparison_page(compared, "", picture_of, map_of, before_of), "comparison")
    sections = {
        "summary": _summary(figures),
        "decisions": _decisions(figures["decisions"]),
        "versions": _versions(figures["versions"]),
        "trainings": _trainings(figures),
        "comparison": f'<div id="comparison">{comparison}</div>' if comparison else "",
        "audit": f'<div id="audit">{_part(report_page(figures["audit"], "", pictures, twins), "audit")}</div>',
    }
    own = figures["dataset"]
    about = f"data set <b>{text(own['name'])}</b> · written {figures['written'][:10]}"
    about += f" · {text(own['licence'])}" if own["licence"] else ""
    return framed(own["title"], "report", about, sections, _NAVIGATION, style)


def _part(page: str, name: str) -> str:
    """Return what a page holds, its anchors renamed so that those of two pages are not the same."""
    found = _MAIN.search(page)
    return _HERE.sub(rf"\g<1>{name}-", found[1]) if found else ""


def _summary(figures: dict[str, Any]) -> str:
    audit, decisions, versions = figures["audit"], figures["decisions"], figures["versions"]
    newest = versions[-1]
    tiles = [
        (f"{audit['images']:,}", "images audited"),
        (f"{decisions['images']:,}", "of them judged by people"),
        (f"{sum(newest['changed'].values()):,}", f"labels changed in {newest['version']}"),
        (f"{sum(newest['out'].values()):,}", f"images left out of {newest['version']}"),
        (f"{len(versions) - 1:,}", "curated versions"),
        (f"{len(figures['trainings']):,}", "trainings"),
    ]
    shown = "".join(f"<li><b>{number}</b> <span>{text(what)}</span></li>" for number, what in tiles)
    return section("summary", "Summary", f"<ul class=tiles>{shown}</ul>")


def _decisions(own: dict[str, Any]) -> str:
    if not own["images"]:
        return section("decisions", "Decisions", "<p class=note>Nobody has judged a label yet.</p>")
    people = sorted(own["reviewers"])
    kinds = [kind for kind in VERDICTS if own["all"].get(kind)]
    columns = [*(own["reviewers"][who] for who in people), own["all"]]
    rows = [[kind, *(f"{counts.get(kind, 0):,}" for counts in columns)] for kind in kinds]
    head = ["verdict", *map(text, people), "all"]
    disputed = f"; {counted(own['disputed'], 'image')} disputed, with the label as given" if own["disputed"] else ""
    note = f"<p class=note>Verdicts in force on {counted(own['images'], 'image')}{disputed}.</p>"
    return section("decisions", "Decisions", table(head, rows, range(1, len(head))), note)


def _versions(versions: list[dict[str, Any]]) -> str:
    head = ("version", "images", "train", "val", "test", "labels changed", "left out", "made from", "by", "content")
    rows, said = [], []
    for one in versions:
        sizes = {split: sum(classes.values()) for split, classes in one["counts"].items()}
        numbers = [sum(sizes.values()), *(sizes.get(split, 0) for split in ("train", "val", "test"))]
        numbers += [sum(one["changed"].values()), sum(one["out"].values())]
        by = f"{one['reviewer']}, {one['created'][:10]}" if one["created"] else "as given"
        names = (text(one["parent"]), text(by), f"<code>{text(one['sha256'][:12])}</code>")
        rows.append([f"<b>{text(one['version'])}</b>", *(f"{n:,}" for n in numbers), *names])
        if one["statements"]:
            items = "".join(f"<li>{text(sentence)}</li>" for sentence in one["statements"])
            said.append(f"<h3>{text(one['version'])}</h3><ul>{items}</ul>")
    return section("versions", "Versions of the labels", table(head, rows, range(1, 7)), *said)


def _trainings(figures: dict[str, Any]) -> str:
    lines = figures["trainings"]
    if not lines:
        return section("trainings", "Trainings", f"<p class=note>{text(figures['no_comparison'])}.</p>")
    head = ("trained", "network", "on", "seeds", "train images", "test images", "accuracy", "parameters", "seconds")
    rows = [
        [
            text(one["recipe"] or one["group"]),
            text(one["variant"] or ""),
            text(one["version"]),
            f"{one['seeds']:,}",
            f"{one['images'].get('train', 0):,}",
            f"{one['n'] or 0:,}",
            _accuracy(one),
            f"{one['parameters'] or 0:,}",
            f"{one['seconds']['mean']:,.0f}" if one["seconds"] else "",
        ]
        for one in lines
    ]
    notes = ["<p class=note>Accuracy on the test labels of the version that was trained on: mean ± standard deviation "
             "over seeds; of one seed with its 95 % interval.</p>"]  # fmt: skip
    if figures["no_comparison"]:
        notes.append(f"<p class=note>Not compared: {text(figures['no_comparison'])}.</p>")
    return section("trainings", "Trainings", table(head, rows, range(3, 9)), *notes)


def _accuracy(one: dict[str, Any]) -> str:
    own = one["accuracy"]
    if own is None:
        return "&ndash;"
    if own["std"] is None:
        return f"{100 * own['mean']:.1f} % ({100 * one['low']:.1f} to {100 * one['high']:.1f})"
    return f"{100 * own['mean']:.1f} ± {100 * own['std']:.1f} %"
