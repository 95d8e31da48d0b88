"""The map as a piece of HTML that map.js draws: points as packed whole numbers, a legend, and what moves it."""

import base64
import json
from collections.abc import Sequence
from html import escape

import numpy as np
import numpy.typing as npt

from curation.palette import PALETTE
from curation.results.map_groups import QUALITY, MapGroup
from models.arrays import FloatArray

SPAN = 65_535  # both axes run from 0 to this
GREY = "#8a8d91"
_STEPS = 32  # of label quality
# Orange = suspicious, blue = sound: told apart by every kind of colour vision, and seen on light and dark grounds.
_QUALITY = ((0.0, "d55e00"), (0.25, "e69f00"), (0.6, "8a9bb0"), (1.0, "41618f"))


def scaled(points: FloatArray) -> npt.NDArray[np.uint16]:
    """Return points of a map as whole numbers of 0..SPAN, shape (N, 2); distances mean the same both ways."""
    low, high = points.min(0), points.max(0)
    extent = float((high - low).max()) or 1.0
    middle = (low + high) / 2
    return np.asarray(np.rint(np.clip((points - middle) / extent + 0.5, 0, 1) * SPAN), np.uint16)


def drawn_order(groups: Sequence[MapGroup]) -> npt.NDArray[np.int64]:
    """Return the rows in the order in which they are drawn, shape (N,)."""
    return np.concatenate([group.rows for group in groups])


def map_html(
    side: int, key: str, points: npt.NDArray[np.uint16], groups: Sequence[MapGroup], by: str, quality: FloatArray
) -> str:
    """Return the map.

    Args:
        side: 0, or 1 of the map beside it; what is clicked names it.
        key: of the map, by which the page remembers where it was moved to.
        points: of all rows, shape (N, 2), in 0..SPAN.
        groups: the colours, every row in one of them.
        by: what they are, of `curation.results.map_groups.COLOURS`.
        quality: label quality of all rows, shape (N,).
    """
    order = drawn_order(groups)
    codes = np.repeat(np.arange(len(groups)), [len(group.rows) for group in groups])
    colours, names = [_colour(group) for group in groups], [group.name for group in groups]
    if by == QUALITY:
        codes = np.rint(quality[order] * (_STEPS - 1)).astype(np.int64)
        colours = [_mixed(step / (_STEPS - 1)) for step in range(_STEPS)]
        names = [f"{QUALITY} {step / (_STEPS - 1):.2f}" for step in range(_STEPS)]
    packed = np.concatenate([points[order, 0], points[order, 1], codes]).astype("<u2")
    legend = _scale(colours) if by == QUALITY else "".join(_entry(at, group) for at, group in enumerate(groups))
    return (
        f'<div class="er-map" data-side="{side}" data-key="{escape(key)}" data-by="{by}" data-count="{len(order)}" '
        f'data-points="{base64.b64encode(packed.tobytes()).decode()}" data-colours="{" ".join(colours)}" '
        f'data-names="{escape(json.dumps(names))}">'
        f'<div class="er-map-bar"><div class="er-map-legend">{legend}</div>'
        f'<div class="er-map-tools">{_TOOLS}</div></div>'
        f'<canvas tabindex="0" role="application" aria-label="Map of {len(order):,} images coloured by {by}: arrows '
        'move it, plus and minus zoom, 0 shows all, l takes the lasso"></canvas><div class="er-map-tip" hidden></div>'
        "</div>"
    )


def _entry(at: int, group: MapGroup) -> str:
    return (
        f'<button type="button" data-group="{at}" aria-pressed="true" title="Hide or show"><i style="background:'
        f'{_colour(group)}"></i>{escape(group.name)} <small>{len(group.rows):,}</small></button>'
    )


def _scale(colours: Sequence[str]) -> str:
    return (
        f'<span class="er-map-scale">{QUALITY} 0, suspicious <i style="background:linear-gradient(90deg,'
        f'{",".join(colours)})"></i> 1</span>'
    )


def _colour(group: MapGroup) -> str:
    return GREY if group.place < 0 else PALETTE[group.place % len(PALETTE)]


def _mixed(value: float) -> str:
    """Return the colour of a label quality."""
    at = [place for place, _ in _QUALITY]
    parts = np.array([[int(code[i : i + 2], 16) for i in (0, 2, 4)] for _, code in _QUALITY], np.float64)
    return "#" + "".join(f"{round(float(np.interp(value, at, parts[:, channel]))):02x}" for channel in range(3))


_TOOLS = "".join(
    f'<button type="button" data-do="{act}" title="{title}"{pressed}>{name}</button>'
    for act, name, title, pressed in (
        ("move", "Move", "Drag to move, turn the wheel to zoom", ' aria-pressed="true"'),
        ("lasso", "Lasso", "Draw around points; Shift and drag does so too", ' aria-pressed="false"'),
        ("home", "Show all", "The whole map again; so does a double click", ""),
    )
)
