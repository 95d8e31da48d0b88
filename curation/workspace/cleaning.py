"""Files that nothing in the workspace refers to any more; decisions, splits, exports and data are never touched."""

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from curation.workspace.folders import Workspace
from curation.workspace.run_folders import RunFolder, is_model, run_folders, size_on_disk
from curation.workspace.run_names import AUDIT, begin_models
from models.errors import ErrataError
from models.files.npz import Like, read_arrays
from models.files.schemas import AUDIT_AGAIN
from models.files.unfinished import sweep

_LISTED = {"sha256s": Like("text", ("N",))}


@dataclass(frozen=True)
class Leftover:
    """One file or folder that can go."""

    path: Path
    why: str
    size_bytes: int


def find_leftovers(workspace: Workspace) -> list[Leftover]:
    """Return what `remove` would remove.

    These are fold models that no audit's results name (they stay while an audit of that data set is not finished: it
    goes on with them); what a cluster's workers left, once no audit is unfinished; features, pixels and compared pairs
    of images that no audit or training lists; logs of jobs that are off the queue's list; and files that killed
    processes left half-written.

    Raises:
        ErrataError: something is being computed, or a file that tells what is used is damaged.
    """
    folders = run_folders(workspace)
    _check_idle(folders)
    return [
        *_models(folders),
        *_caches(workspace),
        *_shards(workspace, folders),
        *_logs(workspace),
        *_half_written(workspace),
    ]


def remove(workspace: Workspace, leftovers: Iterable[Leftover]) -> int:
    """Remove the files that still are leftovers, and return the number of freed bytes.

    Raises:
        ErrataError: something is being computed meanwhile, or a folder cannot be written.
    """
    still = {leftover.path: leftover for leftover in find_leftovers(workspace)}
    freed = 0
    for path in (leftover.path for leftover in leftovers):
        if path not in still:
            continue
        try:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        except OSError as error:
            raise ErrataError(f"cannot remove {path}: {error.strerror}; check its permissions") from error
        freed += still[path].size_bytes
    return freed


def _check_idle(folders: Iterable[RunFolder]) -> None:
    """Raise if something is being computed."""
    running = [folder.path.name for folder in folders if folder.state == "running"]
    if running:
        raise ErrataError(f"{running[0]} is being computed and may need anything; wait for it or cancel it, then clean")


def _models(folders: list[RunFolder]) -> Iterator[Leftover]:
    """Yield fold models that nothing refers to."""
    unfinished = [
        begin_models(folder.path.name.removeprefix(AUDIT))
        for folder in folders
        if folder.path.name.startswith(AUDIT) and folder.state != "finished"
    ]
    for folder in folders:
        waited_for = folder.path.name.startswith(tuple(unfinished))
        if folder.state == "unused" and is_model(folder.path) and not waited_for:
            yield Leftover(folder.path, "models that no audit uses", folder.size_bytes)


def _caches(workspace: Workspace) -> Iterator[Leftover]:
    """Yield cached arrays without a single image that an audit or a training lists."""
    listed: set[str] = set()
    for rows in workspace.runs.glob("*/rows.npz"):
        listed |= set(read_arrays(rows, only=("sha256s",), like=_LISTED, advice=AUDIT_AGAIN)["sha256s"].tolist())
    caches = {"features": workspace.features, "pixels": workspace.pixels, "compared pairs": workspace.copies}
    for kind, root in caches.items():
        for keys in sorted(root.glob("[!.]*/[!.]*/sha256s.txt")):
            if listed.isdisjoint(
                key[:64] for key in keys.read_text(encoding="utf-8", errors="replace").split()
            ):  # a hash, and more
                yield Leftover(keys.parent, f"{kind} of images that no audit lists", size_on_disk(keys.parent))


def _shards(workspace: Workspace, folders: list[RunFolder]) -> Iterator[Leftover]:
    """Yield the shards that a cluster's workers left, unless an audit that is not finished may go on with them."""
    if any(folder.path.name.startswith(AUDIT) and folder.state != "finished" for folder in folders):
        return
    for folder in sorted([*workspace.features.glob("*/.shards"), *workspace.runs.glob("*/.checks")]):
        yield Leftover(folder, "shards of an audit that is over", size_on_disk(folder))


def _logs(workspace: Workspace) -> Iterator[Leftover]:
    """Yield the log folders of queued commands that are off the list."""
    for folder in sorted((workspace.root / "jobs").glob("job-*")):
        if not (workspace.root / "queue" / f"{folder.name.removeprefix('job-')}.json").exists():
            yield Leftover(folder, "log of a job that is off the queue's list", size_on_disk(folder))


def _half_written(workspace: Workspace) -> Iterator[Leftover]:
    """Yield what killed processes left in the folders that Errata computes."""
    caches = (workspace.features, workspace.pixels, workspace.copies)
    results = (workspace.runs, workspace.reports, workspace.drawn, workspace.uploads, workspace.unpacked)
    for root in (*caches, *results, workspace.root / "jobs", workspace.root / "queue"):
        for where, names, _ in os.walk(root):
            names[:] = [name for name in names if not name.startswith(".")]
            for path in sweep(Path(where), dry_run=True):
                yield Leftover(path, "half-written by a process that is gone", size_on_disk(path))
