"""The names of versions, audits and architectures' fields, and the folders they lead to."""

from dataclasses import dataclass
from pathlib import Path

from curation.workspace.folders import Workspace
from curation.workspace.run_files import AUDIT_SCHEMA
from models.errors import ErrataError, unknown
from models.files.atomic import checked_name
from models.files.schemas import AUDIT_AGAIN, read_as

ORIGINAL = "original"  # the version of the labels that is always there: as given
MEAN_OF_FOLDS = "mean of {} fold models"  # shown beside every accuracy of such a mean


@dataclass(frozen=True)
class _Results:
    """What results.json says of the labels."""

    version: str = ORIGINAL


def version_names(workspace: Workspace, name: str) -> tuple[str, ...]:
    """Return the versions of a data set's labels: `original` and the curated versions, v2 before v10.

    Raises:
        ErrataError: `name` is not made of the characters that names have.
    """
    folder = workspace.splits / checked_name("data set", name)
    made = [path.parent.name for path in folder.glob("[!.]*/split.json")]
    return (ORIGINAL, *sorted(made, key=lambda version: (len(version), version)))


def checked_version(workspace: Workspace, name: str, version: str) -> str:
    """Return the version of a data set's labels.

    Raises:
        ErrataError: there is no version of that name.
    """
    if version not in (known := version_names(workspace, name)):
        raise unknown("version of the labels", version, known)
    return version


def audited_labels(workspace: Workspace, name: str) -> str:
    """Return which version of the labels an audit judged.

    Raises:
        ErrataError: its results.json is damaged.
    """
    return read_as(audit_folder(workspace, name) / "results.json", _Results, AUDIT_AGAIN, newest=AUDIT_SCHEMA).version


def audit_name(name: str, version: str) -> str:
    """Return under which name a version of the labels is audited: the data set's name for the labels as given."""
    return name if version == ORIGINAL else f"{name}-{version}"


def audit_folder(workspace: Workspace, name: str) -> Path:
    """Return the run folder of the audit of a data set."""
    return workspace.runs / f"audit-{checked_name('data set', name)}"


def audit_stamp(workspace: Workspace, name: str) -> tuple[int, ...]:
    """Return when the audit of a data set was written, ns: another stamp, another audit; empty where there is none."""
    files = [audit_folder(workspace, name) / part for part in ("rows.json", "results.json")]
    return tuple(file.stat().st_mtime_ns for file in files if file.exists())


def audited(workspace: Workspace) -> list[str]:
    """Return the names of the data sets whose audit has something to show."""
    return sorted(path.parent.name.removeprefix("audit-") for path in workspace.runs.glob("audit-*/results.json"))


def check_audited(workspace: Workspace, name: str) -> None:
    """Raise if the audit of a data set has nothing to show; called before imports that only an audit needs.

    Raises:
        ErrataError: it has none.
    """
    known = audited(workspace)
    if name in known:
        return
    if known:
        raise unknown("audited data set", name, known)
    raise ErrataError(f"data set {name!r} has no finished audit; run `errata audit {name}`")


def slug(architecture: str, version: str = ORIGINAL) -> str:
    """Return the FiftyOne field of an architecture: its name, and the version unless the labels are as given."""
    name = architecture if version == ORIGINAL else f"{architecture}_{version}"
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name.lower())
