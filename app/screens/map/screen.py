"""A data set as an architecture sees it: images near each other are alike. Points can be clicked and selected."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from app.html_parts.assets import TILES, run_script
from app.jobs.process import watch
from app.panels.data_bar import audit_of, data_bar
from app.panels.lists.filters import filter_choice, shown_rows
from app.panels.lists.judged import judged
from app.screens.map.address import clicked, drawn_groups, lassoed, place_of
from app.screens.map.canvas import map_html
from app.screens.map.image import image_panel, nothing_chosen
from app.screens.map.selection import kept_selections, selection_panel
from app.screens.map.sides import Side, beside_choice, side_of
from app.state import choose_image, chosen_row
from curation.results.audit import Audit
from curation.results.map_groups import COLOURS, map_groups
from curation.review.filters import Filters
from curation.review.judged import Judged

PURPOSE = (
    "The map places images that a trained model finds alike near each other: wrong labels lie among other classes."
)


@dataclass(frozen=True)
class _Colouring:
    """What the points of all maps show."""

    by: str  # of COLOURS
    filters: Filters
    verdicts: Judged


def screen() -> None:
    """Show the screen."""
    for style in (TILES, Path(__file__).with_name("screen.css")):
        st.html(style)
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="screen-bar-map")
    with bar:
        audit = audit_of(data_bar(), PURPOSE)
    if audit is None:
        return
    mapped = [architecture.name for architecture in audit.architectures if architecture.points is not None]
    if not mapped and watch(audit.folder).active:
        st.info("The map is drawn at the end of the audit, which is under way.")
        return
    if not mapped:
        st.info("No architecture of this audit has a map: its models left no embeddings. Audit again to get a map.")
        return
    with bar:
        name, by, beside = _choices(audit, mapped)
        filters = filter_choice()
    sides = [side for side in (side_of(audit, name, name), side_of(audit, beside, name)) if side]
    _maps(sides, by, filters, judged(audit))


def _choices(audit: Audit, mapped: list[str]) -> tuple[str, str, str]:
    """Show the choices and return them: the architecture, the colours, and what stands beside the map."""
    name = st.selectbox(
        "Map of", mapped, key="architecture", bind="query-params", label_visibility="collapsed", width=220
    )
    by = st.segmented_control(
        "Colour", COLOURS, default=COLOURS[0], required=True, key="colour", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    return str(name), str(by), beside_choice(audit, str(name))


def _maps(sides: list[Side], by: str, filters: Filters, verdicts: Judged) -> None:
    """Show one map or two, and beside them the clicked image or the selected images."""
    left, right = st.columns([5, 2] if len(sides) == 1 else [7, 2], gap="medium")
    panel = right.container(key="map-panel")
    shown = False
    with left:
        columns = st.columns(len(sides), gap="small")
        for place, column in enumerate(columns):
            with column:
                shown |= _map(sides, place, _Colouring(by, filters, verdicts), panel, shown)
        run_script(Path(__file__).with_name("screen.js"))
    if not shown:
        with panel:
            nothing_chosen(len(sides[0].audit.rows))
            kept_selections(sides[0].audit.name)


def _map(
    sides: list[Side], place: int, colouring: _Colouring, panel: "st.delta_generator.DeltaGenerator", shown: bool
) -> bool:
    """Show a map, and in the panel what is chosen on it; return whether anything is chosen.

    Args:
        sides: all maps.
        place: of this one among them.
        colouring: what the colours show, and which points are drawn.
        panel: beside the maps.
        shown: whether the panel shows an image already.
    """
    side, first = sides[place], sides[0].audit
    by, verdicts = colouring.by, colouring.verdicts
    groups = drawn_groups(
        map_groups(side.audit, side.architecture, by), shown_rows(colouring.filters, side.audit, verdicts)
    )
    row = clicked(st.query_params.get("at", ""), place, groups)
    if row is not None:
        choose_image(str(side.audit.rows.image_ids[row]))  # a click names a point, which depends on the colours
        st.query_params.pop("at", None)
    caught = lassoed(st.query_params.get("lasso", ""), place, side.points, groups)
    row = chosen_row(side.audit)
    st.html(Markup('<h3 class="er-map-title">{}</h3>').format(side.title))
    st.html(map_html(place, side.key, side.points, groups, by, side.audit))
    if row is not None and (at := place_of(row, groups)) is not None:
        st.html(f'<span class="er-map-mark" data-side="{place}" data-at="{at}"></span>')
    with panel:
        if caught is not None:
            selection_panel(first.name, side.audit, caught, f"map of {side.architecture.name}", verdicts)
        elif row is not None and not shown:
            versions = [(other.version, other.audit) for other in sides if other.audit is not side.audit]
            image_panel(side.audit, row, verdicts.of(str(side.audit.rows.image_ids[row])), versions)
    return row is not None or caught is not None


screen()
