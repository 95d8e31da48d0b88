"""The map as HTML that `screen.js` draws: points as packed whole numbers, a legend, and the tools that move it."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from app.frame.served_pictures import PATH
from app.html_parts.templates import macros
from curation.palette import PALETTE
from curation.results.audit import Audit
from curation.results.map_groups import QUALITY, MapGroup
from models.arrays import FloatArray

HOVER_PX = 240  # longer side of the picture beside the mouse: twice what is shown
SPAN = 65_535  # both axes run from 0 to this
GREY = "#8a8d91"
NAMED = 24  # colours of the legend, three lines; colours repeat after a few, and the mouse names the class of a point
_STEPS = 32  # of label quality
# Orange = suspicious, blue = sound: people with colour blindness can tell them apart, on light and on dark grounds.
_QUALITY = ((0.0, "d55e00"), (0.25, "e69f00"), (0.6, "8a9bb0"), (1.0, "41618f"))
_HTML = macros(__file__)


@dataclass(frozen=True)
class _Colours:
    """How the points are coloured."""

    codes: npt.NDArray[np.int64]  # of each point in the order of drawing, shape (N,): its place in the lists
    colours: list[str]  # of CSS
    names: list[str]


def scaled(points: FloatArray) -> npt.NDArray[np.uint16]:
    """Return points of a map as whole numbers of 0..SPAN, shape (N, 2); both axes have the same scale."""
    points = points.astype(np.float64)  # the extent of a damaged map may be beyond float32
    low, high = points.min(0), points.max(0)
    extent = float((high - low).max()) or 1.0
    middle = (low + high) / 2
    return np.asarray(np.rint(np.clip((points - middle) / extent + 0.5, 0, 1) * SPAN), np.uint16)


def drawn_order(groups: Sequence[MapGroup]) -> npt.NDArray[np.int64]:
    """Return the rows in the order in which they are drawn, shape (N,)."""
    return np.concatenate([group.rows for group in groups])


def map_html(
    side: int, key: str, points: npt.NDArray[np.uint16], groups: Sequence[MapGroup], by: str, audit: Audit
) -> Markup:
    """Return the map.

    Args:
        side: 0, or 1 of the map beside it; a click names it.
        key: of the map, under which the page remembers its position.
        points: of all rows, shape (N, 2), in 0..SPAN.
        groups: the colours, every row that is drawn in one of them.
        by: what the colours show, of `curation.results.map_groups.COLOURS`.
        audit: whose images the points are; the mouse over a point shows its image, labels and label quality.
    """
    order, quality = drawn_order(groups), audit.consensus.label_quality
    coloured = _by_quality(quality[order]) if by == QUALITY else _by_group(groups)
    packed = np.concatenate([points[order, 0], points[order, 1], coloured.codes]).astype("<u2")
    return _HTML.map(
        side=side,
        key=key,
        by=by,
        count=len(order),
        span=np.maximum(np.ptp(points.astype(np.int64), axis=0), 1).tolist(),
        points=base64.b64encode(packed.tobytes()).decode(),
        facts=base64.b64encode(_facts(audit, order).tobytes()).decode(),
        classes=json.dumps(list(audit.rows.classes)),
        pictures=f"{PATH.removeprefix('/')}?{urlencode({'dataset': audit.name, 'px': HOVER_PX})}&row=",
        colours=coloured.colours,
        names=json.dumps(coloured.names),
        legend=None if by == QUALITY else _legend(groups),
        unnamed=max(0, len(groups) - NAMED),
    )


def _legend(groups: Sequence[MapGroup]) -> list[tuple[int, str, int, str]]:
    """Return place, name, number of images and colour of the groups, of many those with the most images."""
    largest = sorted(range(len(groups)), key=lambda place: -len(groups[place].rows))[:NAMED]
    return [(place, groups[place].name, len(groups[place].rows), _colour(groups[place])) for place in sorted(largest)]


def _facts(audit: Audit, order: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Return row, given label, suggested label and label quality in per cent of each point, shape (4, N)."""
    consensus = audit.consensus
    percent = np.rint(100 * consensus.label_quality[order])
    return np.stack([order, audit.rows.labels[order], consensus.suggested[order], percent]).astype("<u4")


def _by_group(groups: Sequence[MapGroup]) -> _Colours:
    codes = np.repeat(np.arange(len(groups)), [len(group.rows) for group in groups])
    return _Colours(codes, [_colour(group) for group in groups], [group.name for group in groups])


def _by_quality(quality: FloatArray) -> _Colours:
    """Return the colours of label qualities, shape (N,)."""
    steps = [step / (_STEPS - 1) for step in range(_STEPS)]
    codes = np.rint(quality * (_STEPS - 1)).astype(np.int64)
    return _Colours(codes, [_colour_of_quality(step) for step in steps], [f"{QUALITY} {step:.2f}" for step in steps])


def _colour(group: MapGroup) -> str:
    return GREY if group.place < 0 else PALETTE[group.place % len(PALETTE)]


def _colour_of_quality(value: float) -> str:
    stops = [stop for stop, _ in _QUALITY]
    parts = np.array([[int(code[i : i + 2], 16) for i in (0, 2, 4)] for _, code in _QUALITY], np.float64)
    return "#" + "".join(f"{round(float(np.interp(value, stops, parts[:, channel]))):02x}" for channel in range(3))
