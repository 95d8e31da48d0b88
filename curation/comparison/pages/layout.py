"""The page of a comparison: its sections in their order."""

from typing import Any

from curation.comparison.pages.class_sections import calibration_section, classes_section, confusion_section
from curation.comparison.pages.cleaning_sections import changed_section, review_section
from curation.comparison.pages.columns import compared_section
from curation.comparison.pages.curve_plot import curves_section
from curation.comparison.pages.image_rows import BeforeOf, MapOf, PictureOf, images_section
from curation.comparison.pages.verdict_sections import contests_section, pairs_section
from curation.reports.frame import framed
from curation.reports.html import pair_table, section, text
from curation.words import counted

_NAVIGATION = {
    "compared": "Side by side",
    "contests": "The choice",
    "pairs": "Paired tests",
    "changed": "What cleaning changed",
    "review": "Curation",
    "classes": "Classes",
    "confusion": "Confusion",
    "calibration": "Calibration",
    "curves": "Learning curves",
    "images": "Where they differ",
    "settings": "Settings",
}


def comparison_page(
    figures: dict[str, Any], style: str, picture_of: PictureOf, map_of: MapOf, before_of: BeforeOf = lambda *_: None
) -> str:
    """Return the whole page.

    Args:
        figures: as `comparison_figures` returns them.
        style: the style sheet.
        picture_of: image_id -> small picture.
        map_of: image_id and place of a contestant -> the picture with its Grad-CAM.
        before_of: image_id and place of a contestant -> what the network saw that it started from.
    """
    sections = {
        "compared": compared_section(figures),
        "contests": contests_section(figures),
        "pairs": pairs_section(figures),
        "changed": changed_section(figures),
        "review": review_section(figures),
        "classes": classes_section(figures),
        "confusion": confusion_section(figures),
        "calibration": calibration_section(figures),
        "curves": curves_section(figures),
        "images": images_section(figures, picture_of, map_of, before_of),
        "settings": settings_section(figures),
    }
    versions = [f"<b>{text(own['version'])}</b>" for own in figures["versions"]]
    about = [
        counted(len(figures["contestants"]), "contestant"),
        f"tested on the labels {' and '.join(versions)}",
        f"written {figures['written'][:10]}",
    ]
    return framed(f"{figures['dataset']}: side by side", "comparison", " · ".join(about), sections, _NAVIGATION, style)


def settings_section(figures: dict[str, Any]) -> str:
    """Return how every contestant was trained and which files that was, so that it can be done again."""
    blocks = [_settings(one) for one in figures["contestants"]]
    versions = [("labels " + own["version"], own.get("sha256") or "as given") for own in figures["versions"]]
    boot = figures["bootstrap"]
    versions += [("bootstrap", f"{boot['draws']:,} samples, seed {boot['seed']}, intervals of {boot['level']:.0%}")]
    return section("settings", "Settings and hashes", pair_table(versions), *blocks)


def _settings(one: dict[str, Any]) -> str:
    facts: list[tuple[str, object]] = [
        ("runs", ", ".join(run["name"] for run in one["runs"])),
        ("network", one["variant"]),
        ("labels", f"{one['trained']} {one['split_sha256'] or ''}"),
        ("images learned from", f"{(one['images'] or {}).get('train', 0):,}"),
        ("test images with a twin among them", one["leaks"] if one["leaks"] is not None else "not known"),
    ]
    for part in ("config", "input", "versions"):
        facts += [(name.replace("_", " "), _plain(value)) for name, value in (one[part] or {}).items()]
    return f"<details><summary><h3>{text(one['title'])}</h3></summary>{pair_table(facts)}</details>"


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
