"""A curated split as what audits and trainings work on: verified against the files on disk."""

from dataclasses import replace
from typing import Any

from curation.datasets.catalog import DatasetSpec, load_catalog
from curation.datasets.opening import audited_name, source
from curation.datasets.registered_names import source_of
from curation.datasets.rows import Rows
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates
from curation.images.shared import OnStage, checked_images
from curation.images.unchanged import check_unchanged
from curation.versions.store import Version, load_version
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_name, audited, checked_version
from models.errors import ErrataError
from models.files.atomic import checked_name


def check_known_version(name: str, version: str, workspace: Workspace) -> None:
    """Raise if a data set has no such version; light, for before what takes seconds to import.

    Args:
        name: as a person gives it.
        version: of the labels.
        workspace: holds the versions.

    Raises:
        ErrataError: there is no such version, or data set.
    """
    if version != ORIGINAL:
        checked_version(workspace, audited_name(source(name, workspace), workspace), version)


def audited_version(workspace: Workspace, name: str, version: str) -> str:
    """Return under which name a version is audited.

    Raises:
        ErrataError: there is no such version, or it was not audited yet.
    """
    own = audit_name(name, checked_version(workspace, name, version))
    if version != ORIGINAL and own not in audited(workspace):
        raise ErrataError(f"version {version!r} has no finished audit; run `errata audit {name} --version {version}`")
    return own


def rows_of_version(workspace: Workspace, name: str, rows: Rows, version: str) -> Rows:
    """Return the images of a version with curated labels and splits; of `original` the rows as they are.

    Raises:
        ErrataError: as `load_version`.
    """
    return rows if version == ORIGINAL else _moved(load_version(workspace, name, version), rows).rows


def images_of_version(
    workspace: Workspace,
    spec: DatasetSpec,
    rows: Rows,
    version: str,
    first: bool = True,
    on_stage: OnStage | None = None,
) -> tuple[CheckedRows, Duplicates]:
    """Return the readable images of a version and their copies; arguments as of `checked_images`.

    Raises:
        ErrataError: as `load_version`; images are gone or changed since the version was made.
    """
    if version == ORIGINAL:
        return checked_images(workspace, spec, rows, first, on_stage)
    split = load_version(workspace, spec.name, version)
    checked = _moved(split, rows)
    check_unchanged(checked.rows.paths, checked.sha256s, checked.rows.image_ids, f"version {version!r} is not trained")
    return checked, split.images.member_duplicates


def about_version(workspace: Workspace, name: str, version: str) -> dict[str, Any]:
    """Return what a run's config says of its labels: the version, and of a curated split its hash."""
    if version == ORIGINAL:
        return {"version": version}
    return {"version": version, "split_sha256": load_version(workspace, name, version).sha256}


def version_to_audit(workspace: Workspace, spec: DatasetSpec, rows: Rows, version: str) -> tuple[DatasetSpec, Rows]:
    """Return a version as a data set of its own, named NAME-VERSION, so that the audit of the given labels stays.

    Raises:
        ErrataError: as `load_version`; images have changed, or NAME-VERSION is another data set.
    """
    if version == ORIGINAL:
        return spec, rows
    split = load_version(workspace, spec.name, version)
    checked = _moved(split, rows)
    check_unchanged(checked.rows.paths, checked.sha256s, checked.rows.image_ids, f"version {version!r} is not audited")
    own = checked_name("data set", audit_name(spec.name, version))
    about = spec.name if spec.name in load_catalog() else spec.source  # what `errata audit` finds again by that name
    if source_of(workspace, own) not in (None, about):
        raise ErrataError(f"{own!r} is the audit of another data set; make the split again under another version")
    return replace(spec, name=own, title=f"{spec.title}, version {version}", source=about), checked.rows


def _moved(split: Version, rows: Rows) -> CheckedRows:
    """Return the images of a version where the data set lies now."""
    checked = split.images.member_checked
    return replace(checked, rows=replace(checked.rows, root=rows.root))
