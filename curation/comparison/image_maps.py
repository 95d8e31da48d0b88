"""Grad-CAM maps of trained runs: where they are kept, and drawing those that are missing."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from curation.comparison.contestants import Contestant
from curation.results.cam_files import CamJob, cam_path
from models.arrays import Progress
from models.figures.predictions import NO_FOLD

Wanted = tuple[Contestant, str, str]  # whose first run looks, at which image_id, for which class


def can_look(one: Contestant) -> bool:
    """Return whether there is a network to look into: an ensemble has none of its own."""
    return (one.runs[0].folder / "checkpoint.safetensors").exists()


def map_file(one: Contestant, image_id: str, label: str) -> Path:
    """Return where the map of a contestant's first run for a class is kept, drawn or not."""
    return cam_path(one.runs[0].folder, image_id, label)


def missing_maps(wanted: Sequence[Wanted]) -> list[Wanted]:
    """Return the maps that could be drawn and are not there yet."""
    return [one for one in wanted if can_look(one[0]) and one[2] in one[0].classes and not map_file(*one).exists()]


def draw_maps(root: Path, wanted: Sequence[Wanted], progress: Progress | None = None) -> None:
    """Draw the maps that are missing.

    Args:
        root: of the data set.
        wanted: which.
        progress: told (done, total).

    Raises:
        ErrataError: a checkpoint or an image cannot be read, or a network has no map of the image.
    """
    missing = missing_maps(wanted)
    whose = {one.name: one for one, _, _ in missing}
    for done, (name, one) in enumerate(whose.items()):
        from curation.training.cam import draw_cams

        if progress:
            progress(done, len(whose))
        jobs = [_job(root, own) for own in missing if own[0].name == name]
        draw_cams(one.runs[0].folder, str(one.config["architecture"]), jobs)
    if progress and whose:
        progress(len(whose), len(whose))


def _job(root: Path, wanted: Wanted) -> CamJob:
    from models.images.decode import decode

    one, image_id, label = wanted
    width, height = decode(root / image_id).size
    target = int(np.flatnonzero(np.array(one.classes) == label)[0])
    return CamJob(root / image_id, (width, height), target, NO_FOLD, map_file(one, image_id, label))
