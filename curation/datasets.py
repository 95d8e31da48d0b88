"""A data set by whatever name a person gives it: of the catalogue, a path, or a FiftyOne dataset."""

from curation.catalog import DatasetSpec, find_dataset, read_rows
from curation.fetch import prepare
from curation.results import audited
from curation.rows import Rows
from curation.workspace import Workspace
from models.arrays import Progress
from models.errors import ErrataError

FIFTYONE = "fiftyone:"


def open_dataset(
    name: str, workspace: Workspace, seed: int, progress: Progress | None = None
) -> tuple[DatasetSpec, Rows]:
    """Return what the data set is and its images with their given labels; an embedded one is drawn on its first use.

    Raises:
        ErrataError: there is no such data set, or its folder, CSV or FiftyOne dataset cannot be read.
    """
    if name.startswith(FIFTYONE):
        from curation.fiftyone_source import read_fiftyone

        return read_fiftyone(name.removeprefix(FIFTYONE), workspace, seed)
    spec = find_dataset(name, workspace)
    prepare(spec, progress)
    return spec, read_rows(spec, seed)


def audited_name(name: str, workspace: Workspace) -> str:
    """Return the name under which a data set was audited.

    Raises:
        ErrataError: there is no such data set.
    """
    if name in audited(workspace):
        return name
    if name.startswith(FIFTYONE):
        from curation.fiftyone_source import slug_of

        return slug_of(name.removeprefix(FIFTYONE))
    try:
        return find_dataset(name, workspace).name
    except ErrataError:
        known = audited(workspace)
        if not known:
            raise
        have = ", ".join(known)
        raise ErrataError(f"no audited data set {name!r} (audited: {have}); run `errata audit {name}`") from None
