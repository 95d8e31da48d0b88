"""The map as a figure: one trace a colour, drawn by the graphics card."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from curation.map_groups import QUALITY, MapGroup
from curation.palette import PALETTE
from models.arrays import FloatArray

GREY = "#8a8d91"
HEIGHT_PX = 590
# Orange = suspicious, blue = sound: told apart by every kind of colour vision, and seen on light and dark grounds.
_QUALITY = [[0, "#d55e00"], [0.25, "#e69f00"], [0.6, "#8a9bb0"], [1, "#41618f"]]


def map_figure(
    points: FloatArray, groups: Sequence[MapGroup], quality: FloatArray | None = None, ring: int | None = None
) -> dict[str, Any]:
    """Return the figure; point i of trace t is `groups[t].rows[i]`.

    Args:
        points: of the map, shape (N, 2).
        groups: the colours.
        quality: label quality of the only group's points, in its order, where that is the colour.
        ring: the row to draw a ring around, in a last trace that cannot be chosen.
    """
    size, opacity = _looks(len(points))
    traces = [_trace(points, group, size, opacity, quality) for group in groups]
    if ring is not None:
        traces.append(_ring(points[ring]))
    return {"data": traces, "layout": _layout(len(groups) > 1)}


def _looks(n: int) -> tuple[float, float]:
    """Return size in px and opacity of a point: smaller and fainter where there are many."""
    return (7, 0.85) if n <= 2_000 else (5, 0.8) if n <= 12_000 else (3.2, 0.7)


def _trace(
    points: FloatArray, group: MapGroup, size: float, opacity: float, quality: FloatArray | None
) -> dict[str, Any]:
    colour: Any = GREY if group.place < 0 else PALETTE[group.place % len(PALETTE)]
    marker: dict[str, Any] = {"size": size, "opacity": opacity, "color": colour}
    hover = "%{fullData.name}<extra></extra>"
    if quality is not None:
        bar = {
            "title": {"text": QUALITY, "side": "top"},
            "orientation": "h",
            "thickness": 8,
            "len": 0.35,
            "x": 0,
            "y": 1.0,
        }
        bar |= {"xanchor": "left", "yanchor": "bottom", "tickvals": [0, 0.5, 1]}
        marker |= {"color": quality, "colorscale": _QUALITY, "cmin": 0, "cmax": 1, "colorbar": bar}
        hover = "label quality %{marker.color:.2f}<extra></extra>"
    return {
        "type": "scattergl",
        "mode": "markers",
        "name": group.name,
        "x": np.ascontiguousarray(points[group.rows, 0], np.float32),
        "y": np.ascontiguousarray(points[group.rows, 1], np.float32),
        "marker": marker,
        "hovertemplate": hover,
        "selected": {"marker": {"opacity": 1, "size": size + 3}},
        "unselected": {"marker": {"opacity": 0.25}},
    }


def _ring(point: FloatArray) -> dict[str, Any]:
    return {
        "type": "scattergl",
        "mode": "markers",
        "x": [float(point[0])],
        "y": [float(point[1])],
        "marker": {"size": 17, "symbol": "circle-open", "color": "#d55e00", "line": {"width": 3}},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _layout(legend: bool) -> dict[str, Any]:
    axis = {"visible": False, "showgrid": False, "zeroline": False}
    return {
        "height": HEIGHT_PX,
        "margin": {"l": 0, "r": 0, "t": 46, "b": 0},
        "xaxis": axis,
        "yaxis": {**axis, "scaleanchor": "x"},  # distances mean the same both ways
        "showlegend": legend,
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemsizing": "constant"},
        "dragmode": "pan",  # with the lasso in hand a click chooses nothing
        "hovermode": "closest",
        "uirevision": "map",
    }
