"""The boxes of a detection field as images of their own, cut out as FiftyOne shows patches."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from curation.database import store
from curation.datasets.entries import TEST_FRACTION, Entry
from curation.words import counted
from curation.workspace.atomic_folder import atomic_folder
from models.arrays import Progress
from models.errors import ErrataError
from models.files.atomic import digest

METHOD = 1  # raised when a box is cut out otherwise


@dataclass(frozen=True)
class Box:
    """A labelled box in a photograph."""

    photo: str  # absolute path
    name: str  # of its image, below the root
    label: str
    split: str
    corners: tuple[float, float, float, float]  # left, top, width, height, in parts of the photograph


def read_boxes(dataset: Any, field: str, paths: Sequence[str], splits: Sequence[str], seed: int) -> list[Box]:
    """Return the labelled boxes of all samples; the boxes of a photograph share its split.

    Args:
        dataset: its N samples.
        field: of detections.
        paths: of the N photographs.
        splits: of the N; where all are "", a fifth of the photographs is drawn for test.
        seed: decides which.

    Raises:
        ErrataError: there is no box, or a box has no label.
    """
    labels, corners = store.read_values(dataset, [f"{field}.detections.{name}" for name in ("label", "bounding_box")])
    if not any(splits):
        splits = _drawn(len(paths), seed)
    root = Path(_common(paths))
    boxes = []
    for path, split, named, places in zip(paths, splits, labels, corners, strict=True):
        for number, (label, place) in enumerate(zip(named or (), places or (), strict=True)):
            if not label:
                raise ErrataError(f"box {number} of {path} in {field} has no label; label or remove it")
            inside = Path(path).relative_to(root)
            name = f"{inside.with_suffix('').as_posix()}{inside.suffix.replace('.', '-')}-box{number:03d}.png"
            boxes.append(Box(path, name, label, split, tuple(place)))
    if not boxes:
        raise ErrataError(f"FiftyOne dataset {dataset.name!r} has no box in {field}; name another field")
    return boxes


def cut_out(
    boxes: Sequence[Box], unpacked: Path, name: str, notices: list[str], progress: Progress | None = None
) -> tuple[Path, list[Entry]]:
    """Write each box as a PNG, whole or not at all, and return their folder and entries; on later calls nothing is cut.

    Args:
        boxes: of any photographs.
        unpacked: the folder of the workspace for images that lie in other files.
        name: of the data set.
        notices: gets a sentence on how the boxes were read.
        progress: told (boxes done, boxes).

    Raises:
        ErrataError: a photograph cannot be read, or no box lies in its photograph.
    """
    stamps = {box.photo: _stamp(box.photo) for box in boxes}
    places = [(box.name, box.photo, box.corners) for box in boxes]
    folder = unpacked / digest(METHOD, places, sorted(stamps.items()))[:8] / name
    inside = [box for box in boxes if _is_inside(box.corners)]
    if not inside:
        raise ErrataError(
            f"no box of {name!r} lies in its photograph: FiftyOne writes left, top, width, height in 0..1"
        )
    if not folder.exists():
        with atomic_folder(folder) as temporary:
            for done, box in enumerate(inside, 1):
                _cut(box, temporary / box.name)
                if progress:
                    progress(done, len(inside))
    said = (
        f"each of {counted(len(inside), 'box', 'boxes')} is an image, cut out of {counted(len(stamps), 'photograph')}"
    )
    without = f"; {counted(len(boxes) - len(inside), 'box', 'boxes')} of no area or outside are left out"
    notices.append(said + (without if len(inside) < len(boxes) else ""))
    return folder, [Entry(box.name, box.label, box.split) for box in inside]


def _cut(box: Box, target: Path) -> None:
    from PIL import Image, ImageOps

    try:
        with Image.open(box.photo) as opened:
            photo = ImageOps.exif_transpose(opened)
            target.parent.mkdir(parents=True, exist_ok=True)
            photo.crop(_pixels(box.corners, photo.size)).convert("RGB").save(target)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ErrataError(
            f"cannot cut {box.name} out of {box.photo} ({error}); repair or remove that sample"
        ) from error


def _pixels(corners: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom in pixels: all that a box touches, inside the photograph."""
    left, top, width, height = corners
    x, y = (
        min(max(math.floor(place * side + 1e-6), 0), side - 1) for place, side in zip((left, top), size, strict=True)
    )
    right, bottom = (
        min(max(math.ceil(place * side - 1e-6), start + 1), side)
        for place, side, start in zip((left + width, top + height), size, (x, y), strict=True)
    )
    return x, y, right, bottom


def _is_inside(corners: tuple[float, float, float, float]) -> bool:
    left, top, width, height = corners
    numbers = all(math.isfinite(place) for place in corners)
    return numbers and width > 0 and height > 0 and left < 1 and top < 1 and left + width > 0 and top + height > 0


def _drawn(n: int, seed: int) -> list[str]:
    test = set(np.random.default_rng(seed).permutation(n)[: max(1, round(n * TEST_FRACTION))].tolist())
    return ["test" if photo in test else "train" for photo in range(n)]


def _common(paths: Sequence[str]) -> str:
    import os

    return os.path.commonpath([Path(path).parent for path in paths])


def _stamp(path: str) -> tuple[int, int]:
    try:
        stat = Path(path).stat()
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; put it back or remove that sample") from error
    return stat.st_size, stat.st_mtime_ns
