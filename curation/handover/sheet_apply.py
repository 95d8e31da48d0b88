"""An errata sheet applied to somebody's copy of a data set: images found by content, the copy never changed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from curation.datasets.entries import Entry, checked_class
from curation.datasets.image_folder import read_folder
from curation.datasets.label_csv import read_csv
from curation.handover.sheet import ErrataSheet, Erratum
from curation.handover.tree import put, safe_name, targets, verify
from curation.images.unchanged import file_sha256
from curation.workspace.atomic_folder import atomic_folder
from models.arrays import Progress
from models.errors import ErrataError, unknown
from models.files.tables import write_csv
from models.processors.threads import cores, in_order

PLACING = ("copy", "hardlink")  # no symlinks: Errata reads no data set whose images lie outside it
APPLIED, RIGHT, DIFFERENT, NOT_FOUND = "applied", "already right", "different label there", "not found"


@dataclass(frozen=True)
class Corrected:
    """One image of the copy, after the sheet."""

    image_id: str  # path in the copy
    sha256: str
    split: str  # empty where the copy has none
    label: str  # as it is there
    new_label: str  # empty: of no class here, left out
    labels: tuple[str, ...]
    outcome: str  # APPLIED, RIGHT or DIFFERENT; empty where the sheet says nothing


@dataclass(frozen=True)
class Application:
    """What a sheet does to a copy."""

    root: Path
    images: tuple[Corrected, ...]  # of the copy, by image_id
    not_found: tuple[Erratum, ...]  # of the sheet

    def counts(self) -> dict[str, int]:
        """Return outcome -> how many; all four are there."""
        found = Counter(one.outcome for one in self.images)
        return {
            APPLIED: found[APPLIED],
            RIGHT: found[RIGHT],
            NOT_FOUND: len(self.not_found),
            DIFFERENT: found[DIFFERENT],
        }


def apply_sheet(sheet: ErrataSheet, source: Path, progress: Progress | None = None) -> Application:
    """Return what a sheet corrects in a copy of the data set; nothing is written.

    An image is found by the SHA-256 of its file. Its label there must be the one that the sheet calls wrong: where it
    is another, somebody changed it before, and it is left alone.

    Args:
        sheet: what is wrong.
        source: an image folder, or a CSV filepath,label[,split].
        progress: told (files read, files).

    Raises:
        ErrataError: the copy cannot be read, or has none of the images: it is another data set.
    """
    root, entries = _read(source)
    wanted: dict[str, list[Erratum]] = {}
    for one in sheet.errata:
        wanted.setdefault(one.sha256, []).append(one)
    images, found = [], set()
    sha256s = in_order(file_sha256, (root / entry.image_id for entry in entries), 2 * cores())
    for done, (entry, sha256) in enumerate(zip(entries, sha256s, strict=True), 1):
        images.append(_corrected(entry, sha256, wanted.get(sha256, [])))
        if sha256 in wanted:
            found.add(sha256)
        if progress:
            progress(done, len(entries))
    if sheet.errata and not found:
        raise ErrataError(
            f"none of the {len(sheet.errata)} images of this sheet are in {source}: it is the sheet of "
            f"{sheet.dataset!r}, another data set, or the images were converted"
        )
    return Application(root, tuple(images), tuple(one for one in sheet.errata if one.sha256 not in found))


def write_labels(applied: Application, path: Path) -> None:
    """Write the corrected labels of the copy as CSV: filepath (in the copy), label, split, labels, outcome.

    Raises:
        ErrataError: it would lie in the copy, or cannot be written.
    """
    _check_outside(applied, path)
    lines = (
        (image.image_id, image.new_label, image.split, image.labels, image.label, image.outcome)
        for image in applied.images
        if image.new_label
    )
    write_csv(path, ("filepath", "label", "split", "labels", "label_before", "outcome"), lines)


def write_corrected(applied: Application, folder: Path, files: str, progress: Progress | None = None) -> None:
    """Write the corrected copy as an image folder, whole or not at all; splits stay, as far as it has any.

    Args:
        applied: what the sheet does.
        folder: empty or absent, outside the copy.
        files: of PLACING.
        progress: told (files written, files).

    Raises:
        ErrataError: the folder lies in the copy, is not empty, cannot be written or the disk is full.
    """
    checked_placing(files)
    _check_outside(applied, folder)
    kept = [one for one in applied.images if one.new_label]
    wanted = [
        ("/".join(part for part in (one.split, safe_name(one.new_label)) if part), PurePosixPath(one.image_id).name)
        for one in kept
    ]
    places = targets(wanted, [one.image_id for one in kept])
    with atomic_folder(folder.expanduser().absolute()) as temporary:
        put(temporary, [applied.root / one.image_id for one in kept], places, files, progress)
        verify(temporary, places, [one.sha256 for one in kept])


def checked_placing(files: str) -> str:
    """Return how the images of a corrected copy are placed.

    Raises:
        ErrataError: there is no such way.
    """
    if files not in PLACING:
        raise unknown("way to place files", files, PLACING)
    return files


def _read(source: Path) -> tuple[Path, Sequence[Entry]]:
    """Return the folder of a copy and its images, by name."""
    path = source.expanduser().absolute()
    if path.is_file():
        root, entries = path.parent, read_csv(path)
    elif path.is_dir():
        root, entries = path, read_folder(path)
    else:
        raise ErrataError(f"no image folder or CSV at {source}; give where your copy of the data set lies")
    if not entries:
        raise ErrataError(f"no image in {source}; give the folder that holds SPLIT/CLASS or CLASS folders")
    return root, sorted(entry._replace(label=checked_class(entry.label)) for entry in entries)


def _corrected(entry: Entry, sha256: str, errata: Sequence[Erratum]) -> Corrected:
    same = (entry.image_id, sha256, entry.split, entry.label)
    if not errata:
        return Corrected(*same, entry.label, (entry.label,), "")
    by_label = [one for one in errata if one.label == entry.label]
    for one in sorted(by_label, key=lambda one: one.image_id != entry.image_id):  # its own entry before a copy's
        outcome = RIGHT if one.new_label == entry.label else APPLIED
        return Corrected(*same, one.new_label, one.labels, outcome)
    for one in errata:
        if entry.label in one.labels:
            return Corrected(*same, entry.label, one.labels, RIGHT)
    return Corrected(*same, entry.label, (entry.label,), DIFFERENT)


def _check_outside(applied: Application, path: Path) -> None:
    if path.expanduser().resolve().is_relative_to(applied.root.resolve()):
        raise ErrataError(f"{path} lies in {applied.root}, which is never changed; name a place outside it")
