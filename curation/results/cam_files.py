"""Where Grad-CAM maps are kept, and which belong to an image; light, so that screens find them without torch."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from models.figures.predictions import NO_FOLD
from models.images.grey_range import GreyRange


@dataclass(frozen=True)
class CamJob:
    """One map to draw: an image, a class, and the fold of the model to ask."""

    path: Path
    size_px: tuple[int, int]  # width and height as shown
    target: int  # class index
    fold: int  # the fold that held the image out; NO_FOLD: no model trained on it, that of fold 0 is used
    output: Path
    grey_range: GreyRange | None = None  # None: that of the folder of the image
    content: str = ""  # what the image was checked with; where it is given, another content is refused


def cam_path(run_folder: Path, image_id: str, label: str) -> Path:
    """Return where the map of an image for a class is kept; the run is part of it, since browsers cache by address."""
    name = hashlib.sha256(f"{image_id}\0{label}".encode()).hexdigest()[:24]
    return run_folder / "cams" / f"{name}.png"


def cam_pair(audit: Audit, architecture: ArchitectureResult, row: int) -> tuple[Path, Path]:
    """Return where the maps of an image for its given and for its suggested (or next best) class are kept."""
    image_id, classes = str(audit.rows.image_ids[row]), audit.rows.classes
    given, alternative = int(audit.rows.labels[row]), int(audit.alternatives()[row])
    folder = architecture.run_folder
    return cam_path(folder, image_id, classes[given]), cam_path(folder, image_id, classes[alternative])


def has_models(architecture: ArchitectureResult) -> bool:
    """Return whether the fold models of an architecture are there, so that maps can be drawn."""
    return (architecture.run_folder / "fold-0.safetensors").exists()


def cam_jobs(audit: Audit, architecture: ArchitectureResult, rows: Iterable[int]) -> list[CamJob]:
    """Return the two maps to draw for each row, by the model that did not train on the image."""
    fold, alternatives = architecture.predictions.fold, audit.alternatives()
    jobs = []
    for row in rows:
        held_out = NO_FOLD if fold is None else int(fold[row])
        width, height = (int(side) for side in audit.checked.sizes_px[row])
        targets = (int(audit.rows.labels[row]), int(alternatives[row]))
        path, content = audit.rows.path(row), str(audit.checked.contents[row])
        for target, output in zip(targets, cam_pair(audit, architecture, row), strict=True):
            jobs.append(CamJob(path, (width, height), target, held_out, output, content=content))
    return jobs
