"""A version of a data set as files of its own, for other programs: whole or not at all, verified, with a manifest."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path, PurePosixPath

from curation.handover.formats import Exported, Item, check_huggingface, write_card, write_csv, write_samples
from curation.handover.tree import checked_files, put, safe_name, targets, verify
from curation.images.unchanged import check_unchanged, file_sha256
from curation.versions.rows import BETWEEN_NAMES
from curation.versions.store import Version, about_audit, load_version
from curation.words import utc_text
from curation.workspace.atomic_folder import atomic_folder
from curation.workspace.folders import Workspace
from models.arrays import Progress
from models.errors import ErrataError, unknown
from models.files.atomic import write_json

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"
_SPLITS = {"train": "train", "val": "val", "test": "test"}


@dataclass(frozen=True)
class _Format:
    folders: dict[str, str]  # split -> the folder of its class folders
    write: Callable[[Path, Exported], None] | None = None  # what lies beside the images
    check: Callable[[Exported], None] | None = None


FORMATS = {
    "imagefolder": _Format(_SPLITS),
    "csv": _Format({split: f"images/{split}" for split in _SPLITS}, write_csv),
    "fiftyone": _Format({split: f"data/{split}" for split in _SPLITS}, write_samples),
    "huggingface": _Format({**_SPLITS, "val": "validation"}, write_card, check_huggingface),
}


def export_version(
    workspace: Workspace,
    name: str,
    version: str,
    kind: str,
    output: Path | None = None,
    files: str = "copy",
    progress: Progress | None = None,
) -> tuple[Path, Exported]:
    """Write a version of an audited data set; return where, and what.

    Args:
        workspace: holds the version.
        name: of the data set.
        version: of the labels; `original` too.
        kind: of FORMATS.
        output: empty or absent; a folder of the workspace's exports where None.
        files: copy, hardlink or symlink.
        progress: told (files written, files).

    Raises:
        ErrataError: an unknown version, format or way to place files, images that are gone or changed, a place that is
            not empty or lies in the data set, or a full disk: nothing is there then.
    """
    if kind not in FORMATS:
        raise unknown("export format", kind, FORMATS)
    checked_files(files)
    split = load_version(workspace, name, version)
    folder = (output or workspace.exports / f"{name}-{version}-{kind}").expanduser().absolute()
    rows = split.rows
    if folder.resolve().is_relative_to(rows.root.resolve()):
        raise ErrataError(f"{folder} lies in the data set itself; name a folder outside {rows.root}")
    found = FORMATS[kind]
    exported = Exported(
        name, version, split.sha256, rows.classes, _items(split, found.folders), about_audit(workspace, name)
    )
    if found.check:
        found.check(exported)
    check_unchanged(rows.paths, split.images.member_checked.sha256s, rows.image_ids, "nothing was exported")
    places = [item.target for item in exported.items]
    with atomic_folder(folder) as temporary:
        put(temporary, rows.paths, places, files, progress)
        if found.write:
            found.write(temporary, exported)
        verify(temporary, places, [item.sha256 for item in exported.items])
        write_json(temporary / MANIFEST, _manifest(temporary, split, exported, kind, files))
    return folder, exported


def _items(split: Version, folders: dict[str, str]) -> list[Item]:
    """Return the images of a version in order of their names, each with its place."""
    every, rows = split.images, split.images.checked.rows
    soft, order = every.soft_names(), [row for row in range(len(rows)) if every.members[row]]
    ids = rows.image_ids.tolist()
    names = [rows.classes[label] for label in rows.labels.tolist()]
    folder_of = {name: safe_name(name) for name in rows.classes}
    wanted = [
        (f"{folders[str(rows.splits[row])]}/{folder_of[names[row]]}", PurePosixPath(ids[row]).name) for row in order
    ]
    return [
        Item(
            ids[row],
            target,
            str(every.checked.sha256s[row]),
            str(rows.splits[row]),
            rows.classes[every.given[row]],
            names[row],
            soft.get(row, (names[row],)),
            str(every.decisions[row]),
            tuple(who for who in str(every.reviewers[row]).split(BETWEEN_NAMES) if who),
        )
        for row, target in zip(order, targets(wanted, [ids[row] for row in order]), strict=True)
    ]


def _manifest(folder: Path, split: Version, exported: Exported, kind: str, files: str) -> dict[str, object]:
    """Return what the export is; hashes are of what lies on the disk, read back."""
    beside = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    known = {item.target: item.sha256 for item in exported.items}
    paths = [path.relative_to(folder).as_posix() for path in beside]
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
        "folders": {name: safe_name(name) for name in exported.classes},
        "counts": split.images.counts(),
        "left_out": split.images.out_counts(),
        "several_classes": {item.target: list(item.labels) for item in exported.items if len(item.labels) > 1},
        "statements": split.about.get("guard", []),
        "created": utc_text(datetime.now(UTC)),
        "software": {"errata": installed("errata-vision")},
        "files": {name: known.get(name) or file_sha256(path) for name, path in zip(paths, beside, strict=True)},
    }
