"""A data set by whatever name a person gives it: of the catalogue, a path, a FiftyOne dataset, or an audit's name."""

from pathlib import Path

from curation.datasets.catalog import DatasetSpec, find_dataset, load_catalog, read_rows
from curation.datasets.fetch import prepare
from curation.datasets.rows import Rows
from curation.datasets.unique_names import source_of
from curation.workspace.folders import Workspace
from curation.workspace.names import audited
from models.arrays import Progress
from models.errors import ErrataError

FIFTYONE = "fiftyone:"


def source(name: str, workspace: Workspace) -> str:
    """Return what to audit under a name that is only an audit's: the path or FiftyOne dataset that it read.

    A name of the catalogue comes first, then a path that is there, then an audit's name; any other is left as it is.

    Raises:
        ErrataError: that audit's config.json is damaged.
    """
    if name.startswith(FIFTYONE) or name in load_catalog() or _is_there(name) or name not in audited(workspace):
        return name
    return source_of(workspace, name) or name


def _is_there(name: str) -> bool:
    try:
        return Path(name).expanduser().exists()
    except OSError:  # too long for a path: find_dataset says so
        return False


def open_dataset(
    name: str, workspace: Workspace, seed: int, progress: Progress | None = None
) -> tuple[DatasetSpec, Rows]:
    """Return what the data set is and its images with their given labels; an embedded one is drawn on its first use.

    Raises:
        ErrataError: there is no such data set, or its folder, CSV or FiftyOne dataset cannot be read.
    """
    name = source(name, workspace)
    if name.startswith(FIFTYONE):
        from curation.datasets.from_fiftyone import read_fiftyone

        return read_fiftyone(name.removeprefix(FIFTYONE), workspace, seed)
    spec = find_dataset(name, workspace)
    prepare(spec, progress)
    return spec, read_rows(spec, seed)


def check_known(name: str, workspace: Workspace) -> None:
    """Raise if there is no such data set; light, for before what takes seconds to import.

    Raises:
        ErrataError: no name of the catalogue, audit, folder or CSV; FiftyOne's datasets are not looked at.
    """
    if not (name := source(name, workspace)).startswith(FIFTYONE):
        find_dataset(name, workspace)


def audited_name(name: str, workspace: Workspace) -> str:
    """Return the name under which a data set is audited, whether it was or not.

    Raises:
        ErrataError: there is no such data set.
    """
    if name in audited(workspace) and not _is_there(name):
        return name
    if name.startswith(FIFTYONE):
        from curation.datasets.from_fiftyone import name_of

        return name_of(name.removeprefix(FIFTYONE), workspace)
    try:
        return find_dataset(name, workspace).name
    except ErrataError:
        known = audited(workspace)
        if not known:
            raise
        have = ", ".join(known)
        raise ErrataError(
            f"no audited data set {name!r} (audited: {have}), nor one of datasets.yaml, a folder or CSV to audit"
        ) from None
