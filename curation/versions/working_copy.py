"""A version of the labels as what audits and trainings work on: its images verified against the files on disk."""

from dataclasses import dataclass, replace

from curation.datasets.catalog import DatasetSpec, load_catalog
from curation.datasets.finding import source_of
from curation.datasets.opening import audited_name, source_to_audit
from curation.datasets.rows import Rows
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates
from curation.images.shared import checked_images
from curation.images.unchanged import check_unchanged
from curation.versions.store import Version, load_version
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_name, audited, checked_version
from curation.workspace.stages import OnStage
from models.errors import ErrataError
from models.files.atomic import checked_name


@dataclass(frozen=True)
class WorkingCopy:
    """A data set with the labels of one version."""

    workspace: Workspace
    spec: DatasetSpec
    rows: Rows  # images and labels of the version, where the data set lies now
    version: Version | None  # None: the labels as given

    @property
    def config(self) -> dict[str, str]:
        """What the config of a run says of its labels: the name of the version, and the hash of a curated one."""
        if self.version is None:
            return {"version": ORIGINAL}
        return {"version": self.version.name, "split_sha256": self.version.sha256}

    def images(self, first: bool = True, on_stage: OnStage | None = None) -> tuple[CheckedRows, Duplicates]:
        """Return the readable images and their copies; arguments as of `checked_images`.

        Raises:
            ErrataError: images are gone or changed since the version was made.
        """
        if self.version is None:
            return checked_images(self.workspace, self.spec, self.rows, first, on_stage)
        return self._unchanged(self.version, "trained"), self.version.images.member_duplicates

    def to_audit(self) -> tuple[DatasetSpec, Rows]:
        """Return a version as a data set of its own, named NAME-VERSION, so that the audit of the given labels stays.

        Raises:
            ErrataError: images are gone or changed since the version was made, or NAME-VERSION is another data set.
        """
        if self.version is None:
            return self.spec, self.rows
        rows = self._unchanged(self.version, "audited").rows
        spec, version = self.spec, self.version.name
        name = checked_name("data set", audit_name(spec.name, version))
        known_as = spec.name if spec.name in load_catalog() else spec.source  # by it `errata audit` finds it again
        if source_of(self.workspace, name) not in (None, known_as):
            raise ErrataError(f"{name!r} is the audit of another data set; make the split again under another version")
        return replace(spec, name=name, title=f"{spec.title}, version {version}", source=known_as), rows

    def _unchanged(self, version: Version, purpose: str) -> CheckedRows:
        checked = replace(version.images.member_checked, rows=self.rows)
        consequence = f"version {version.name!r} is not {purpose}"
        check_unchanged(self.rows.paths, checked.sha256s, self.rows.image_ids, consequence)
        return checked


def working_copy(workspace: Workspace, spec: DatasetSpec, rows: Rows, version: str) -> WorkingCopy:
    """Return a data set with the labels of a version.

    Args:
        workspace: holds the versions.
        spec: the data set.
        rows: its images and labels as given, where they lie now.
        version: of the labels.

    Raises:
        ErrataError: as `load_version`.
    """
    if version == ORIGINAL:
        return WorkingCopy(workspace, spec, rows, None)
    curated = load_version(workspace, spec.name, version)
    return WorkingCopy(workspace, spec, replace(curated.rows, root=rows.root), curated)


def check_known_version(name: str, version: str, workspace: Workspace) -> None:
    """Raise if a data set has no such version; called before imports that take seconds.

    Args:
        name: as a person gives it.
        version: of the labels.
        workspace: holds the versions.

    Raises:
        ErrataError: there is no such version, or data set.
    """
    if version != ORIGINAL:
        checked_version(workspace, audited_name(source_to_audit(name, workspace), workspace), version)


def audited_version(workspace: Workspace, name: str, version: str) -> str:
    """Return the name under which a version is audited.

    Raises:
        ErrataError: there is no such version, or it was not audited yet.
    """
    audit = audit_name(name, checked_version(workspace, name, version))
    if version != ORIGINAL and audit not in audited(workspace):
        raise ErrataError(f"version {version!r} has no finished audit; run `errata audit {name} --version {version}`")
    return audit
