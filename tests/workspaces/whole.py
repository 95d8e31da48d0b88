"""Workspaces with a file of each kind: a small one of today, and what version 0.1 wrote."""

import zipfile
from pathlib import Path

import numpy as np

from curation.workspace.folders import Workspace
from models.files.atomic import write_json
from models.images.row_store import fill_rows
from tests.helpers.compared_runs import NAME, STRONG, compared_runs
from tests.helpers.small_audit import small_audit

NEIGHBOUR = "neighbour"  # another data set of the workspace, which no damage may disturb
KEYS = [f"{place:064x}" for place in range(5)]
JOB = "job-1-a"
_ARCHIVE = Path(__file__).parents[1] / "data" / "workspace_0_1.zip"
_PLACE = b"/errata-0-1"  # where the workspace and its pictures lay, as the files name it


def unpack_older(folder: Path) -> Path:
    """Unpack what version 0.1 wrote, with the folder in place of its own, and return the workspace in it."""
    with zipfile.ZipFile(_ARCHIVE) as archive:
        for name in archive.namelist():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            content = archive.read(name)
            guarded = path.name == "split.json"  # its digest tells whether anybody changed it
            path.write_bytes(content if guarded else content.replace(_PLACE, str(folder).encode()))
    return folder / "home"


def make_whole(home: Path) -> Workspace:
    """Write a workspace with a file of each kind, of data set `tiny`, and an audit of another one."""
    workspace = compared_runs(home)
    add_the_rest(workspace, NAME, f"{STRONG}-s0")
    fill_rows(workspace.features / "net-0", KEYS, (3,), np.float32, lambda rows: rows[:, None] * [1.0, 2, 3], 2, 1)
    return workspace


def add_the_rest(workspace: Workspace, name: str, run: str) -> None:
    """Write what the app keeps of a data set, besides its audit and its trainings, and an audit of another one.

    Args:
        workspace: with the audit.
        name: of the data set.
        run: a training on it.
    """
    home = workspace.root
    small_audit(workspace, NEIGHBOUR, cams=0)
    write_json(workspace.columns, {"schema_version": 1, "tables": {"/a.csv": {"label": "species"}}})
    write_json(home / "opened-data-sets.json", {"schema_version": 1, "latest": name, "added": []})
    write_json(home / "reviewer.json", {"reviewer": "ana"})
    entry = {"schema_version": 1, "title": "a", "dataset": name, "arguments": ["audit", name], "folder": "runs/x"}
    write_json(home / "queue" / "1-a.json", {**entry, "added": 1.0, "launched": 0, "dropped": False})
    write_json(home / "jobs" / JOB / "result.json", {"schema_version": 1, "command": "a", "runs": []})
    about = {"schema_version": 1, "dataset": name, "image_ids": ["a.png"], "made_from": "the map", "created": ""}
    write_json(home / "selections" / name / "some.json", {**about, "name": "some"})
    speed = {"ms_per_image": 1.5, "batch_size": 8, "device": "cpu", "threads": 2}
    write_json(workspace.runs / run / "speed.json", speed)
