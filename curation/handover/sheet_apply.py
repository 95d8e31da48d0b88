"""An errata sheet applied to a copy of the data set: images are found by content, the copy is never changed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from curation.datasets.entries import Entry, checked_class
from curation.datasets.folders.image_folder import read_folder
from curation.datasets.tables.reading import read_table
from curation.handover.sheet import ErrataSheet, Erratum
from curation.handover.tree import below_class, checked_files, class_folders, put, targets, verify
from curation.images.unchanged import file_sha256
from curation.workspace.atomic_folder import atomic_folder
from models.arrays import Progress
from models.errors import ErrataError
from models.files.tables import write_csv
from models.processors.threads import cores, in_order

PLACING = ("copy", "hardlink")  # no symlinks: Errata reads no data set whose images lie outside it
APPLIED, RIGHT, DIFFERENT, NOT_FOUND = "applied", "already right", "different label there", "not found"


@dataclass(frozen=True)
class Corrected:
    """An image of the copy, with its label after the sheet is applied."""

    image_id: str  # path in the copy
    sha256: str
    split: str  # empty where the copy has none
    label: str  # as in the copy
    new_label: str  # empty: none of the classes, left out
    labels: tuple[str, ...]  # all right classes
    outcome: str  # APPLIED, RIGHT or DIFFERENT; empty for an image that is not on the sheet


@dataclass(frozen=True)
class Application:
    """The effect of a sheet on a copy."""

    root: Path
    images: tuple[Corrected, ...]  # of the copy, by image_id
    not_found: tuple[Erratum, ...]  # of the sheet

    def counts(self) -> dict[str, int]:
        """Return outcome -> images; all four outcomes are keys."""
        counts = Counter(image.outcome for image in self.images)
        return {
            APPLIED: counts[APPLIED],
            RIGHT: counts[RIGHT],
            NOT_FOUND: len(self.not_found),
            DIFFERENT: counts[DIFFERENT],
        }


def apply_sheet(sheet: ErrataSheet, source: Path, progress: Progress | None = None) -> Application:
    """Return the corrections of a sheet for a copy of the data set; nothing is written.

    Images are found by the SHA-256 of their files. A label is corrected only where it is the one that the sheet calls
    wrong; any other label was changed by somebody before, and stays.

    Args:
        sheet: the errata.
        source: an image folder, or a CSV filepath,label[,split].
        progress: told (files read, files).

    Raises:
        ErrataError: the copy cannot be read, or has none of the images: it is another data set.
    """
    root, entries = _read(source)
    merged = dict(sheet.merged)
    entries = [entry._replace(label=merged.get(entry.label, entry.label)) for entry in entries]
    errata_of: dict[str, list[Erratum]] = {}
    for erratum in sheet.errata:
        errata_of.setdefault(erratum.sha256, []).append(erratum)
    images, present = [], set()
    sha256s = in_order(file_sha256, (root / entry.image_id for entry in entries), 2 * cores())
    for done, (entry, sha256) in enumerate(zip(entries, sha256s, strict=True), 1):
        images.append(_corrected(entry, sha256, errata_of.get(sha256, [])))
        present.add(sha256)
        if progress:
            progress(done, len(entries))
    not_found = tuple(erratum for erratum in sheet.errata if erratum.sha256 not in present)
    if sheet.errata and len(not_found) == len(sheet.errata):
        raise ErrataError(
            f"{source} has none of the {len(sheet.errata)} images of this sheet: it is not a copy of "
            f"{sheet.dataset!r}, or its images were converted"
        )
    return Application(root, tuple(images), not_found)


def write_labels(application: Application, path: Path) -> None:
    """Write the corrected labels of the copy as CSV: filepath (in the copy), label, split, labels, outcome.

    Raises:
        ErrataError: the file would lie in the copy, or cannot be written.
    """
    _check_outside(application, path)
    rows = (
        (image.image_id, image.new_label, image.split, image.labels, image.label, image.outcome)
        for image in application.images
        if image.new_label
    )
    write_csv(path, ("filepath", "label", "split", "labels", "label_before", "outcome"), rows)


def write_corrected(application: Application, folder: Path, files: str, progress: Progress | None = None) -> None:
    """Write the corrected copy as an image folder, whole or not at all; the splits of the copy stay.

    Args:
        application: the corrections.
        folder: empty or absent, outside the copy.
        files: of PLACING.
        progress: told (files written, files).

    Raises:
        ErrataError: the folder lies in the copy, is not empty, cannot be written or the disk is full.
    """
    checked_files(files, PLACING)
    _check_outside(application, folder)
    images = [image for image in application.images if image.new_label]
    folder_of = class_folders(sorted({image.new_label for image in images}))
    folders = (
        "/".join(filter(None, (image.split, folder_of[image.new_label], *below_class(image.image_id, image.label))))
        for image in images
    )
    names = (PurePosixPath(image.image_id).name for image in images)
    wanted = list(zip(folders, names, strict=True))
    places = targets(wanted, [image.image_id for image in images])
    with atomic_folder(folder.expanduser().absolute()) as temporary:
        put(temporary, [application.root / image.image_id for image in images], places, files, progress)
        verify(temporary, places, [image.sha256 for image in images])


def _read(source: Path) -> tuple[Path, Sequence[Entry]]:
    """Return the folder of a copy and its images, by name."""
    path = source.expanduser().absolute()
    if path.is_file():
        root, entries = path.parent, read_table(path)
    elif path.is_dir():
        root, entries = path, read_folder(path)
    else:
        raise ErrataError(f"no image folder or CSV at {source}; give the place of your copy of the data set")
    if not entries:
        raise ErrataError(f"no image in {source}; give the folder that holds SPLIT/CLASS or CLASS folders")
    return root, sorted(entry._replace(label=checked_class(entry.label)) for entry in entries)


def _corrected(entry: Entry, sha256: str, errata: Sequence[Erratum]) -> Corrected:
    """Return an image of the copy as the errata for its content correct it."""
    as_found = (entry.image_id, sha256, entry.split, entry.label)
    if not errata:
        return Corrected(*as_found, entry.label, (entry.label,), "")
    same_label = [erratum for erratum in errata if erratum.label == entry.label]
    if same_label:  # of several copies, the one of the same name
        erratum = min(same_label, key=lambda erratum: erratum.image_id != entry.image_id)
        outcome = RIGHT if erratum.new_label == entry.label else APPLIED
        return Corrected(*as_found, erratum.new_label, erratum.labels, outcome)
    for erratum in errata:
        if entry.label in erratum.labels:
            return Corrected(*as_found, entry.label, erratum.labels, RIGHT)
    return Corrected(*as_found, entry.label, (entry.label,), DIFFERENT)


def _check_outside(application: Application, path: Path) -> None:
    if path.expanduser().resolve().is_relative_to(application.root.resolve()):
        raise ErrataError(f"{path} lies in {application.root}, which is never changed; name a place outside it")
