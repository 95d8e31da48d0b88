"""What a transferred network saw before its transfer: the prediction and map of the run that it started from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from curation.comparison.contestants import Contestant
from curation.images.grey_ranges import grey_range_of
from curation.results.cam_files import CamJob, cam_path
from curation.results.trained import load_run
from models.arrays import FloatArray
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD
from models.files.atomic import write_json
from models.files.schemas import read_as


@dataclass(frozen=True)
class _Probs:
    """What a source said of an image, kept in its run folder."""

    probs: dict[str, float]  # class -> probability


@dataclass(frozen=True)
class SourceView:
    """An image as seen by the network that a contestant started from."""

    run: str
    label: str  # one of its classes, which may differ from those of the contestant
    confidence: float  # in [0, 1]
    cam: Path  # of its map for that class, drawn or not


def source_folder(contestant: Contestant) -> Path | None:
    """Return the folder of the run that a contestant's first seed started from; None where it is not a transfer."""
    name = contestant.config.get("init_from")
    folder = contestant.runs[0].folder.parent / str(name)
    return folder if name and (folder / "checkpoint.safetensors").exists() else None


def read_source_view(contestant: Contestant, image_id: str, label: str = "") -> SourceView | None:
    """Return what the source of a transfer saw; None where there is no source, or its prediction is not known yet.

    Args:
        contestant: the transferred network.
        image_id: of the image.
        label: the class of the map; the class that the source predicts where empty or unknown to it.
    """
    source = source_folder(contestant)
    if source is None or not (file := _probs_file(source, image_id)).exists():
        return None
    try:
        probs = read_as(file, _Probs).probs
    except ErrataError:
        return None
    if not probs:
        return None
    shown = label if label in probs else max(probs, key=lambda name: probs[name])
    return SourceView(source.name, shown, probs[shown], cam_path(source, image_id, shown))


def missing_source_views(contestant: Contestant, image_ids: Sequence[str], label: str = "") -> list[str]:
    """Return the images for which the prediction of the source is not known, or its map not drawn."""
    if source_folder(contestant) is None:
        return []
    views = {image_id: read_source_view(contestant, image_id, label) for image_id in image_ids}
    return [image_id for image_id, view in views.items() if view is None or not view.cam.exists()]


def draw_source_views(root: Path, contestant: Contestant, image_ids: Sequence[str], label: str = "") -> None:
    """Predict images by the network that a contestant started from and draw its maps, where they are missing.

    Args:
        root: of the data set.
        contestant: the transferred network; nothing happens where it is not a transfer.
        image_ids: of the images.
        label: as for `read_source_view`.

    Raises:
        ErrataError: its checkpoint or an image cannot be read.
    """
    source, missing = source_folder(contestant), missing_source_views(contestant, image_ids, label)
    if source is None or not missing:
        return
    from curation.training.cam import draw_cams
    from models.jobs.predict_files import predict_files

    paths = [root / image_id for image_id in missing]
    predicted = predict_files([source / "checkpoint.safetensors"], paths, grey_range=grey_range_of(paths[0]))
    for image_id, probs in zip(missing, predicted.probs, strict=True):
        write_json(_probs_file(source, image_id), {"probs": _named(predicted.classes, probs)})
    jobs = [
        _cam_job(path, predicted.classes, view)
        for path, image_id in zip(paths, missing, strict=True)
        if (view := read_source_view(contestant, image_id, label))
    ]
    architecture = str(load_run(source).config["architecture"])
    draw_cams(source, architecture, jobs)


def _cam_job(path: Path, classes: tuple[str, ...], view: SourceView) -> CamJob:
    from models.images.decode import decode

    width, height = decode(path).size
    return CamJob(path, (width, height), classes.index(view.label), NO_FOLD, view.cam)


def _named(classes: tuple[str, ...], probs: FloatArray) -> dict[str, float]:
    return {name: round(float(share), 6) for name, share in zip(classes, probs, strict=True)}


def _probs_file(source: Path, image_id: str) -> Path:
    return cam_path(source, image_id, "").with_suffix(".json")  # no class is called by the empty name
