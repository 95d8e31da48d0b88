"""What was clicked or lassoed on a map, as rows of the data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from curation.map_groups import MapGroup
from models.arrays import IntArray


@dataclass(frozen=True)
class Choice:
    """One image, or many."""

    rows: IntArray  # (S,) ascending
    lasso: bool  # many were meant, even where the lasso caught one

    @property
    def single(self) -> int | None:
        """The image that was clicked, None where none or many were chosen."""
        return int(self.rows[0]) if len(self.rows) == 1 and not self.lasso else None


def choice(selection: Mapping[str, Any], groups: Sequence[MapGroup]) -> Choice:
    """Return what the chart says is selected; points of other traces than the groups' do not count.

    Args:
        selection: of `st.plotly_chart`.
        groups: as the figure was made from.
    """
    found = [
        int(groups[point["curve_number"]].rows[point["point_index"]])
        for point in selection.get("points", [])
        if point.get("curve_number", -1) in range(len(groups))
        and point.get("point_index", -1) in range(len(groups[point["curve_number"]].rows))
    ]
    return Choice(np.unique(np.array(found, np.int64)), bool(selection.get("lasso")))
