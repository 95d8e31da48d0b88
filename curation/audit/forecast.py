"""How long the first audit of a data set will take: by the finished audits of this workspace, else roughly."""

from dataclasses import dataclass
from statistics import median

import numpy as np

from curation.audit.config import DEFAULT_ARCHITECTURES
from curation.workspace.folders import Workspace
from curation.workspace.stages import read_records
from models.errors import ErrataError

START_S = 30.0  # torch, UMAP and FiftyOne are imported, code is compiled, the database starts
# Seconds an image on two cores, for photographs of 150 to 300 px a side; used for stages no finished audit has.
_FROZEN, _SMALL = DEFAULT_ARCHITECTURES
ROUGH_S = {
    "images": 0.001,
    "problems": 0.002,
    f"features {_FROZEN}": 0.008,
    "duplicates": 0.002,
    f"train {_FROZEN}": 0.001,
    f"pixels {_SMALL}": 0.0005,
    f"train {_SMALL}": 0.030,
    "judge": 0.003,
    f"map {_FROZEN}": 0.003,
    f"map {_SMALL}": 0.001,
    f"cams {_FROZEN}": 0.004,
    f"cams {_SMALL}": 0.001,
    "fiftyone": 0.003,
    "report": 0.001,
}


@dataclass(frozen=True)
class Forecast:
    """How long an audit with the default settings will take."""

    seconds: float
    audits: int  # finished ones that it was measured on; 0 = roughly, by a table


def forecast(workspace: Workspace, images: int) -> Forecast:
    """Return how long the audit of so many images will take with the default settings.

    The time of a stage is the median over the finished audits of this workspace that went through it.
    """
    measured: dict[str, list[float]] = {}
    audits = 0
    for folder in sorted(workspace.runs.glob("audit-*/")):
        rates = _rates(workspace, folder.name.removeprefix("audit-"))
        audits += bool(rates)
        for stage, seconds in rates.items():
            measured.setdefault(stage, []).append(seconds)
    an_image = sum(median(measured.get(stage, [rough])) for stage, rough in ROUGH_S.items())
    return Forecast(START_S + images * an_image, audits)


def _rates(workspace: Workspace, name: str) -> dict[str, float]:
    """Return the seconds an image of each stage of a finished audit that is one of the default settings, too."""
    folder = workspace.runs / f"audit-{name}"
    try:
        with np.load(folder / "rows.npz") as arrays:
            images = len(arrays["labels"])
        records = read_records(folder)
    except (OSError, ValueError, KeyError, TypeError, ErrataError):  # unfinished or damaged: it tells nothing
        return {}
    return {stage: records[stage].seconds / images for stage in ROUGH_S if images and stage in records}
