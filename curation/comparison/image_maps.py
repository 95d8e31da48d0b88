"""Grad-CAM maps of trained runs: where they are kept, and the drawing of missing ones."""

from collections.abc import Sequence
from pathlib import Path

from curation.comparison.contestants import Contestant
from curation.results.cam_files import CamJob, cam_path
from models.arrays import Progress
from models.figures.predictions import NO_FOLD

Wanted = tuple[Contestant, str, str]  # the contestant, the image_id and the class of a map


def has_network(contestant: Contestant) -> bool:
    """Return whether Grad-CAM maps of a contestant can be drawn: an ensemble has no network of its own."""
    return (contestant.runs[0].folder / "checkpoint.safetensors").exists()


def map_file(contestant: Contestant, image_id: str, label: str) -> Path:
    """Return the file of the map of a contestant's first run for a class, drawn or not."""
    return cam_path(contestant.runs[0].folder, image_id, label)


def missing_maps(wanted: Sequence[Wanted]) -> list[Wanted]:
    """Return the maps that could be drawn and are not there yet."""
    return [
        (contestant, image_id, label)
        for contestant, image_id, label in wanted
        if has_network(contestant)
        and label in contestant.classes
        and not map_file(contestant, image_id, label).exists()
    ]


def draw_maps(root: Path, wanted: Sequence[Wanted], progress: Progress | None = None) -> None:
    """Draw the maps that are missing.

    Args:
        root: of the data set.
        wanted: the maps.
        progress: called with (done, total) networks.

    Raises:
        ErrataError: a checkpoint or an image cannot be read, or a network has no map of the image.
    """
    missing = missing_maps(wanted)
    contestants = {contestant.name: contestant for contestant, _, _ in missing}
    for done, (name, contestant) in enumerate(contestants.items()):
        from curation.training.cam import draw_cams

        if progress:
            progress(done, len(contestants))
        jobs = [_cam_job(root, *drawn) for drawn in missing if drawn[0].name == name]
        draw_cams(contestant.runs[0].folder, str(contestant.config["architecture"]), jobs)
    if progress and contestants:
        progress(len(contestants), len(contestants))


def _cam_job(root: Path, contestant: Contestant, image_id: str, label: str) -> CamJob:
    from models.images.decode import decode

    width, height = decode(root / image_id).size
    target = contestant.classes.index(label)
    return CamJob(root / image_id, (width, height), target, NO_FOLD, map_file(contestant, image_id, label))
