"""What one architecture of an audit says of the images and of their given labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from curation.results.summary import Summary
from curation.scoring.scores import Ranking, area_under_margin, rank
from curation.workspace.folders import Workspace
from curation.workspace.names import slug
from models.arrays import FloatArray, IntArray
from models.errors import ErrataError
from models.figures.predictions import MARGINS, Predictions
from models.files.atomic import checked_name, read_json
from models.files.npz import read_arrays


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
    try:
        points: FloatArray = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ErrataError(f"{file} is damaged ({error}); audit the data set again") from error
    return points


def _margin_quality(file: Path, n: int) -> FloatArray | None:
    """Return how N labels led while they were learned; None where that was not recorded, or of other images."""
    margins = read_arrays(file)["margins"] if file.exists() else np.zeros(0, np.float32)
    return area_under_margin(margins) if len(margins) == n else None


def _fits_heads(run_folder: Path) -> bool:
    """Return whether a run fitted heads to a frozen backbone; False for predictions of unknown origin."""
    config = run_folder / "config.json"
    return config.exists() and "penalties" in read_json(config).get("config", {})
