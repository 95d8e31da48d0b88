"""The embedded data set `scenes`: drawn landscapes and towns, with wrong labels planted and recorded."""

import shutil
from collections.abc import Generator, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from curation.datasets.scenery.painter import blur, darken, draw_blend, draw_oddment, draw_scene, retake
from curation.workspace.atomic_folder import atomic_folder
from models.arrays import IntArray, Progress
from models.errors import ErrataError
from models.files.tables import write_csv
from models.processors.processes import processes
from models.processors.threads import cores

SCENE_CLASSES = ("buildings", "forest", "glacier", "mountain", "sea", "street")
TRUTH_COLUMNS = ("image_id", "split", "label", "true_label", "kind")

# Share of a split's images; at least one of each. A leak is a test image whose twin is in train.
PLANTED = {
    "flipped": 0.05,
    "ambiguous": 0.015,
    "no_class": 0.01,
    "near_duplicate": 0.015,
    "exact_duplicate": 0.01,
    "conflicting_duplicate": 0.005,
    "dark": 0.01,
    "blurred": 0.01,
    "leak": 0.01,
}
_COPIES = ("near_duplicate", "exact_duplicate", "conflicting_duplicate", "leak")
# The class that people confuse a class with: three flips in four go there, the rest to any class.
_LOOKALIKE = {
    "glacier": "mountain",
    "mountain": "glacier",
    "buildings": "street",
    "street": "buildings",
    "sea": "glacier",
    "forest": "mountain",
}
_SEEN_TOGETHER = {
    "buildings": ("street", "sea", "forest"),
    "forest": ("mountain", "sea", "buildings"),
    "glacier": ("mountain", "sea"),
    "mountain": ("glacier", "forest", "sea"),
    "sea": ("street", "mountain", "buildings"),
    "street": ("sea", "buildings"),
}
_SMALLEST, _SIZES_PX = 5, (32, 1024)
_PROCESSES_PAY_FROM = 200  # pictures: a process takes a second to start
_AT_A_TIME = 8  # pictures a process draws before it says so


@dataclass(frozen=True)
class Picture:
    """One image of the plan."""

    split: str
    label: str  # the folder it is filed under
    true_label: str  # what is drawn: a class, "a|b" or "" for none
    kind: str  # a key of PLANTED or "clean"
    source: int | None = None  # index in the plan of the picture this is a copy of
    image_id: str = ""


def draw_scenes(
    folder: Path,
    train_per_class: int = 300,
    test_per_class: int = 100,
    size_px: int = 128,
    seed: int = 0,
    progress: Progress | None = None,
) -> None:
    """Draw `folder/{train,test}/<class>/<number>.jpg` and `folder/truth.csv`.

    Args:
        folder: must be absent or empty; whole or absent afterwards.
        train_per_class: training images a class as given, at least 5.
        test_per_class: test images a class as given, at least 5.
        size_px: side of the square images, 32 to 1024.
        seed: the same seed draws the same bytes (with the same NumPy and Pillow on the same kind of processor).
        progress: called with images done and in all.

    Raises:
        ErrataError: a size is out of range, or the folder exists already or cannot be written.
    """
    for name, value in (("train_per_class", train_per_class), ("test_per_class", test_per_class)):
        if value < _SMALLEST:
            raise ErrataError(f"{name} is {value}; draw at least {_SMALLEST} images a class")
    if not _SIZES_PX[0] <= size_px <= _SIZES_PX[1]:
        raise ErrataError(f"size_px is {size_px}; choose {_SIZES_PX[0]} to {_SIZES_PX[1]}")
    if seed < 0:
        raise ErrataError(f"seed is {seed}; choose 0 or more")
    pictures = plan({"train": train_per_class, "test": test_per_class}, np.random.default_rng(seed))
    with atomic_folder(folder) as drawn:
        for place in {(drawn / picture.image_id).parent for picture in pictures}:
            place.mkdir(parents=True)
        _draw_all(drawn, pictures, size_px, seed, progress)
        _write_truth(drawn / "truth.csv", pictures)


def plan(per_class: dict[str, int], rng: np.random.Generator) -> list[Picture]:
    """Return all pictures with labels and names, before any is drawn; splits in order, train first."""
    pictures, sources = [], None
    while sources is None:
        pictures = _planted(per_class, rng)
        sources = _sources(pictures)  # in a small data set, a class may have kept no clean picture
    for index, possible in sources.items():
        source = int(rng.choice(possible))
        pictures[index] = replace(pictures[index], source=source, true_label=pictures[source].true_label)
    return _named(pictures, rng)


def _planted(per_class: dict[str, int], rng: np.random.Generator) -> list[Picture]:
    """Return all pictures, with errors of all kinds among them; copies have no source yet."""
    pictures: list[Picture] = []
    for split, count in per_class.items():
        pictures += [Picture(split, name, name, "clean") for name in SCENE_CLASSES for _ in range(count)]
    for split, count in per_class.items():
        members = [i for i, picture in enumerate(pictures) if picture.split == split]
        order = iter(rng.permutation(members))
        for kind, share in PLANTED.items():
            if kind != "leak" or split == "test":
                for _ in range(max(1, round(share * count * len(SCENE_CLASSES)))):
                    index = next(order)
                    pictures[index] = _plant(pictures[index], kind, rng)
    return pictures


def _plant(picture: Picture, kind: str, rng: np.random.Generator) -> Picture:
    """Return the picture with an error of that kind; the given label does not change."""
    label = picture.label
    if kind == "flipped":
        others = [name for name in SCENE_CLASSES if name != label]
        truth = _LOOKALIKE[label] if rng.random() < 0.75 else str(rng.choice(others))
        return replace(picture, kind=kind, true_label=truth)
    if kind == "ambiguous":
        return replace(picture, kind=kind, true_label="|".join(sorted((label, str(rng.choice(_SEEN_TOGETHER[label]))))))
    return replace(picture, kind=kind, true_label="" if kind == "no_class" else label)


def _sources(pictures: list[Picture]) -> dict[int, IntArray] | None:
    """Return place of each copy -> places of the clean pictures it may be of; None where a copy has none.

    They lie in its class, or in other classes if labels conflict.
    """
    clean: dict[tuple[str, str], list[int]] = {}  # split and class -> places
    for place, picture in enumerate(pictures):
        if picture.kind == "clean":
            clean.setdefault((picture.split, picture.label), []).append(place)
    listed: dict[tuple[str, str, bool], IntArray] = {}  # once for all copies of a kind and class: there are many
    sources = {}
    for place, picture in enumerate(pictures):
        if picture.kind in _COPIES:
            split = "train" if picture.kind == "leak" else picture.split
            what = (split, picture.label, picture.kind == "conflicting_duplicate")
            if what not in listed:
                labels = [name for name in SCENE_CLASSES if (name != picture.label) == what[2]]
                listed[what] = np.sort(np.array([i for name in labels for i in clean.get((split, name), ())], np.int64))
            sources[place] = listed[what]
    return sources if all(len(possible) for possible in sources.values()) else None


def _named(pictures: list[Picture], rng: np.random.Generator) -> list[Picture]:
    """Return the pictures with image_ids numbered in random order in their folder, so that names reveal nothing."""
    named = list(pictures)
    for split in dict.fromkeys(picture.split for picture in pictures):
        for label in SCENE_CLASSES:
            members = [i for i, picture in enumerate(pictures) if (picture.split, picture.label) == (split, label)]
            for number, index in enumerate(rng.permutation(members)):
                named[index] = replace(pictures[index], image_id=f"{split}/{label}/{number:05d}.jpg")
    return named


@dataclass(frozen=True)
class _Drawing:
    """One image file to write, as a process is told of it."""

    picture: Picture
    source: str  # image_id of the picture that this one is a copy of; empty where it is none
    seed: tuple[int, int]  # of the data set, and the place in the plan: the order of drawing does not matter


def _draw_all(folder: Path, pictures: list[Picture], size_px: int, seed: int, progress: Progress | None) -> None:
    """Draw the originals, then their copies, on all processors.

    Raises:
        ErrataError: a process was ended from outside.
    """
    drawings = [
        _Drawing(picture, "" if picture.source is None else pictures[picture.source].image_id, (seed, index))
        for index, picture in enumerate(pictures)
    ]
    originals = [drawing for drawing in drawings if not drawing.source]
    copies = [drawing for drawing in drawings if drawing.source]
    done = 0
    for batch in (originals, copies):
        with closing(_drawn(folder, batch, size_px)) as counts:  # at once, where the callback raises
            for _ in (each for count in counts for each in range(count)):
                done += 1
                if progress is not None:
                    progress(done, len(pictures))


def _drawn(folder: Path, drawings: Sequence[_Drawing], size_px: int) -> Generator[int]:
    """Draw all; yield how many were drawn whenever some are."""
    if len(drawings) < _PROCESSES_PAY_FROM:
        for drawing in drawings:
            yield _draw_some(folder, [drawing], size_px)
        return
    parts = [drawings[start : start + _AT_A_TIME] for start in range(0, len(drawings), _AT_A_TIME)]
    try:
        with processes(cores()) as pool:
            for future in as_completed([pool.submit(_draw_some, folder, part, size_px) for part in parts]):
                yield future.result()
    except BrokenProcessPool as error:
        raise ErrataError("a process that drew pictures was ended from outside; run the same command again") from error


def _draw_some(folder: Path, drawings: Sequence[_Drawing], size_px: int) -> int:
    for drawing in drawings:
        _draw(folder, drawing, size_px)
    return len(drawings)


def _draw(folder: Path, drawing: _Drawing, size_px: int) -> None:
    """Write one image file."""
    picture, rng = drawing.picture, np.random.default_rng(drawing.seed)
    target = folder / picture.image_id
    if not drawing.source:
        quality = int(rng.integers(84, 96))
        _original(picture, size_px, rng).save(target, quality=quality)
        return
    source = folder / drawing.source
    near_leak = picture.kind == "leak" and drawing.seed[1] % 2  # every second leak is a near duplicate
    if picture.kind == "near_duplicate" or near_leak:
        with Image.open(source) as image:
            retake(image.convert("RGB"), rng).save(target, quality=int(rng.integers(62, 84)))
    else:
        shutil.copyfile(source, target)


def _original(picture: Picture, size_px: int, rng: np.random.Generator) -> Image.Image:
    """Draw a picture that is not a copy."""
    if picture.kind == "no_class":
        return draw_oddment(size_px, rng)
    if picture.kind == "ambiguous":
        first, second = picture.true_label.split("|")
        return draw_blend(first, second, size_px, rng)
    image = draw_scene(picture.true_label, size_px, rng)
    spoil = {"dark": darken, "blurred": blur}.get(picture.kind)
    return image if spoil is None else spoil(image, rng)


def _write_truth(path: Path, pictures: list[Picture]) -> None:
    """Write the true label and the kind of each image, sorted by image_id."""
    ordered = sorted(pictures, key=lambda picture: picture.image_id)
    write_csv(path, TRUTH_COLUMNS, ([getattr(picture, column) for column in TRUTH_COLUMNS] for picture in ordered))
