"""The checked images of a data set, read once for its audit and all its trainings."""

from pathlib import Path

from curation.datasets.catalog import DatasetSpec
from curation.datasets.rows import Rows
from curation.images.checked_rows import CheckedRows
from curation.images.checking import check_listed, group_duplicates
from curation.images.duplicates import Duplicates
from curation.images.keys import listed_key
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from curation.workspace.stages import OnStage, Stages, read_records
from models.errors import ErrataError
from models.files.atomic import checked_name, digest
from models.files.runs import computing


def checked_images(
    workspace: Workspace, spec: DatasetSpec, rows: Rows, first: bool = True, on_stage: OnStage | None = None
) -> tuple[CheckedRows, Duplicates]:
    """Return the readable images and their copies, taken from the data set's audit if it read the same files.

    Args:
        workspace: where images and copies are kept.
        spec: the data set.
        rows: its images.
        first: False in a process that trains together with another one, which has already read the images.
        on_stage: told (stage, done, total).
    """
    of_audit = audit_folder(workspace, spec.name)
    of_trainings = workspace.runs / f"images-{checked_name('data set', spec.name)}"
    key = digest("images", [listed_key(rows)])
    for folder in (of_audit, of_trainings):
        if kept := _kept(folder, key):
            return kept
    if not first:
        raise ErrataError(f"the images of {spec.name} changed while training began; run the same command again")
    with computing(of_trainings, {"dataset": spec.name, "source": spec.source}) as run:
        stages = Stages(run, on_stage)
        checked = check_listed(rows, workspace, stages)
        return checked, group_duplicates(checked, workspace, stages)


def _kept(folder: Path, key: str) -> tuple[CheckedRows, Duplicates] | None:
    """Return what a run folder holds of the images; None where it is of other images, or not finished."""
    stages = read_records(folder)
    if not {"images", "duplicates"} <= stages.keys() or stages["images"].key != key:
        return None
    checked, duplicates = CheckedRows.load(folder), Duplicates.load(folder / "duplicates.npz")
    return (checked, duplicates) if len(duplicates.groups) == len(checked.rows) else None
