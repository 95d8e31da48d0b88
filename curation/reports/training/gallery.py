"""The surest errors as pictures."""

from collections.abc import Callable
from typing import Any

from curation.reports.html import file_name, percent, picture, section, swatch
from curation.words import counted

PictureOf = Callable[[int], str | None]  # row -> data address


def errors_section(figures: dict[str, Any], picture_of: PictureOf) -> str:
    """Return the surest errors of each split; the first split open, the other folded."""
    classes = figures["classes"]
    blocks = [
        f"<details{' open' if place == 0 else ''}><summary><h3>{split}</h3> "
        f"<span>the {counted(len(errors), 'error')} with the highest confidence</span></summary>"
        f'<div class="gallery">{"".join(_card(one, classes, picture_of) for one in errors)}</div></details>'
        for place, (split, errors) in enumerate(figures["errors"].items())
    ]
    if not blocks:
        return ""
    several = len(figures["runs"]) > 1
    seeds = " Probabilities are means over the seeds; 2/3 seeds: two of three are wrong." if several else ""
    lead = (
        "<p class=lead>Images for which another class than the given label is predicted, surest first: the given "
        "label, → the predicted class with its probability, and that of the label. Some carry a "
        f"wrong label: <b>errata audit</b> ranks those by models that never saw them.{seeds}</p>"
    )
    return section("errors", "Surest errors", lead, *blocks)


def _card(one: dict[str, Any], classes: list[str], picture_of: PictureOf) -> str:
    seeds = f" · {one['wrong']}/{one['seeds']} seeds" if one["seeds"] > 1 else ""
    return (
        f'<figure><div class="picture">{picture(picture_of(one["row"]), one["image_id"], "the file cannot be read")}'
        f"</div><figcaption><span class=given>{swatch(one['label'], classes)}</span>"
        f"<span>→ {swatch(one['prediction'], classes)} <b>{percent(one['confidence'], 0)}</b></span>"
        f"<span class=soft>label {percent(one['label_probability'], 0)}{seeds}</span>"
        f"{file_name(one['image_id'])}</figcaption></figure>"
    )
