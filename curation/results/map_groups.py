"""By what the points of a map are coloured: groups of rows with a name each, or a value for each row."""

from dataclasses import dataclass

import numpy as np

from curation.datasets.rows import SPLITS
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.scoring.kinds import NAMES
from models.arrays import FloatArray, IntArray

COLOURS = ("label", "prediction", "label quality", "split", "kind")
QUALITY = "label quality"
FINE = "nothing found"  # of images that are of no kind


@dataclass(frozen=True)
class MapGroup:
    """Points of one colour."""

    name: str
    place: int  # of its colour, the same wherever that name is shown; -1: grey
    rows: IntArray  # (G,) drawn in this order


def map_groups(audit: Audit, one: ArchitectureResult, by: str) -> list[MapGroup]:
    """Return the groups of a colouring, every row in one of them; of `label quality` one, the suspicious drawn last.

    Args:
        audit: of N images.
        one: whose predictions count.
        by: of COLOURS.
    """
    rows = audit.rows
    if by == QUALITY:
        return [MapGroup(QUALITY, 0, np.argsort(-audit.consensus.label_quality, kind="stable"))]
    if by == "split":
        return [
            MapGroup(split, place, np.flatnonzero(rows.splits == split))
            for place, split in enumerate(SPLITS)
            if split in rows.splits
        ]
    if by == "kind":
        kinds = np.array(audit.findings.kinds.names())
        found = [(said, place) for place, (said, _) in enumerate(NAMES.values())]
        named = [MapGroup(said, place, np.flatnonzero(kinds == said)) for said, place in found]
        return [MapGroup(FINE, -1, np.flatnonzero(kinds == "")), *(own for own in named if len(own.rows))]
    codes = rows.labels if by == "label" else one.predictions.probs.argmax(1)
    return [MapGroup(name, place, np.flatnonzero(codes == place)) for place, name in enumerate(rows.classes)]


def qualities(audit: Audit, group: MapGroup) -> FloatArray:
    """Return the label quality of a group's points, shape (G,), in [0, 1], low = suspicious."""
    return np.asarray(audit.consensus.label_quality[group.rows], np.float32)
