"""The page of a comparison, to read and share: one HTML file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from curation.comparison.board import Board
from curation.comparison.image_maps import map_file
from curation.comparison.pages.image_rows import Pictures, SourcePicture, images_section
from curation.comparison.pages.sections import (
    calibration_section,
    changed_section,
    classes_section,
    compared_section,
    confusion_section,
    contests_section,
    curves_section,
    pairs_section,
    review_section,
    section_body,
    settings_section,
)
from curation.comparison.transfers import read_source_view
from curation.reports.frame import Section, page, style_sheet
from curation.reports.pictures import opened_picture, overlaid_picture, small_picture
from curation.reports.training.write import STYLES as RUN_STYLES
from models.files.atomic import write_text

PICTURE_PX = 168
_OVERLAY_QUALITY = 70  # of JPEG, 0 to 100
STYLES = (*RUN_STYLES, Path(__file__).with_name("style.css"))


def write_page(board: Board, figures: dict[str, Any], output: Path) -> None:
    """Write a page that makes no request and runs no script.

    Args:
        board: the comparison.
        figures: as `comparison_figures` returns them.
        output: the file.

    Raises:
        ErrataError: the file cannot be written.
    """
    write_text(output, comparison_page(figures, style_sheet(*STYLES), drawn_pictures(board, figures)))


def comparison_page(figures: dict[str, Any], style: Markup, pictures: Pictures) -> Markup:
    """Return the whole page.

    Args:
        figures: as `comparison_figures` returns them.
        style: the style sheet.
        pictures: of the images on which the contestants differ.
    """
    title, about = f"{figures['dataset']}: side by side", section_body("about", figures)
    return page(title, "comparison", about, comparison_sections(figures, pictures), style)


def comparison_sections(figures: dict[str, Any], pictures: Pictures) -> list[Section]:
    """Return the sections of the page; those without anything to say are empty."""
    return [
        compared_section(figures),
        contests_section(figures),
        pairs_section(figures),
        changed_section(figures),
        review_section(figures),
        classes_section(figures),
        confusion_section(figures),
        calibration_section(figures),
        curves_section(figures),
        images_section(figures, pictures),
        settings_section(figures),
        *audit_sections(figures),
    ]


def audit_sections(figures: dict[str, Any]) -> list[Section]:
    """Return the section of the audit's architectures, where they stand beside trainings."""
    beside = figures.get("audit")
    return [replace(compared_section(beside), anchor="fold-models", short="Audit's")] if beside else []


def drawn_pictures(board: Board, figures: dict[str, Any]) -> Pictures:
    """Return the pictures of the images, each under the map that was drawn for the predicted class.

    Args:
        board: the comparison.
        figures: as `comparison_figures` returns them.
    """
    root = board.images.rows.root
    predictions = {image["image_id"]: image["predictions"] for image in figures["differing"]}

    def overlaid(image_id: str, cam_file: Path) -> str | None:
        image = opened_picture(root / image_id, PICTURE_PX) if cam_file.exists() else None
        return None if image is None else overlaid_picture(image, cam_file, _OVERLAY_QUALITY)

    def map_of(image_id: str, place: int) -> str | None:
        label = predictions[image_id][place]["class"]
        return overlaid(image_id, map_file(board.contestants[place], image_id, label))

    def source_of(image_id: str, place: int) -> SourcePicture | None:
        view = read_source_view(board.contestants[place], image_id)
        if view is None:
            return None
        return SourcePicture(view.run, view.label, view.confidence, overlaid(image_id, view.cam))

    return Pictures(lambda image_id: small_picture(root / image_id, PICTURE_PX), map_of, source_of)
