"""The run folders of a workspace: their state, their size, and which of them are still used."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curation.workspace.folders import Workspace
from curation.workspace.run_files import read_config
from curation.workspace.run_names import AUDIT, may_be_of
from models.errors import ErrataError
from models.files.runs import read_status
from models.files.schemas import AUDIT_AGAIN, read_dict

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Results:
    """What results.json says of other run folders."""

    runs: dict[str, str]  # architecture -> name of its run folder


@dataclass(frozen=True)
class RunFolder:
    """One run folder."""

    path: Path
    dataset: str  # "" where the folder does not tell
    state: str  # running, finished, … of a run that has a process; used, unused, unknown or empty of models; or damaged
    updated: float  # Unix time, s
    size_bytes: int  # on disk


def run_folders(workspace: Workspace) -> list[RunFolder]:
    """Return all run folders of a workspace, ordered by name.

    Raises:
        ErrataError: a config.json or results.json is damaged: nobody knows what it refers to.
    """
    used = used_models(workspace)
    return [_read(path, used) for path in _folders(workspace)]


def listed_runs(workspace: Workspace, dataset: str = "") -> list[RunFolder]:
    """Return the run folders as `run_folders` does; one with a damaged file is listed with the state `damaged`.

    Which models such a folder uses cannot be told: those that nothing else uses have the state `unknown`.

    Args:
        workspace: with the run folders.
        dataset: only those of this data set, and damaged ones that may be of it; all by default.
    """
    used: set[str] = set()
    damaged: list[Path] = []
    for path in _folders(workspace):
        try:
            used |= _used_by(path)
            read_config(path)
        except ErrataError as error:
            _log.warning("%s", error)
            damaged.append(path)
    otherwise = "unknown" if damaged else "unused"
    folders = [_read(path, used, otherwise, path in damaged) for path in _folders(workspace)]
    others = {folder.dataset for folder in folders if folder.dataset}

    def is_asked(folder: RunFolder) -> bool:
        return folder.dataset == dataset or (not folder.dataset and may_be_of(folder.path.name, dataset, others))

    return [folder for folder in folders if not dataset or is_asked(folder)]


def used_models(workspace: Workspace) -> set[str]:
    """Return the names of the run folders that an audit or a training refers to.

    Raises:
        ErrataError: as `run_folders`.
    """
    return set[str]().union(*map(_used_by, _folders(workspace)))


def _used_by(path: Path) -> set[str]:
    used: set[str] = set()
    if (path / "results.json").exists():
        used |= set(read_dict(path / "results.json", _Results, AUDIT_AGAIN)["runs"].values())
    if (path / "status.json").exists():
        used |= _names_in(read_config(path))
    return used


def is_model(folder: Path) -> bool:
    """Return whether a run folder holds fold models or predictions of an audit.

    These have no process of their own; the folder of a training, an audit or a drawing has one, and a status.json.
    """
    if (folder / "status.json").exists() or folder.name.startswith(AUDIT):
        return False
    return (folder / "predictions.npz").exists() or any(folder.glob("fold-*"))


def size_on_disk(path: Path) -> int:
    """Return how many bytes a file, or a folder with all its files, takes on the disk."""
    files = [path] if path.is_file() else [Path(where, name) for where, _, names in os.walk(path) for name in names]
    return sum(512 * file.lstat().st_blocks for file in files if file.exists())


def _folders(workspace: Workspace) -> list[Path]:
    return sorted(path for path in workspace.runs.glob("[!.]*") if path.is_dir() and not path.is_symlink())


def _read(path: Path, used: set[str], otherwise: str = "unused", damaged: bool = False) -> RunFolder:
    """Return what a run folder is; its state is `otherwise` where it holds models that are not used."""
    status = read_status(path)
    if damaged:
        updated = status.updated if status else path.stat().st_mtime
        return RunFolder(path, "", "damaged", updated, size_on_disk(path))
    dataset = str(read_config(path).get("dataset", ""))
    if status:
        return RunFolder(path, dataset, status.state, status.updated, size_on_disk(path))
    state = ("used" if path.name in used else otherwise) if is_model(path) else "empty"
    newest = max((file.stat().st_mtime for file in path.iterdir()), default=path.stat().st_mtime)
    return RunFolder(path, dataset, state, newest, size_on_disk(path))


def _names_in(value: Any) -> set[str]:
    """Return every text in a JSON value, and every part of a path: a training may start from a fold's checkpoint."""
    if isinstance(value, dict):
        return set[str]().union(*(_names_in(item) for item in value.values()))
    if isinstance(value, list):
        return set[str]().union(*(_names_in(item) for item in value))
    return set(Path(value).parts) if isinstance(value, str) else set()
