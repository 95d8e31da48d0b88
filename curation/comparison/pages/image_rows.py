"""The images on which contestants differ, each with what every contestant predicts and looks at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from curation.comparison.pages.sections import Figures, section_body
from curation.reports.frame import Section

SHOWN = 12  # images on the page
_OPEN = 4  # of these, not folded


@dataclass(frozen=True)
class SourcePicture:
    """What the network that a contestant started from predicted and looked at."""

    run: str
    label: str
    confidence: float  # in [0, 1]
    cam: str | None  # data address of the image under its map


PictureOf = Callable[[str], str | None]  # image_id -> data address
MapOf = Callable[[str, int], str | None]  # image_id, place of a contestant -> data address of its Grad-CAM
SourceOf = Callable[[str, int], SourcePicture | None]  # image_id, place of a contestant -> its source, of a transfer


@dataclass(frozen=True)
class Pictures:
    """Where the pictures of image rows come from; by default nothing is drawn."""

    picture_of: PictureOf = lambda _: None
    map_of: MapOf = lambda *_: None
    source_of: SourceOf = lambda *_: None


def images_section(figures: Figures, pictures: Pictures) -> Section:
    """Return the images on which the contestants differ most surely, a row for each."""
    rows = [image_row(figures, image, pictures) for image in figures["differing"][:SHOWN]]
    return Section("images", "Where they differ", section_body("images", figures, rows=rows, open=_OPEN))


def image_row(figures: Figures, image: dict[str, Any], pictures: Pictures) -> Markup:
    """Return one image with its labels, and beside it what each contestant predicts; of a transfer also its source.

    Args:
        figures: as `comparison_figures` returns them.
        image: one of `figures["differing"]`.
        pictures: of the image and of the maps.
    """
    image_id = image["image_id"]
    opinions = [
        (prediction, contestant["title"], pictures.map_of(image_id, place), pictures.source_of(image_id, place))
        for place, (prediction, contestant) in enumerate(zip(image["predictions"], figures["contestants"], strict=True))
    ]
    return section_body(
        "image_row",
        figures,
        image=image,
        picture=pictures.picture_of(image_id),
        opinions=opinions,
        right=image["classes"][figures["versions"][-1]["version"]],
    )
