"""What the models say about uploaded images, side by side."""

from collections.abc import Sequence
from pathlib import Path

from markupsafe import Markup

from app.html_parts.bars import class_bar
from app.html_parts.pictures import cam_picture, picture
from app.html_parts.tables import Figure, figures
from app.html_parts.templates import macros
from curation.images.grey_ranges import grey_range_of
from curation.results.likeness import NONE_FITS
from curation.training.file_results import FileResult, Opinion
from curation.workspace.names import ORIGINAL
from models.images.grey_range import GreyRange

LARGE_PX = 520
CAM_PX = 320
SMALL_PX = 128
_HTML = macros(__file__)


def result_html(result: FileResult, root: Path) -> Markup:
    """Return an image with the training images like it, and beside it a card for each model.

    Args:
        result: of the image.
        root: of the data set, where the training images lie.
    """
    file = Path(result.file)
    name = file.name.partition("-")[2] or file.name
    if result.problem:
        return _HTML.unreadable(name, result.problem)
    grey_range = grey_range_of(root)  # the models saw the file by it
    disputed = len({opinion.top[0][0] for opinion in result.opinions}) > 1
    return _HTML.result(
        name=name,
        source=picture(file, LARGE_PX, grey_range),
        result=result,
        warns_from=NONE_FITS,
        nearest=[(neighbour, picture(root / neighbour.image_id, SMALL_PX)) for neighbour in result.nearest],
        known=[(copy, picture(root / copy.image_id, SMALL_PX)) for copy in result.known],
        cards=[_card(result, opinion, disputed, grey_range) for opinion in result.opinions],
    )


def _card(result: FileResult, opinion: Opinion, disputed: bool, grey_range: GreyRange | None) -> Markup:
    """Return what one model says; its class is in the colour of contradictions where the models differ.

    Where most likely no class fits, that is the first bar, and no class stands out.
    """
    labels = "labels as given" if opinion.version == ORIGINAL else f"labels of {opinion.version}"
    first_kind = "" if result.fits_none else "er-given" if disputed else "er-other"
    shares = result.shares(opinion)
    bars = [class_bar(label, share, first_kind if place == 0 else "") for place, (label, share) in enumerate(shares)]
    if result.fits_none and result.none_of_these is not None:
        bars.insert(0, class_bar("none of these", result.none_of_these, "er-given"))
    cam = cam_picture(Path(result.file), Path(opinion.cam), CAM_PX, grey_range) if opinion.cam else None
    return _HTML.card(opinion, labels, bars, cam)


def summary(results: Sequence[FileResult]) -> Markup:
    """Return how many images there are, on how many the models differ, and how many fit no class or are known."""
    read = [result for result in results if not result.problem]
    unread = len(results) - len(read)
    known = sum(bool(result.known) for result in read)
    differ = sum(len({opinion.top[0][0] for opinion in result.opinions}) > 1 for result in read)
    return figures(
        [
            Figure(len(read), "image" if len(read) == 1 else "images"),
            Figure(differ, "on which the models differ"),
            Figure(sum(result.fits_none for result in read), "perhaps of none of the classes"),
            *([Figure(known, "already in the data set")] if known else []),
            *([Figure(unread, "not read")] if unread else []),
        ]
    )
