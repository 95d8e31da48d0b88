"""The image problems of the report: a line for each check, and the worst pictures of each."""

from typing import Any

import numpy as np

from curation.images.problems import CHECKS
from curation.reports.audit.duplicates import TwinPictureOf
from curation.reports.html import file_name, picture, section, swatch, text
from curation.results.audit import Audit
from curation.words import counted, listed

_WORST = 12  # pictures shown, a check

NAMES = {
    "dark": "Dark",
    "light": "Light",
    "blurry": "Blurry",
    "low_information": "Nearly empty",
    "odd_aspect_ratio": "Odd shape",
    "odd_size": "Odd size",
    "grayscale": "Grey",
}


def problem_figures(audit: Audit) -> dict[str, Any] | None:
    """Return the flagged images of each check, lowest score first; None of an audit that did not look."""
    found, rows = audit.problems, audit.rows
    if found is None:
        return None
    checks = {}
    for column, check in enumerate(CHECKS):
        own = np.flatnonzero(found.flags[:, column])
        own = own[np.argsort(found.scores[own, column], kind="stable")]
        checks[check] = [
            {
                "row": int(row),
                "image_id": str(rows.image_ids[row]).encode("utf-8", "backslashreplace").decode("utf-8"),
                "label": rows.classes[rows.labels[row]],
                "split": str(rows.splits[row]),
                "size_px": audit.checked.sizes_px[row].tolist(),
                "score": round(float(found.scores[row, column]), 6),
            }
            for row in own
        ]
    return {"images": int(found.flags.any(1).sum()), "checks": checks, "common": found.common()}


def problems_section(figures: dict[str, Any], pictures: TwinPictureOf) -> str:
    """Return how many images each check flagged, and the worst of each; a line where there is none."""
    found = figures["problems"]
    if found is None:
        return ""
    common = _common(found["common"], figures["images"])
    if not found["images"]:
        return section(
            "problems", "Image problems", f"<p>None among {counted(figures['images'], 'image')}.</p>", common
        )
    flagged = {check: own for check, own in found["checks"].items() if own}
    counts = listed([f"{len(own):,} {NAMES[check].lower()}" for check, own in flagged.items()])
    lead = f"<p class=lead>{counted(found['images'], 'image')} of {figures['images']:,}: {counts}.</p>"
    blocks = [_block(check, own, figures["dataset"]["classes"], pictures) for check, own in flagged.items()]
    return section("problems", "Image problems", lead, common, *blocks)


def _common(common: dict[str, int], images: int) -> str:
    """Return a line on what is how the set is; nothing where nothing is."""
    if not common:
        return ""
    said = listed([f"{NAMES[check].lower()} ({n:,} of {images:,})" for check, n in common.items()])
    return f"<p class=note>Common in this set, and so not flagged: {said}.</p>"


def _block(check: str, own: list[dict[str, Any]], classes: list[str], pictures: TwinPictureOf) -> str:
    shown = "".join(_figure(check, one, classes, pictures) for one in own[:_WORST])
    rest = len(own) - _WORST
    more = f"<p class=note>{rest:,} more are in report.json.</p>" if rest > 0 else ""
    return f'<h3>{NAMES[check]} <span>{counted(len(own), "image")}</span></h3><div class="twins">{shown}</div>{more}'


def _figure(check: str, one: dict[str, Any], classes: list[str], pictures: TwinPictureOf) -> str:
    told = [one["split"]]
    if check.startswith("odd"):
        told.append("{} x {} px".format(*one["size_px"]))
    elif check != "grayscale":
        told.append(f"score {one['score']:.2f}")
    return (
        f"<figure>{picture(pictures(one['row']), one['image_id'], 'the file can no longer be read')}"
        f"<figcaption>{swatch(one['label'], classes)}<span class=note>{text(' · '.join(told))}</span>"
        f"{file_name(one['image_id'])}</figcaption></figure>"
    )
