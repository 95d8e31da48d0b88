"""The images of a data set with their labels and splits, as its folder or table names them; no image is opened."""

from collections.abc import Sequence

from curation.datasets.catalog import DatasetSpec
from curation.datasets.entries import Entry, make_rows
from curation.datasets.finding import is_dir
from curation.datasets.folders.image_folder import read_folder
from curation.datasets.folders.label_from import read_names
from curation.datasets.packed.images import notices_of
from curation.datasets.rows import Rows
from curation.datasets.sampling import at_most
from curation.datasets.tables.class_names import numbered, with_names
from curation.datasets.tables.reading import read_table
from models.errors import ErrataError


def read_rows(spec: DatasetSpec, seed: int = 0) -> Rows:
    """Return the images of a data set with their labels and splits, ordered by image_id; no image is opened.

    Args:
        spec: as `find_dataset` returns it.
        seed: decides the splits where the source has none, and which images `max_train` keeps.

    Raises:
        ErrataError: the root is missing or cannot be read, a required split is missing, or names and labels do not
            make a data set (see `read_folder`, `read_table` and `make_rows`).
    """
    notices: list[str] = []
    return rows_of(spec, read_entries(spec, notices), seed, notices)


def read_entries(spec: DatasetSpec, notices: list[str] | None = None) -> list[Entry]:
    """Return the images of a data set as its folder or CSV names them.

    Args:
        spec: as `find_dataset` returns it.
        notices: gets a sentence for all that is read in a way that could be meant otherwise, and for what is left out.

    Raises:
        ErrataError: as `read_rows`, for the root and the names.
    """
    if not is_dir(spec.root):
        where = "" if spec.made_here else f", or set ERRATA_DATA to the folder that holds {spec.root.name!r}"
        name = spec.source if spec.packed else spec.name
        raise ErrataError(f"data set {spec.name!r} is not at {spec.root}: run `errata fetch {name}`{where}")
    notices = [] if notices is None else notices
    if spec.packed:
        notices += notices_of(spec.root)
    if spec.layout == "folder" and spec.label_from:
        return read_names(spec.root, spec.label_from, notices)
    if spec.layout == "folder":
        return read_folder(spec.root, notices)
    if spec.packed:
        return read_table(spec.root / spec.labels_csv)
    return read_table(spec.root / spec.labels_csv, "", spec.root, dict(spec.columns), notices)


def rows_of(spec: DatasetSpec, entries: Sequence[Entry], seed: int = 0, notices: Sequence[str] = ()) -> Rows:
    """Return the entries of a data set as rows, with the notices of their reader; `read_rows` says the rest."""
    if numbered([entry.label for entry in entries]) and spec.classes and not numbered(spec.classes):
        entries, said = with_names(entries, dict(enumerate(spec.classes)), f"{spec.name} in datasets.yaml")
        notices = (*notices, said)
    merges = dict(spec.merge_classes)
    rows = make_rows(spec.root, entries, spec.classes, spec.other_classes, seed, notices, merges)
    missing = [split for split in spec.splits if split not in rows.splits]
    if missing:
        raise ErrataError(
            f"data set {spec.name!r} has no {' and no '.join(missing)} images in {spec.root}; "
            f"add {missing[0]}/CLASS/*.jpg"
        )
    if spec.max_train is None:
        return rows
    keep = rows.splits != "train"
    train = ~keep
    keep[train] = at_most(rows.image_ids[train], rows.labels[train], spec.max_train, seed)
    return rows.where(keep)
