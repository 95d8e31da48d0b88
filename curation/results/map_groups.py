"""The colours of the points on a map: named groups of rows, or a value for each row."""

from dataclasses import dataclass

import numpy as np

from curation.datasets.rows import SPLITS
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.scoring.kinds import NAMES
from models.arrays import IntArray

COLOURS = ("label", "prediction", "label quality", "split", "kind")
QUALITY = "label quality"
FINE = "nothing found"  # name of the group of images without trouble


@dataclass(frozen=True)
class MapGroup:
    """Points of one colour."""

    name: str
    place: int  # of its colour in the palette, the same wherever that name is shown; -1: grey
    rows: IntArray  # (G,) in the order in which they are drawn


def map_groups(audit: Audit, architecture: ArchitectureResult, by: str) -> list[MapGroup]:
    """Return the groups of a colouring; each row is in exactly one group.

    By `label quality` there is a single group, the most suspicious points drawn last.

    Args:
        audit: of N images.
        architecture: colours by its predictions.
        by: one of COLOURS.
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
        titles = [title for title, _ in NAMES.values()]
        groups = [MapGroup(title, place, np.flatnonzero(kinds == title)) for place, title in enumerate(titles)]
        return [MapGroup(FINE, -1, np.flatnonzero(kinds == "")), *(group for group in groups if len(group.rows))]
    codes = rows.labels if by == "label" else architecture.predictions.probs.argmax(1)
    return [MapGroup(name, place, np.flatnonzero(codes == place)) for place, name in enumerate(rows.classes)]
