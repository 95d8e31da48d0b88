"""What one architecture of an audit says of the images and of their given labels."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from curation.results.summary import Summary
from curation.scoring.scores import Ranking, area_under_margin, rank
from curation.workspace.folders import Workspace
from curation.workspace.names import slug
from curation.workspace.run_files import read_config
from models.arrays import FloatArray, IntArray
from models.errors import ErrataError
from models.figures.predictions import MARGINS, Predictions
from models.files.atomic import checked_name
from models.files.npy import read_array
from models.files.npz import Like, read_arrays
from models.files.schemas import AUDIT_AGAIN

_WITHOUT = "the audit goes on without what the training recorded"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ArchitectureResult:
    """What one architecture of an audit says of N images."""

    name: str
    slug: str  # its field in the FiftyOne dataset
    run_folder: Path
    predictions: Predictions
    ranking: Ranking  # of the given labels, by its predictions alone
    points: FloatArray | None = None  # (N, 2) its embeddings on the map; None: without embeddings, or not drawn yet
    members: tuple[str, ...] = ()  # the architectures that it combines; empty unless it is an ensemble or an average
    frozen: bool = False  # no label took part in its embeddings
    margin_quality: FloatArray | None = None  # (N,) area under the margin, NaN outside train; None: not recorded


def read_predictions(workspace: Workspace, summary: Summary) -> dict[str, tuple[Path, Predictions]]:
    """Return run folder and predictions of each architecture, by name; combinations come last.

    Raises:
        ErrataError: a file is missing or damaged.
    """
    names = sorted(summary.runs, key=lambda name: (name in summary.members, name))
    folders = {name: workspace.runs / checked_name("run", summary.runs[name]) for name in names}
    return {name: (folder, Predictions.load(folder / "predictions.npz")) for name, folder in folders.items()}


def architecture_results(
    predictions: Mapping[str, tuple[Path, Predictions]], summary: Summary, labels: IntArray
) -> tuple[ArchitectureResult, ...]:
    """Return what each architecture says, without its points on the map.

    Args:
        predictions: as `read_predictions` returns them.
        summary: of the audit.
        labels: given class indices, shape (N,).

    Raises:
        ErrataError: a file of a run is damaged.
    """
    return tuple(
        ArchitectureResult(
            name,
            slug(name, summary.version),
            folder,
            predicted,
            rank(labels, predicted.probs),
            members=(members := summary.members.get(name, ())),
            frozen=not members and _fits_heads(folder),
            margin_quality=_margin_quality(folder / MARGINS, len(labels)),
        )
        for name, (folder, predicted) in predictions.items()
    )


def points_file(folder: Path, slug: str) -> Path:
    """Return where an audit keeps the points of an architecture on the map."""
    return folder / f"map-{slug}.npy"


def load_points(file: Path) -> FloatArray:
    """Return the points of the images on the map, shape (N, 2).

    Raises:
        ErrataError: the file is missing or damaged.
    """
    return read_array(file, Like("numbers", ("N", 2), finite=True), AUDIT_AGAIN)


def _margin_quality(file: Path, n: int) -> FloatArray | None:
    """Return how N labels led while they were learned; None where nothing of these images is recorded."""
    if not file.exists():
        return None
    try:
        margins = read_arrays(file, like={"margins": Like("numbers", ("N",))}, advice=_WITHOUT)["margins"]
    except ErrataError as error:
        _log.warning("%s", error)
        return None
    return area_under_margin(margins) if len(margins) == n else None


def _fits_heads(run_folder: Path) -> bool:
    """Return whether a run fitted heads to a frozen backbone; False for predictions of unknown origin."""
    return "penalties" in read_config(run_folder).get("config", {})
