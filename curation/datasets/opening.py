"""A data set by the name that a person gives: of the catalogue, of an audit or a FiftyOne dataset, or a path."""

from collections.abc import Mapping
from pathlib import Path

from curation.datasets.catalog import DatasetSpec, load_catalog
from curation.datasets.fetch import draw_or_unpack
from curation.datasets.finding import find_dataset, source_of
from curation.datasets.folders.label_from import checked_pattern
from curation.datasets.packed.source import PREFIXES
from curation.datasets.read_rows import read_rows
from curation.datasets.rows import Rows
from curation.datasets.tables.chosen_columns import LABEL_FROM, note_columns
from curation.datasets.tables.reading import SUFFIXES as TABLE_SUFFIXES
from curation.datasets.tables.reading import check_columns
from curation.workspace.folders import Workspace
from curation.workspace.names import audited
from models.arrays import Progress
from models.errors import ErrataError

FIFTYONE = "fiftyone:"
KINDS = (FIFTYONE, *PREFIXES)  # beginnings of names that are neither names of data sets nor paths


def source_to_audit(name: str, workspace: Workspace) -> str:
    """Return the path or FiftyOne dataset that an audit read, if the name is only that of an audit; else the name.

    Names of the catalogue come first, then existing paths, then names of audits.

    Raises:
        ErrataError: that audit's config.json is damaged.
    """
    if name.startswith(FIFTYONE) or name in load_catalog() or _is_there(name) or name not in audited(workspace):
        return name
    return source_of(workspace, name) or name


def _is_there(name: str) -> bool:
    try:
        return Path(name).expanduser().exists()
    except OSError:  # too long for a path; find_dataset gives the message
        return False


def open_dataset(
    name: str,
    workspace: Workspace,
    seed: int,
    progress: Progress | None = None,
    merges: Mapping[str, str] | None = None,
) -> tuple[DatasetSpec, Rows]:
    """Return a data set and its images with their given labels; it is drawn or unpacked on its first use.

    Args:
        name: of the catalogue, of an audit or a FiftyOne dataset, or a path.
        workspace: where it was audited.
        seed: decides the splits where the data set has none.
        progress: told (done, total) while it is drawn or unpacked.
        merges: class -> the class that it is read as, in place of those noted in the workspace.

    Raises:
        ErrataError: there is no such data set, or its folder, CSV or FiftyOne dataset cannot be read.
    """
    name = source_to_audit(name, workspace)
    if name.startswith(FIFTYONE):
        from curation.datasets.from_fiftyone.reading import read_fiftyone

        return read_fiftyone(name.removeprefix(FIFTYONE), workspace, seed, progress, merges)
    spec = find_dataset(name, workspace, merges)
    draw_or_unpack(spec, progress)
    return spec, read_rows(spec, seed)


def choose_columns(name: str, columns: Mapping[str, str], workspace: Workspace) -> None:
    """Keep which columns of a table hold the paths, labels and splits; the table is read by them from then on.

    Args:
        name: of the data set, as `find_dataset` takes it.
        columns: role -> column, as `checked_columns` returns them.
        workspace: keeps them.

    Raises:
        ErrataError: it is no table, or has no such column.
    """
    name = source_to_audit(name, workspace)
    spec = None if name.startswith(FIFTYONE) else find_dataset(name, workspace)
    if spec is None or name in load_catalog() or not (spec.layout == "csv"):
        raise ErrataError(f"{name} is no table; --columns names the columns of a CSV, JSON or Parquet file")
    if not spec.packed:
        check_columns(spec.root / spec.labels_csv, columns)
    note_columns(workspace, spec.source, columns)


def choose_label_from(name: str, pattern: str, workspace: Workspace) -> None:
    """Keep how the labels of a folder are found in the names of its files; it is read so from then on.

    Args:
        name: of the data set, as `find_dataset` takes it.
        pattern: regular expression with one group; "none" = by folders and tables again.
        workspace: keeps it.

    Raises:
        ErrataError: it is no folder, or the expression is none.
    """
    name = source_to_audit(name, workspace)
    spec = None if name.startswith(FIFTYONE) else find_dataset(name, workspace)
    if spec is None or spec.layout != "folder" or spec.packed:
        raise ErrataError(f"{name} is no folder of images; --label-from finds labels in the names of files of a folder")
    if name in load_catalog():
        raise ErrataError(f"{name} is a data set of datasets.yaml; write label_from into its block there")
    if pattern != "none":
        checked_pattern(pattern)
    note_columns(workspace, spec.source, {} if pattern == "none" else {LABEL_FROM: pattern})


def is_source(name: str) -> bool:
    """Return whether this is a path, or begins as a FiftyOne dataset or packed data set does, rather than a name."""
    return "/" in name or name.startswith(("~", *KINDS)) or Path(name).suffix.lower() in (*TABLE_SUFFIXES, ".zip")


def undrawn(name: str, workspace: Workspace) -> DatasetSpec | None:
    """Return the embedded data set of that name where its images are not drawn yet, else None.

    Raises:
        ErrataError: there is no such data set.
    """
    if (name := source_to_audit(name, workspace)).startswith(FIFTYONE):
        return None
    spec = find_dataset(name, workspace)
    return spec if spec.embedded and not spec.root.exists() else None


def check_known(name: str, workspace: Workspace) -> None:
    """Raise if there is no such data set; called before imports that take seconds.

    Raises:
        ErrataError: it is not in the catalogue, and no audit, folder or CSV; FiftyOne datasets are not checked.
    """
    if not (name := source_to_audit(name, workspace)).startswith(FIFTYONE):
        find_dataset(name, workspace)


def audited_name(name: str, workspace: Workspace) -> str:
    """Return the name under which a data set is audited, whether it was audited already or not.

    Raises:
        ErrataError: there is no such data set.
    """
    if name in audited(workspace) and not _is_there(name):
        return name
    if name.startswith(FIFTYONE):
        from curation.datasets.from_fiftyone.reading import name_of

        return name_of(name.removeprefix(FIFTYONE), workspace)
    try:
        return find_dataset(name, workspace).name
    except ErrataError:
        known = audited(workspace)
        if not known or _is_there(name):  # there is such a data set, which cannot be read
            raise
        have = ", ".join(known)
        raise ErrataError(
            f"no audited data set {name!r} (audited: {have}), and no data set of datasets.yaml, folder or CSV to audit"
        ) from None
