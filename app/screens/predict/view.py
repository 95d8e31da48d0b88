"""What the models say about uploaded images, side by side, as HTML."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from app.html_parts.pictures import cam_picture, picture
from curation.results.likeness import NONE_FITS
from curation.training.predict import FileResult, Opinion
from curation.workspace.names import ORIGINAL

LARGE_PX = 520
CAM_PX = 320
SMALL_PX = 128


def result_html(one: FileResult, root: Path) -> str:
    """Return one image with the training images like it, and beside it a card for each model.

    Args:
        one: what is said of it.
        root: of the data set, where the training images lie.
    """
    name = escape(Path(one.file).name.partition("-")[2] or Path(one.file).name)
    if one.problem:
        return f'<div class="er-predicted"><div><h3>{name}</h3><p>{escape(one.problem)}</p></div></div>'
    width, height = one.size_px
    about = f"{width} × {height} px"  # noqa: RUF001
    left = (
        f'<div><img class="er-shown" src="{picture(Path(one.file), LARGE_PX)}" alt="{name}"><h3>{name}</h3>'
        f"<p><small>{about}</small></p>{_scope(one)}{_nearest(one, root)}</div>"
    )
    agreed = {said.top[0][0] for said in one.opinions}
    cards = "".join(_card(said, Path(one.file), len(agreed) > 1) for said in one.opinions)
    return f'<div class="er-predicted">{left}<div class="er-cards">{cards}</div></div>'


def _scope(one: FileResult) -> str:
    if one.fits_none:
        return (
            '<p class="er-note"><b>Perhaps none of these classes.</b> It lies further from them than nearly every '
            f"image that no model learned from (score {one.none_of_these:.2f} of 1).</p>"
        )
    if one.none_of_these is None:
        return "<p><small>Whether any class fits is not known: that takes 50 held-out images.</small></p>"
    return (
        f"<p><small>None of these classes: score {one.none_of_these:.2f} of 1; a warning from {NONE_FITS}.</small></p>"
    )


def _nearest(one: FileResult, root: Path) -> str:
    if not one.nearest:
        return ""
    images = "".join(
        f'<figure><img src="{picture(root / near.image_id, SMALL_PX)}" alt="{escape(near.image_id)}" '
        f'title="{escape(near.image_id)}, similarity {near.similarity:.2f}"><figcaption>{escape(near.label)}'
        "</figcaption></figure>"
        for near in one.nearest
    )
    said = "Most like these training images, with their given labels:"
    return f'<p><small>{said}</small></p><div class="er-like">{images}</div>'


def _card(said: Opinion, file: Path, disputed: bool) -> str:
    trained = "labels as given" if said.version == ORIGINAL else f"labels of {said.version}"
    bars = "".join(_bar(label, share, place == 0, disputed) for place, (label, share) in enumerate(said.top))
    source = cam_picture(file, Path(said.cam), CAM_PX) if said.cam else None
    why = f'<figure><img src="{source}" alt="Grad-CAM"><figcaption>why {escape(said.top[0][0])}</figcaption></figure>'
    return (
        f'<div class="er-card"><h4>{escape(said.model)}</h4><small>{escape(trained)}, {escape(said.about)}</small>'
        f'<div class="er-bars">{bars}</div>{why if source else ""}</div>'
    )


def _bar(label: str, share: float, first: bool, disputed: bool) -> str:
    kind = " er-given" if first and disputed else " er-other" if first else ""
    return (
        f'<div class="er-bar{kind}"><span title="{escape(label)}">{escape(label)}</span>'
        f'<span class="er-track"><span style="width:{share:.1%}"></span></span><span>{share:.0%}</span></div>'
    )


def summary(results: Sequence[FileResult]) -> str:
    """Return how many images there are, on how many the models differ, and how many fit no class."""
    read = [one for one in results if not one.problem]
    differ = sum(len({said.top[0][0] for said in one.opinions}) > 1 for one in read)
    none = sum(one.fits_none for one in read)
    figures = ((len(read), "images"), (differ, "on which the models differ"), (none, "perhaps of none of the classes"))
    cells = "".join(f"<div><b>{n:,}</b><span>{what}</span></div>" for n, what in figures)
    return f'<div class="er-counts">{cells}</div>'
