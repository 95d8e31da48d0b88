"""Versions of a data set: labels, splits and membership as people corrected them, never changed again."""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curation.datasets.rows import Rows
from curation.images.unchanged import file_sha256
from curation.results.audit import load_audit
from curation.results.summary import read_results
from curation.versions.rows import MAKE_AGAIN, CuratedRows
from curation.workspace.atomic_folder import atomic_folder
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_folder, checked_version, version_names
from models.errors import ErrataError
from models.files.atomic import checked_name, write_json
from models.files.schemas import read_dict

SCHEMA_VERSION = 1
_MAKE_AGAIN = f"; {MAKE_AGAIN}"


@dataclass(frozen=True)
class _Manifest:
    """What split.json says, so far as it is read back."""

    schema_version: int
    dataset: str
    version: str
    sha256: str
    rows_sha256: str
    classes: list[str]
    root: str
    parent: dict[str, Any]
    reviewer: str
    created: str
    counts: dict[str, dict[str, int]]
    out: dict[str, int]
    decisions: dict[str, Any]
    merged: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Version:
    """One version of a data set."""

    dataset: str  # name of the data set
    name: str  # as v1
    images: CuratedRows  # the N audited images
    manifest: dict[str, Any]  # content of split.json; for `original` without what made it

    @property
    def rows(self) -> Rows:
        """The M images that are in it, with curated labels and splits."""
        return self.images.member_checked.rows

    @property
    def sha256(self) -> str:
        """The content hash: equal for equal images, labels and splits, however they were made."""
        return str(self.manifest["sha256"])


@dataclass(frozen=True)
class VersionSummary:
    """A version in a list."""

    name: str
    sha256: str
    parent: str  # empty for `original`
    reviewer: str  # who made it
    created: str  # UTC; empty for `original`
    counts: dict[str, dict[str, int]]  # split -> class -> images
    changed: dict[str, int]  # kind of decision -> labels that it changed
    out: dict[str, int]  # reason -> images that are left out


def version_folder(workspace: Workspace, name: str, version: str) -> Path:
    """Return where a version is kept, whether it is there or not."""
    return workspace.splits / checked_name("data set", name) / checked_name("version", version)


def load_version(workspace: Workspace, name: str, version: str) -> Version:
    """Return a version of an audited data set, verified against its hashes; `original` is the labels as given.

    Raises:
        ErrataError: there is no such version, a file of it is damaged or was changed, or the data set was not audited.
    """
    if version == ORIGINAL:
        return _original(workspace, name)
    checked_version(workspace, name, version)
    folder = version_folder(workspace, name, version)
    manifest = _read_manifest(folder)
    if (manifest["dataset"], manifest["version"]) != (name, version):
        raise ErrataError(f"{folder} holds version {manifest['version']!r} of {manifest['dataset']!r}{_MAKE_AGAIN}")
    if file_sha256(folder / "rows.npz") != manifest["rows_sha256"]:
        raise ErrataError(f"{folder / 'rows.npz'} was changed since version {version!r} was made{_MAKE_AGAIN}")
    merged = tuple(manifest.get("merged", {}).items())
    images = CuratedRows.load(folder / "rows.npz", Path(manifest["root"]), tuple(manifest["classes"]), merged)
    if images.sha256() != manifest["sha256"]:
        raise ErrataError(f"{folder} does not hold what its hash {manifest['sha256'][:12]} says{_MAKE_AGAIN}")
    return Version(name, version, images, manifest)


def save_version(workspace: Workspace, name: str, version: str, images: CuratedRows, manifest: dict[str, Any]) -> None:
    """Write a version, whole or not at all, and take away the permission to write it.

    Args:
        workspace: where it is kept.
        name: of the data set.
        version: of the labels.
        images: the N images.
        manifest: JSON-able; what split.json says beside hashes, classes and names.

    Raises:
        ErrataError: it is there already, or cannot be written.
    """
    folder = version_folder(workspace, name, version)
    check_new(folder)
    try:
        with atomic_folder(folder) as temporary:
            images.save(temporary / "rows.npz")
            content = {
                **manifest,
                "schema_version": SCHEMA_VERSION,
                "dataset": name,
                "version": version,
                "sha256": images.sha256(),
                "rows_sha256": file_sha256(temporary / "rows.npz"),
                "classes": list(images.checked.rows.classes),
                "root": str(images.checked.rows.root),
                **({"merged": dict(images.checked.rows.merged)} if images.checked.rows.merged else {}),
                "counts": images.counts(),
                "out": images.out_counts(),
            }
            write_json(temporary / "split.json", {**content, "about_sha256": _manifest_sha256(content)})
            for path in temporary.iterdir():
                path.chmod(0o444)
    except ErrataError:
        check_new(folder)  # another process made it meanwhile
        raise
    with suppress(OSError):  # a file system without permissions; the hashes protect the files there
        folder.chmod(0o555)


def check_new(folder: Path) -> None:
    """Raise if a version is there already.

    Raises:
        ErrataError: it is; versions are never overwritten.
    """
    if (folder / "split.json").exists():
        raise ErrataError(
            f"version {folder.name!r} of {folder.parent.name!r} exists already; versions are never overwritten: "
            "give another --version"
        )


def list_versions(workspace: Workspace, name: str) -> list[VersionSummary]:
    """Return the versions of an audited data set, `original` first.

    Raises:
        ErrataError: it was not audited, or a split.json was changed.
    """
    return [summary_of(version, _manifest(workspace, name, version)) for version in version_names(workspace, name)]


def summary_of(version: str, manifest: dict[str, Any]) -> VersionSummary:
    """Return a version as a line of a list; `manifest` is as in `Version`."""
    if version == ORIGINAL:
        return VersionSummary(version, manifest["sha256"], "", "", "", manifest["counts"], {}, {})
    return VersionSummary(
        version,
        manifest["sha256"],
        manifest["parent"]["version"],
        manifest["reviewer"],
        manifest["created"],
        manifest["counts"],
        manifest["decisions"]["changed"],
        manifest["out"],
    )


def _original(workspace: Workspace, name: str) -> Version:
    audit = load_audit(workspace, name)
    images = CuratedRows.as_given(audit.checked, audit.duplicates)
    manifest = {"sha256": images.sha256(), "counts": images.counts(), "classes": list(images.checked.rows.classes)}
    return Version(name, ORIGINAL, images, manifest)


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / "split.json"
    manifest = read_dict(path, _Manifest, MAKE_AGAIN, newest=SCHEMA_VERSION)
    if manifest.pop("about_sha256", None) != _manifest_sha256(manifest):
        raise ErrataError(f"{path} was changed since version {folder.name!r} was made{_MAKE_AGAIN}")
    return manifest


def _manifest_sha256(manifest: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True, allow_nan=False).encode()).hexdigest()


def _manifest(workspace: Workspace, name: str, version: str) -> dict[str, Any]:
    if version == ORIGINAL:
        return _original(workspace, name).manifest
    return _read_manifest(version_folder(workspace, name, version))


def about_audit(workspace: Workspace, name: str) -> dict[str, str]:
    """Return title and licence of an audited data set, for exports and errata sheets."""
    results = read_results(audit_folder(workspace, name))
    return {"title": results.title or name, "licence": results.licence}
