"""The reviewer of the command line: asked once, kept in the workspace; the app offers the name to a new browser."""

from dataclasses import dataclass

from curation.decisions.decision import checked_reviewer
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.schemas import read_as

_FILE = "reviewer.json"


@dataclass(frozen=True)
class _Kept:
    """What the file says."""

    reviewer: str = ""


def kept_reviewer(workspace: Workspace) -> str:
    """Return the reviewer of this workspace, used where no other name is given; empty where none is kept."""
    path = workspace.root / _FILE
    try:
        return checked_reviewer(read_as(path, _Kept).reviewer) if path.exists() else ""
    except ErrataError:
        return ""


def keep_reviewer(workspace: Workspace, name: str) -> str:
    """Keep the reviewer's name and return it.

    Raises:
        ErrataError: it is not a name, or the workspace cannot be written.
    """
    write_json(workspace.root / _FILE, {"reviewer": checked_reviewer(name)})
    return name
