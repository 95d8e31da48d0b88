"""The images on which networks differ: for each image, what every network predicts and where it looks."""

from typing import Any

import streamlit as st

from app.html_parts.markdown import plain
from app.html_parts.pictures import cam_picture, picture
from app.jobs.drawing import Drawing, is_last_drawing, start_drawing
from app.jobs.process import watch
from app.panels.job import job_panel
from app.screens.compare.loaded import Compared
from app.screens.compare.sections import shown_html
from app.state import workspace
from curation.comparison.image_maps import map_file, missing_maps
from curation.comparison.pages.image_rows import Pictures, SourcePicture, image_row
from curation.comparison.pages.sections import labels_name
from curation.comparison.transfers import missing_source_views, read_source_view
from curation.training.cam_drawing import drawing_folder
from curation.words import counted

PAGE = 5  # images
PICTURE_PX = 280
PREDICTED = "what each predicts"
_WHICH = ("all differences", "only where labels changed")


def images_part(comparison: Compared, source: str) -> None:
    """Show one page of the images, and the button that draws the maps that are missing on it."""
    if len(comparison.board.contestants) < 2:
        st.info("One network alone cannot differ. Choose another one above, or none for all.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare-images-bar"):
        which = st.segmented_control("Images", _WHICH, default=_WHICH[0], required=True, key="compare.which")
        label = st.selectbox(
            "Grad-CAM for", [PREDICTED, *comparison.board.images.rows.classes], key="cam", bind="query-params",
            width=220,
            help="Maps for the same class make networks before and after a retraining comparable.",
        )  # fmt: skip
        lines = [line for line in comparison.figures["differing"] if which == _WHICH[0] or _changed(line)]
        st.space("stretch")
        pages = max(1, -(-len(lines) // PAGE))
        if st.session_state.get("compare.page", 1) > pages:
            st.session_state["compare.page"] = 1
        page = int(st.pagination(pages, key="compare.page", max_visible_pages=5) or 1) if pages > 1 else 1
    shown = lines[(page - 1) * PAGE : page * PAGE]
    st.caption(
        f"{counted(len(lines), 'image')} of {comparison.figures['images']['n']:,} on which the networks differ"
        f"{'' if which == _WHICH[0] else ', with a changed label'}, the surest first; "
        f"✓ = right by the {labels_name(comparison.board.versions[-1])}"
        f"{'' if label == PREDICTED else f'; the maps show what speaks for {plain(label)}'}"
    )
    if not shown:
        st.info("There is no such image.")
        return
    fixed = "" if label == PREDICTED else str(label)
    _draw_button(comparison, source, shown, fixed)
    st.html(shown_html("".join(_row(comparison, line, fixed) for line in shown)))


def _changed(line: dict[str, Any]) -> bool:
    return any(names != [line["given"]] for names in line["classes"].values())


def _row(comparison: Compared, line: dict[str, Any], label: str) -> str:
    path = comparison.board.images.rows.root / line["image_id"]

    def map_of(image_id: str, place: int) -> str | None:
        target = label or line["predictions"][place]["class"]
        return cam_picture(path, map_file(comparison.board.contestants[place], image_id, target), PICTURE_PX)

    def source_of(image_id: str, place: int) -> SourcePicture | None:
        view = read_source_view(comparison.board.contestants[place], image_id, label)
        if view is None:
            return None
        return SourcePicture(view.run, view.label, view.confidence, cam_picture(path, view.cam, PICTURE_PX))

    pictures = Pictures(lambda _: picture(path, PICTURE_PX), map_of, source_of)
    return image_row(comparison.figures, line, pictures)


def _draw_button(comparison: Compared, source: str, shown: list[dict[str, Any]], label: str) -> None:
    """Show the button that draws the missing maps, the progress of the drawing, or why it failed."""
    wanted = [
        (contestant, line["image_id"], label or line["predictions"][place]["class"])
        for line in shown
        for place, contestant in enumerate(comparison.board.contestants)
    ]
    image_ids = [line["image_id"] for line in shown]
    missing = [(contestant.name, image_id) for contestant, image_id, _ in missing_maps(wanted)]
    for contestant in comparison.board.contestants:
        missing += [(contestant.name, image_id) for image_id in missing_source_views(contestant, image_ids, label)]
    if not missing:
        return
    names = list(dict.fromkeys(name for name, _ in missing))
    images = list(dict.fromkeys(image_id for _, image_id in missing))
    drawing, dataset = Drawing(source, tuple(images), tuple(names), label), comparison.board.dataset
    folder = drawing_folder(workspace(), dataset)
    if is_last_drawing(workspace(), dataset, drawing) and job_panel(folder, "Grad-CAM", "compare.draw").active:
        return
    st.button(
        f"Draw {counted(len(missing), 'Grad-CAM map')}",
        icon=":material/thermostat:",
        key="compare.draw",
        disabled=watch(folder).active,  # maps of other images are being drawn
        on_click=start_drawing,
        args=(workspace(), dataset, drawing),
    )
