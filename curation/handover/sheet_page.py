"""The errata sheet as one page that needs nothing but itself: wrong labels with pictures, by pairs of classes."""

from collections.abc import Callable
from pathlib import Path

from curation.handover.sheet import ErrataSheet, Erratum
from curation.reports.frame import framed
from curation.reports.html import file_name, pair_table, percent, picture, section, swatch, text
from curation.reports.pictures import TWIN_PX, small_picture
from curation.words import counted, listed
from models.files.atomic import write_text

PICTURES = 48  # shown of a pair of classes
MOST_PICTURES = 1_500  # in the page: about 6 MB
_STYLES = (Path(__file__).parents[1] / "reports" / "style.css", Path(__file__).with_name("sheet.css"))
_NAVIGATION = {"overview": "Overview", "labels": "Wrong labels", "out": "Left out", "about": "About"}
_REASONS = {"exclude": "excluded", "none-of-these": "none of these classes"}

PictureOf = Callable[[str], str | None]  # image_id -> data address


def write_sheet_page(sheet: ErrataSheet, root: Path, path: Path) -> None:
    """Write the page, whole or not at all.

    Args:
        sheet: what is wrong.
        root: of the data set, where the images lie; those that are gone by now are shown without a picture.
        path: of the page.

    Raises:
        ErrataError: the file cannot be written.
    """
    style = "".join(one.read_text(encoding="utf-8") for one in _STYLES)
    write_text(path, sheet_page(sheet, style, lambda image_id: small_picture(root / image_id, TWIN_PX)))


def sheet_page(sheet: ErrataSheet, style: str, picture_of: PictureOf) -> str:
    """Return the page.

    Args:
        sheet: what is wrong.
        style: the style sheet.
        picture_of: image_id -> small picture as a data address, None where there is none.
    """
    wrong = [one for one in sheet.errata if one.new_label]
    out = [one for one in sheet.errata if not one.new_label]
    left = [MOST_PICTURES]
    sections = {
        "overview": _overview(sheet, wrong, out),
        "labels": _groups("labels", "Wrong labels", wrong, sheet, picture_of, left),
        "out": _groups("out", "Left out", out, sheet, picture_of, left),
        "about": _about(sheet),
    }
    about = f"version <b>{text(sheet.version)}</b> · {counted(sheet.images, 'image')} · {text(sheet.split_sha256[:12])}"
    return framed(sheet.title, "errata sheet", about, sections, _NAVIGATION, style)


def _overview(sheet: ErrataSheet, wrong: list[Erratum], out: list[Erratum]) -> str:
    n = len(sheet.errata)
    if not n:
        found = f"<p class=finding>No given label was found wrong; {counted(sheet.judged, 'image')} judged.</p>"
        return section("overview", "Overview", found)
    several = sum(len(one.labels) > 1 for one in wrong)
    tiles = (
        (len(wrong) - several, "carry the wrong label"),
        (several, "show, or may show, several classes"),
        (len(out), "left out: of no class here, or of no use"),
        (sheet.judged, f"of {sheet.images:,} images judged by people"),
    )
    shown = "".join(f"<li><b>{number:,}</b> <span>{what}</span></li>" for number, what in tiles)
    splits = sorted({one.split for one in sheet.errata}, key=("train", "val", "test").index)
    by_split = listed([f"{sum(one.split == split for one in sheet.errata):,} of {split}" for split in splits])
    who = sorted({name for one in sheet.errata for name in one.reviewers})
    note = (
        f"<p class=note>{by_split}. Judged by {text(listed(who))}. These are the wrong labels that were looked at, "
        f"not all there may be: {percent(sheet.judged / sheet.images)} of the images were judged.</p>"
    )
    finding = f"<p class=finding>{counted(n, 'given label')} {'is' if n == 1 else 'are'} not right.</p>"
    return section("overview", "Overview", finding, f"<ul class=tiles>{shown}</ul>", note)


def _groups(
    anchor: str, title: str, errata: list[Erratum], sheet: ErrataSheet, picture_of: PictureOf, left: list[int]
) -> str:
    """Return a block for each pair of classes, most frequent first; nothing where there is none."""
    if not errata:
        return ""
    pairs: dict[tuple[str, ...], list[Erratum]] = {}
    for one in errata:
        pairs.setdefault((one.label, one.decision if len(one.labels) != 1 else "", *one.labels), []).append(one)
    order = sorted(pairs.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return section(anchor, title, *(_pair(own, sheet, picture_of, left) for _, own in order))


def _pair(errata: list[Erratum], sheet: ErrataSheet, picture_of: PictureOf, left: list[int]) -> str:
    first, classes = errata[0], list(sheet.classes)
    if first.labels:
        word = " or " if first.decision == "ambiguous" else " and "
        new = f"<b>{word}</b>".join(swatch(name, classes) for name in first.labels)
    else:
        new = f'<span class="class">{_REASONS.get(first.decision, text(first.decision))}</span>'
    head = f"<h3>{swatch(first.label, classes)}<b>&rarr;</b>{new} <span>{counted(len(errata), 'image')}</span></h3>"
    n = min(PICTURES, left[0])
    left[0] -= len(errata[:n])
    shown = "".join(_figure(one, picture_of) for one in errata[:n])
    names = "".join(f"<li>{file_name(one.image_id)}</li>" for one in errata[n:])
    rest = f"<details><summary>{len(errata) - n:,} more</summary><ul class=rest>{names}</ul></details>" if names else ""
    return f'<div class="pair">{head}<div class="shown">{shown}</div>{rest}</div>'


def _figure(one: Erratum, picture_of: PictureOf) -> str:
    shown = picture(picture_of(one.image_id), one.image_id, "the file can no longer be read")
    by = text(", ".join((one.split, *one.reviewers, one.time[:10])))
    return f'<figure><div class="picture">{shown}</div><figcaption>{by}{file_name(one.image_id)}</figcaption></figure>'


def _about(sheet: ErrataSheet) -> str:
    facts = [
        ("Data set", sheet.dataset),
        ("Version", sheet.version),
        ("Content hash", sheet.split_sha256),
        ("Classes", ", ".join(sheet.classes)),
        ("Licence of the images", sheet.licence or "not known"),
    ]
    unseen = (
        f"<p class=note>{counted(sheet.unseen, 'label')} of this version taken from models without a look; "
        "those are not listed here.</p>"
        if sheet.unseen
        else ""
    )
    return section("about", "About", pair_table(facts), unseen)
