"""The images on which contestants differ, each with what every contestant sees in it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from curation.comparison.pages.columns import breakable, labels_name
from curation.reports.html import file_name, percent, picture, section, text
from curation.words import counted, listed

Figures = dict[str, Any]


class Seen(NamedTuple):
    """What a network predicted and looked at."""

    run: str
    label: str
    confidence: float  # in [0, 1]
    cam: str | None  # data address


PictureOf = Callable[[str], str | None]  # image_id -> data address
MapOf = Callable[[str, int], str | None]  # image_id, place of a contestant -> data address of its Grad-CAM

BeforeOf = Callable[[str, int], Seen | None]  # image_id, place of a contestant -> what its transfer started from saw

SHOWN = 12  # images on the page


def images_section(
    figures: Figures, picture_of: PictureOf, map_of: MapOf, before_of: BeforeOf = lambda *_: None
) -> str:
    """Return the images on which the contestants differ most surely, a row of contestants each."""
    lines = figures["differing"]
    if len(figures["contestants"]) < 2:
        return ""
    if not lines:
        return section("images", "Where they differ", "<p>Nowhere: all contestants predict the same classes.</p>")
    cards = "".join(image_row(figures, line, picture_of, map_of, before_of) for line in lines[:SHOWN])
    lead = (
        f"<p class=lead>The networks differ on <b>{counted(len(lines), 'image')}</b> of {figures['images']['n']:,}; "
        f"below, the {min(SHOWN, len(lines))} on which they do so most surely. Each column shows what one run (the "
        "lowest seed) predicts, how sure it is, and by Grad-CAM what speaks for that class. "
        f"✓ right by the {labels_name(figures['versions'][-1]['version'])}.</p>"
    )
    return section("images", "Where they differ", lead, f'<div class="image-rows">{cards}</div>')


def image_row(
    figures: Figures, line: Figures, picture_of: PictureOf, map_of: MapOf, before_of: BeforeOf = lambda *_: None
) -> str:
    """Return one image with its labels, and beside it what each contestant predicts; before a transfer and after."""
    shown = picture(picture_of(line["image_id"]), f"image {line['image_id']}", "file is gone")
    opinions = "".join(
        _before(before_of(line["image_id"], place), place)
        + _opinion(figures, line, place, map_of(line["image_id"], place))
        for place in range(len(line["predictions"]))
    )
    return (
        f'<div class="image-row"><figure><div class="frame">{shown}</div><figcaption>{_labels(line)}'
        f'{file_name(line["image_id"])}</figcaption></figure><div class="seen">{opinions}</div></div>'
    )


def _labels(line: Figures) -> str:
    """Return the given label, and those of other versions where they say something else."""
    lines = [f"<b>{text(line['given'])}</b> <small>given</small>"]
    for version, names in line["classes"].items():
        if names != [line["given"]]:
            lines.append(f"<b>{text(listed(names)).replace(' and ', ' or ')}</b> <small>{text(version)}</small>")
    return "".join(f"<span>{one}</span>" for one in lines)


def _opinion(figures: Figures, line: Figures, place: int, cam: str | None) -> str:
    own, last = line["predictions"][place], figures["versions"][-1]["version"]
    right = own["class"] in line["classes"][last]
    mark = '<i class="ok" title="right">✓</i>' if right else '<i class="bad" title="wrong">✗</i>'
    title = figures["contestants"][place]["title"]
    shown = picture(cam, f"what {title} looks at for {own['class']}", "no map drawn")
    return (
        f'<figure><div class="frame">{shown}</div><figcaption><span>{mark} <b>{text(own["class"])}</b> '
        f'{percent(own["confidence"], 0)}</span><small><i class="dot c{place % 8}"></i>{breakable(title)}</small>'
        "</figcaption></figure>"
    )


def _before(own: Seen | None, place: int) -> str:
    """Return what the network saw that a contestant started from; empty where it started from none."""
    if own is None:
        return ""
    shown = picture(own.cam, f"what {own.run} looks at for {own.label}", "no map drawn")
    return (
        f'<figure class="before"><div class="frame">{shown}</div><figcaption><span>before: <b>{text(own.label)}</b> '
        f'{percent(own.confidence, 0)}</span><small><i class="dot c{place % 8}"></i>{breakable(own.run)}</small>'
        "</figcaption></figure>"
    )
