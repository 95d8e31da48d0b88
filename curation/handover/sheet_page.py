"""The errata sheet as one page that needs nothing but itself: wrong labels with pictures, by pairs of classes."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from curation.decisions.verdicts import VERDICTS
from curation.handover.sheet import ErrataSheet, Erratum
from curation.reports.frame import Section, page, style_sheet
from curation.reports.pictures import TWIN_PX, small_picture
from curation.reports.templates import render
from models.files.atomic import write_text

PICTURES = 48  # shown of a pair of classes
MOST_PICTURES = 1_500  # in the page: about 6 MB
_STYLES = (Path(__file__).parents[1] / "reports" / "style.css", Path(__file__).with_name("sheet.css"))

PictureOf = Callable[[str], str | None]  # image_id -> data address


@dataclass(frozen=True)
class _Group:
    """Errata with the same given label and the same right ones."""

    errata: list[Erratum]
    pictures: int  # how many of them, from the first, are shown with a picture
    reason: str  # why they are of no class here; used where they have no label
    joined_by: str  # word between their classes, where they have several


def write_sheet_page(sheet: ErrataSheet, root: Path, path: Path) -> None:
    """Write the page, whole or not at all.

    Args:
        sheet: what is wrong.
        root: of the data set, where the images lie; those that are gone by now are shown without a picture.
        path: of the page.

    Raises:
        ErrataError: the file cannot be written.
    """
    write_text(path, sheet_page(sheet, style_sheet(*_STYLES), lambda image_id: small_picture(root / image_id, TWIN_PX)))


def sheet_page(sheet: ErrataSheet, style: str, picture_of: PictureOf) -> Markup:
    """Return the page.

    Args:
        sheet: what is wrong.
        style: the style sheet.
        picture_of: image_id -> small picture as a data address, None where there is none.
    """
    wrong = [erratum for erratum in sheet.errata if erratum.new_label]
    out = [erratum for erratum in sheet.errata if not erratum.new_label]
    wrong_groups = _groups(wrong, MOST_PICTURES)
    out_groups = _groups(out, MOST_PICTURES - sum(group.pictures for group in wrong_groups))

    def body(template: str, **values: object) -> Markup:
        return render(f"curation/handover/templates/sheet_{template}.html", sheet=sheet, **values)

    sections = [
        Section("overview", "Overview", body("overview", **_overview(sheet, wrong, out))),
        Section("labels", "Wrong labels", body("errata", groups=wrong_groups, picture_of=picture_of)),
        Section("out", "Left out", body("errata", groups=out_groups, picture_of=picture_of)),
        Section("about", "About", body("about")),
    ]
    return page(sheet.title, "errata sheet", body("meta"), sections, style)


def _overview(sheet: ErrataSheet, wrong: list[Erratum], out: list[Erratum]) -> dict[str, object]:
    several = sum(len(erratum.labels) > 1 for erratum in wrong)
    tiles = (
        (len(wrong) - several, "carry the wrong label"),
        (several, "show, or may show, several classes"),
        (len(out), "left out: of no class here, or of no use"),
        (sheet.judged, f"of {sheet.images:,} images judged by people"),
    )
    splits = Counter(erratum.split for erratum in sheet.errata)
    return {
        "tiles": [(f"{count:,}", unit) for count, unit in tiles],
        "splits": {split: splits[split] for split in ("train", "val", "test") if split in splits},
        "reviewers": sorted({name for erratum in sheet.errata for name in erratum.reviewers}),
    }


def _groups(errata: Iterable[Erratum], most_pictures: int) -> list[_Group]:
    """Return a group for each pair of classes, most frequent first, with at most so many pictures together."""
    pairs: dict[tuple[str, ...], list[Erratum]] = {}
    for erratum in errata:
        kind = erratum.decision if len(erratum.labels) != 1 else ""
        pairs.setdefault((erratum.label, kind, *erratum.labels), []).append(erratum)
    groups = []
    for _, alike in sorted(pairs.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        pictures = min(PICTURES, most_pictures, len(alike))
        most_pictures -= pictures
        decision = alike[0].decision
        known = VERDICTS.get(decision)  # a sheet from elsewhere may have other verdicts
        reason, joined_by = (known.removal, known.joined_by) if known else (decision, "and")
        groups.append(_Group(alike, pictures, reason, joined_by))
    return groups
