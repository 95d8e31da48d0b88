"""The most suspicious images of the report, a card each."""

from collections.abc import Callable
from typing import Any

from curation.reports.html import file_name, percent, picture, section, swatch, text
from curation.reports.pictures import SuspectPictures
from curation.words import counted

SuspectPicturesOf = Callable[[int], SuspectPictures]  # row -> what is shown of it


def suspects_section(figures: dict[str, Any], pictures: SuspectPicturesOf) -> str:
    """Return the most suspicious images of every split as cards."""
    classes = figures["dataset"]["classes"]
    intro = (
        "<p class=lead>Ordered by <b>label quality</b>, the probability that all voters together give the given "
        "label, less for images like none of the classes: low = suspicious. The maps (Grad-CAM) are bright where an "
        "architecture sees what speaks for that "
        "class; each is scaled to its own maximum: brightness compares places within one map, and "
        "all grey means that no place speaks for it. These are images to look at, not errors found.</p>"
    )
    parts = [_split(figures, split, classes, pictures) for split in figures["suspects"]]
    return section("suspects", "Most suspicious images", intro, *parts)


def _split(figures: dict[str, Any], split: str, classes: list[str], pictures: SuspectPicturesOf) -> str:
    shown, about = figures["suspects"][split], figures["splits"][split]
    better, images = about["other_label_fits_better"], about["images"]
    fits = sum(one["suggested_label"] == one["label"] for one in shown)
    agreed = f" For {fits} of them the given label still fits best." if fits else ""
    cards = "".join(_card(one, classes, pictures(one["row"])) for one in shown)
    return (
        f'<details open id="suspects-{split}"><summary><h3>{split.capitalize()} split</h3> '
        f"<span>another label fits better for {better:,} of {counted(images, 'image')}; the first {len(shown)} are "
        f"shown.{agreed}</span></summary>{cards}</details>"
    )


def _card(one: dict[str, Any], classes: list[str], pictures: SuspectPictures) -> str:
    label, suggested, quality = one["label"], one["suggested_label"], one["label_quality"]
    if suggested == label:
        verdict = f"given label fits best, {percent(one['confidence'], 0)}; next: {swatch(one['alternative'], classes)}"
    else:
        verdict = f"{swatch(suggested, classes)} {percent(one['confidence'], 0)}"
    opinions = "".join(
        _opinion(name, opinion, one, classes, pictures.overlays.get(name, (None, None)))
        for name, opinion in one["architectures"].items()
    )
    return (
        f'<article class="card"><div class="rank">{one["rank"]}</div>'
        f'<div class="picture">{picture(pictures.picture, one["image_id"], "the file can no longer be read")}</div>'
        f'<dl class="facts"><dt>given label</dt><dd class="given">{swatch(label, classes)}</dd>'
        f'<dt>suggested label, confidence</dt><dd class="suggested">{verdict}</dd>'
        f"<dt>label quality</dt><dd>{_quality(quality)}</dd>"
        f"<dt>{text(one['kind']) or 'voters'}</dt><dd class=why>{text(one['why'])}</dd>"
        f"<dt>image</dt><dd>{file_name(one['image_id'])}</dd></dl>"
        f'<div class="opinions">{opinions}</div></article>'
    )


def _quality(value: float) -> str:
    """Return the number with its place between 0 and 1."""
    return f'<span class="quality"><b>{value:.2f}</b><i><u style="left:{100 * value:.0f}%"></u></i></span>'


def _opinion(
    name: str, opinion: dict[str, Any], one: dict[str, Any], classes: list[str], overlays: tuple[str | None, str | None]
) -> str:
    """Return what one architecture predicts and where it looks for the given and for the alternative class."""
    given = f"given label {percent(opinion['label_probability'], 0)}"
    maps = ""
    if any(overlays):
        shown = zip((one["label"], one["alternative"]), overlays, ("label", "alternative"), strict=True)
        maps = "".join(
            f"<figure>{picture(address, f'Grad-CAM of {name} for {target}', 'no map')}"
            f"<figcaption>for {text(target)} <b>{percent(opinion[f'{key}_probability'], 0)}</b></figcaption></figure>"
            for target, address, key in shown
        )
    return (
        f'<div class="opinion"><h4>{text(name)}</h4><p>predicts {swatch(opinion["prediction"], classes)} '
        f"{percent(opinion['confidence'], 0)}<br>{given}</p>"
        f'<div class="maps">{maps or "<span class=none>no Grad-CAM map drawn</span>"}</div></div>'
    )
