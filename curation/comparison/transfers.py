"""What the network that a transfer started from sees in an image: before, to be held against after."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from curation.comparison.contestants import Contestant
from curation.results.cam_files import CamJob, cam_path
from models.arrays import FloatArray
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD
from models.files.atomic import read_json, write_json


@dataclass(frozen=True)
class Before:
    """An image as the network saw it that a contestant started from."""

    run: str
    label: str  # of its own classes, which may be others than those of the contestant
    confidence: float  # in [0, 1]
    cam: Path


def source_folder(one: Contestant) -> Path | None:
    """Return the folder of the run that a contestant's first seed started from; None where it started from none."""
    name = one.config.get("init_from")
    folder = one.runs[0].folder.parent / str(name)
    return folder if name and (folder / "checkpoint.safetensors").exists() else None


def read_before(one: Contestant, image_id: str, label: str = "") -> Before | None:
    """Return what was there before a transfer; None where there was none, or nobody asked for it yet.

    Args:
        one: the contestant.
        image_id: of the image.
        label: class to look for; the one it predicted itself where empty or not among its classes.
    """
    source = source_folder(one)
    if source is None or not (about := _about(source, image_id)).exists():
        return None
    try:
        probs: dict[str, float] = read_json(about)["probs"]
    except (ErrataError, KeyError):
        return None
    wanted = label if label in probs else max(probs, key=lambda name: probs[name])
    return Before(source.name, wanted, probs[wanted], cam_path(source, image_id, wanted))


def missing_before(one: Contestant, image_ids: Sequence[str], label: str = "") -> list[str]:
    """Return the images of which it is not known, or not drawn, what was there before a transfer."""
    if source_folder(one) is None:
        return []
    known = {image_id: read_before(one, image_id, label) for image_id in image_ids}
    return [image_id for image_id, own in known.items() if own is None or not own.cam.exists()]


def draw_before(root: Path, one: Contestant, image_ids: Sequence[str], label: str = "") -> None:
    """Ask the network that a contestant started from about images, and draw what it looks at, where that is missing.

    Args:
        root: of the data set.
        one: the contestant; nothing is done where it started from none.
        image_ids: which images.
        label: as for `read_before`.

    Raises:
        ErrataError: its checkpoint or an image cannot be read.
    """
    source, missing = source_folder(one), missing_before(one, image_ids, label)
    if source is None or not missing:
        return
    from curation.training.cam import draw_cams
    from models.jobs.predict_files import predict_files

    paths = [root / image_id for image_id in missing]
    said = predict_files([source / "checkpoint.safetensors"], paths)
    for image_id, probs in zip(missing, said.probs, strict=True):
        write_json(_about(source, image_id), {"probs": _named(said.classes, probs)})
    jobs = [
        _job(path, said.classes, before)
        for path, image_id in zip(paths, missing, strict=True)
        if (before := read_before(one, image_id, label))
    ]
    architecture = str(read_json(source / "config.json")["architecture"])
    draw_cams(source, architecture, jobs)


def _job(path: Path, classes: tuple[str, ...], before: Before) -> CamJob:
    from models.images.decode import decode

    width, height = decode(path).size
    return CamJob(path, (width, height), classes.index(before.label), NO_FOLD, before.cam)


def _named(classes: tuple[str, ...], probs: FloatArray) -> dict[str, float]:
    return {name: round(float(share), 6) for name, share in zip(classes, probs, strict=True)}


def _about(source: Path, image_id: str) -> Path:
    return cam_path(source, image_id, "").with_suffix(".json")  # no class is called by the empty name
