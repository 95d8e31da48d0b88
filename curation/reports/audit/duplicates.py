"""The duplicates of the report: counts, what leaks do to accuracy, and a strip for each group."""

from collections.abc import Callable
from typing import Any

from curation.reports.html import file_name, interval, percent, picture, section, swatch, table, text
from curation.words import counted

GROUPS = 20  # shown of each kind
TWINS = 6  # images of a group shown

TwinPictureOf = Callable[[int], str | None]  # row -> its small picture


def duplicates_section(figures: dict[str, Any], pictures: TwinPictureOf) -> str:
    """Return the counts of duplicates and the first groups."""
    found = figures["duplicates"]
    groups = found["groups"]
    if not groups:
        return section("duplicates", "Duplicates", f"<p>None among {counted(figures['images'], 'image')}.</p>")
    leaks = [f"leaks: {counted(n, f'{split} image')} with a twin in train" for split, n in found["leaks"].items()]
    facts = (
        f"<ul class=facts-list><li>{counted(found['images'], 'image')} in {counted(len(groups), 'group')} show a "
        f"picture that another file shows too: {found['exact_images']:,} with the same bytes as another, "
        f"{found['near_images']:,} nearly the same as another</li><li>{_conflicts(found)}</li>"
        + "".join(f"<li>{leak}</li>" for leak in leaks)
        + "</ul>"
    )
    classes = figures["dataset"]["classes"]
    conflicting = [group for group in groups if group["conflicting"]]
    leaking = [group for group in groups if group["leak"] and not group["conflicting"]]
    others = [group for group in groups if not group["leak"] and not group["conflicting"]]
    return section(
        "duplicates",
        "Duplicates",
        facts,
        _without_leaks(figures),
        _block("Conflicting labels", conflicting, classes, pictures),
        _block("Leaks from train", leaking, classes, pictures),
        _block("Other copies", others, classes, pictures),
    )


def _block(title: str, groups: list[dict[str, Any]], classes: list[str], pictures: TwinPictureOf) -> str:
    """Return the first groups of a kind under a heading; nothing where there is none."""
    if not groups:
        return ""
    strips = "".join(_group(group, classes, pictures) for group in groups[:GROUPS])
    rest = len(groups) - GROUPS
    more = f"<p class=note>{counted(rest, 'more group')} in report.json.</p>" if rest > 0 else ""
    head = f"<h3>{title} <span>{counted(len(groups), 'group')}</span></h3>"
    return f'{head}<div class="groups">{strips}</div>{more}'


def _conflicts(found: dict[str, Any]) -> str:
    groups, images = found["conflicting_groups"], found["conflicting_images"]
    if not groups:
        return "no group with conflicting labels"
    return (
        f"{counted(groups, 'group')} ({counted(images, 'image')}) with conflicting labels: "
        "in each, at least one label is wrong"
    )


def _without_leaks(figures: dict[str, Any]) -> str:
    """Return the accuracies with and without the images that have a twin in train; nothing where there is none."""
    rows = [
        [split, text(one["name"]), _accuracy(own), _accuracy(own["without_leaks"]), text(own["measured"])]
        for one in figures["architectures"]
        for split, own in one["splits"].items()
        if "without_leaks" in own
    ]
    head = ("split", "architecture", "accuracy on all images", "without leaked images", "how measured")
    return table(head, rows, numeric=(2, 3)) if rows else ""


def _accuracy(figures: dict[str, Any]) -> str:
    return f"<b>{percent(figures['accuracy'])}</b> ({interval(figures)}), n = {figures['n']:,}"


def _group(group: dict[str, Any], classes: list[str], pictures: TwinPictureOf) -> str:
    badges = [f"<span>{group['copies']} copies</span>"]
    badges += ['<span class="bad">conflicting labels</span>'] if group["conflicting"] else []
    badges += ['<span class="bad">leak from train</span>'] if group["leak"] else []
    twins = zip(group["rows"], group["image_ids"], group["labels"], group["splits"], strict=True)
    shown = "".join(
        f"<figure>{picture(pictures(row), image_id, 'the file can no longer be read')}"
        f"<figcaption>{swatch(label, classes)}<span class=note>{text(split)}</span>{file_name(image_id)}</figcaption>"
        "</figure>"
        for row, image_id, label, split in list(twins)[:TWINS]
    )
    rest = len(group["rows"]) - TWINS
    more = f'<span class="note">and {rest:,} more</span>' if rest > 0 else ""
    return f'<div class="group"><p class="badges">{"".join(badges)}</p><div class="twins">{shown}{more}</div></div>'
