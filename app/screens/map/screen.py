"""A data set as one architecture sees it: near means alike. Click for the image, draw around points to select them."""

from pathlib import Path

import streamlit as st

from app.html_parts.picks import hear_picks
from app.html_parts.styles import TILES
from app.panels.data_bar import audit_of, data_bar
from app.screens.map.canvas import map_html
from app.screens.map.choice import clicked, lassoed, place_of
from app.screens.map.panel import many_images, nothing_chosen, one_image
from app.screens.map.selections import kept_selections
from app.screens.map.sides import Side, beside_choice, side_of
from app.state import choose_image, chosen_row
from curation.results.audit import Audit
from curation.results.map_groups import COLOURS, map_groups

PURPOSE = "The map lays the images out by how alike a trained model finds them: wrong labels lie among other classes."


def screen() -> None:
    """Show the screen."""
    for style in (TILES, Path(__file__).with_name("screen.css")):
        st.html(style)
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="screen-bar-map")
    with bar:
        audit = audit_of(data_bar(), PURPOSE)
    if audit is None:
        return
    mapped = [one.name for one in audit.architectures if one.points is not None]
    if not mapped:
        st.info("No architecture of this audit has a map: its models left no embeddings. Audit again to get one.")
        return
    with bar:
        name, by, beside = _choices(audit, mapped)
        hear_picks()
    _maps(audit, [side for side in (side_of(audit, name, name), side_of(audit, beside, name)) if side], by)


def _choices(audit: Audit, mapped: list[str]) -> tuple[str, str, str]:
    """Show what can be chosen and return it: the architecture, the colours, and what stands beside the map."""
    name = st.selectbox(
        "Map of", mapped, key="architecture", bind="query-params", label_visibility="collapsed", width=220
    )
    by = st.segmented_control(
        "Colour",
        COLOURS,
        default=COLOURS[0],
        required=True,
        key="colour",
        bind="query-params",
        label_visibility="collapsed",
    )
    return str(name), str(by), beside_choice(audit, str(name))


def _maps(audit: Audit, sides: list[Side], by: str) -> None:
    """Show one map or two, and beside them what is chosen."""
    left, right = st.columns([5, 2] if len(sides) == 1 else [7, 2], gap="medium")
    panel = right.container(key="map-panel")
    shown = False
    with left:
        columns = st.columns(len(sides), gap="small")
        for place, column in enumerate(columns):
            with column:
                shown |= _map(sides, place, by, panel, shown)
        script = Path(__file__).with_name("screen.js").read_text()
        st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)
    if not shown:
        with panel:
            nothing_chosen(len(audit.rows))
            kept_selections(sides[0].audit.name)


def _map(sides: list[Side], place: int, by: str, panel: "st.delta_generator.DeltaGenerator", shown: bool) -> bool:
    """Show a map, and in the panel what is chosen on it; return whether anything is."""
    side, first = sides[place], sides[0].audit
    groups = map_groups(side.audit, side.one, by)
    row = clicked(st.query_params.get("at", ""), place, groups)
    if row is not None:
        choose_image(str(side.audit.rows.image_ids[row]))  # the address says which image, whatever the colours
        st.query_params.pop("at", None)
    many = lassoed(st.query_params.get("lasso", ""), place, side.points, groups)
    row = chosen_row(side.audit)
    st.html(f'<h4 class="er-map-title">{side.title}</h4>')
    st.html(map_html(place, f"{side.key}", side.points, groups, by, side.audit.consensus.label_quality))
    if row is not None:
        st.html(f'<span class="er-map-mark" data-side="{place}" data-at="{place_of(row, groups)}"></span>')
    with panel:
        if many is not None:
            many_images(first.name, side.audit, many, f"map of {side.one.name}")
        elif row is not None and not shown:
            one_image(side.audit, row, [(one.version, one.audit) for one in sides if one.audit is not side.audit])
    return row is not None or many is not None


screen()
