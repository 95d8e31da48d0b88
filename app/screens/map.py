"""A data set as one architecture sees it: near means alike. Click for the image, draw around points to select them."""

from functools import partial
from pathlib import Path

import streamlit as st

from app.data_bar import audit_of, data_bar
from app.map_choice import Choice, choice
from app.map_figure import map_figure
from app.map_panel import many_images, nothing_chosen, one_image
from app.map_sides import Side, beside_choices, side_of
from app.picks import hear_picks
from app.state import choose_image, chosen_row
from curation.map_groups import COLOURS, QUALITY, map_groups, qualities
from curation.results import Audit

PURPOSE = "The map lays the images out by how alike a trained model finds them: wrong labels lie among other classes."
_CONFIG = {
    "scrollZoom": True,
    "displaylogo": False,
    "displayModeBar": True,
    "modeBarButtonsToRemove": ["toImage", "autoScale2d", "select2d", "zoom2d"],
}


def screen() -> None:
    """Show the screen."""
    for file in ("dataset.css", "review.css", "map.css"):
        st.html(Path(__file__).parents[1] / file)
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
        name = st.selectbox(
            "Map of", mapped, key="architecture", bind="query-params", label_visibility="collapsed", width=230
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
        beside = beside_choices(audit, str(name))
        hear_picks()
    st.fragment(_maps)(audit, str(name), str(by), beside)


def _maps(audit: Audit, name: str, by: str, beside: str) -> None:
    """Show one map or two, and what is chosen on them; a click runs this again and nothing else."""
    sides = [side for side in (side_of(audit, name, name), side_of(audit, beside, name) if beside else None) if side]
    left, right = st.columns([5, 2] if len(sides) == 1 else [4, 1], gap="medium")
    found: dict[str, tuple[Side, Choice]] = {}
    with left:
        for column, side in zip(st.columns(len(sides), gap="small"), sides, strict=True):
            with column:
                found[side.key] = (side, _map(side, by))
    with right, st.container(key="map-panel"):
        last = str(st.session_state.get("map.last", ""))
        _panel(audit, *found.get(last, found[sides[0].key]))


def _map(side: Side, by: str) -> Choice:
    groups = map_groups(side.audit, side.one, by)
    quality = qualities(side.audit, groups[0]) if by == QUALITY else None
    figure = map_figure(side.points, groups, quality)
    st.html(f"<h4>{side.title}</h4>")
    event = st.plotly_chart(
        figure,
        key=f"map.{side.key}-{by}",
        on_select=partial(st.session_state.__setitem__, "map.last", side.key),
        selection_mode=("points", "lasso"),
        config=_CONFIG,
        alt=f"Map of {len(side.points):,} images by {side.one.name}, coloured by {by}",
    )
    return choice(event["selection"], groups)


def _panel(audit: Audit, side: Side, chosen: Choice) -> None:
    if chosen.single is not None:
        choose_image(str(side.audit.rows.image_ids[chosen.single]))
        one_image(side.audit, chosen.single)
    elif len(chosen.rows):
        many_images(side.audit, chosen.rows, f"map of {side.one.name}")
    elif (row := chosen_row(audit)) is not None:
        one_image(audit, row)
    else:
        nothing_chosen(len(side.points))


screen()
