"""A version of a data set as a folder of files for other programs: whole or absent, verified, with a manifest."""

from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path

import numpy as np

from curation.handover.exported import Exported, Item
from curation.handover.formats import FORMATS, ExportFormat
from curation.handover.tree import below_class, checked_files, class_folders, put, targets, verify
from curation.images.unchanged import check_unchanged, file_sha256
from curation.versions.store import Version, about_audit, load_version
from curation.words import utc_text
from curation.workspace.atomic_folder import atomic_folder
from curation.workspace.folders import Workspace
from models.arrays import Progress
from models.errors import ErrataError, unknown
from models.files.atomic import write_json

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"


def export_version(
    workspace: Workspace,
    name: str,
    version: str,
    kind: str,
    output: Path | None = None,
    files: str = "copy",
    progress: Progress | None = None,
) -> tuple[Path, Exported]:
    """Write a version of an audited data set; return the folder and its content.

    Args:
        workspace: holds the version.
        name: of the data set.
        version: of the labels; `original` too.
        kind: of FORMATS.
        output: empty or absent; None = a folder among the workspace's exports.
        files: copy, hardlink or symlink.
        progress: told (files written, files).

    Raises:
        ErrataError: the version, format or way to place files is unknown, images are gone or changed, the folder is
            not empty or lies in the data set, or the disk is full; then nothing is written.
    """
    if kind not in FORMATS:
        raise unknown("export format", kind, FORMATS)
    checked_files(files)
    labels = load_version(workspace, name, version)
    folder = (output or workspace.exports / f"{name}-{version}-{kind}").expanduser().absolute()
    rows = labels.rows
    if folder.resolve().is_relative_to(rows.root.resolve()):
        raise ErrataError(f"{folder} lies in the data set itself; name a folder outside {rows.root}")
    layout = FORMATS[kind]
    exported = Exported(
        name, version, labels.sha256, rows.classes, _items(labels, layout), about_audit(workspace, name)
    )
    if layout.check:
        layout.check(exported)
    check_unchanged(rows.paths, labels.images.member_checked.sha256s, rows.image_ids, "nothing was exported")
    places = [item.target for item in exported.items]
    with atomic_folder(folder) as temporary:
        put(temporary, rows.paths, places, files, progress)
        if layout.write:
            layout.write(temporary, exported)
        verify(temporary, places, [item.sha256 for item in exported.items])
        write_json(temporary / MANIFEST, _manifest(temporary, labels, exported, kind, files))
    return folder, exported


def _items(version: Version, layout: ExportFormat) -> list[Item]:
    """Return the images of a version in order of their names, each with its place."""
    images, rows = version.images, version.images.checked.rows
    soft_names, reviewers = images.soft_names(), images.reviewer_names()
    members, given = np.flatnonzero(images.members).tolist(), images.given.tolist()
    image_ids, splits, decisions = rows.image_ids.tolist(), rows.splits.tolist(), images.decisions.tolist()
    names = [rows.classes[label] for label in rows.labels.tolist()]
    folders = class_folders(rows.classes)
    merged = [name for name, _ in rows.merged]
    sha256s = images.checked.sha256s.tolist()
    below: dict[tuple[str, int], tuple[str, ...]] = {}  # of few folders and classes
    wanted = []
    for row in members:
        parent, _, file = image_ids[row].rpartition("/")
        if (key := (parent, given[row])) not in below:
            below[key] = below_class(image_ids[row], rows.classes[given[row]], merged)
        wanted.append(("/".join((layout.folders[splits[row]], folders[names[row]], *below[key])), file))
    return [
        Item(
            image_ids[row],
            target,
            sha256s[row],
            splits[row],
            rows.classes[given[row]],
            names[row],
            soft_names.get(row, (names[row],)),
            decisions[row],
            reviewers[row],
        )
        for row, target in zip(members, targets(wanted, [image_ids[row] for row in members]), strict=True)
    ]


def _manifest(folder: Path, version: Version, exported: Exported, kind: str, files: str) -> dict[str, object]:
    """Return the manifest; its hashes are those of the files on the disk, read back."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    verified = {item.target: item.sha256 for item in exported.items}
    names = [path.relative_to(folder).as_posix() for path in paths]
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "errata-export",
        "dataset": exported.name,
        **exported.about,
        "version": exported.version,
        "split_sha256": exported.sha256,
        "format": kind,
        "placed_by": files,
        "classes": list(exported.classes),
        "folders": class_folders(exported.classes),
        "image_ids": {item.target: item.image_id for item in exported.items},
        "counts": version.images.counts(),
        "left_out": version.images.out_counts(),
        "several_classes": {item.target: list(item.labels) for item in exported.items if len(item.labels) > 1},
        "statements": version.manifest.get("guard", []),
        "created": utc_text(datetime.now(UTC)),
        "software": {"errata": installed_version("errata-vision")},
        "files": {name: verified.get(name) or file_sha256(path) for name, path in zip(names, paths, strict=True)},
    }
