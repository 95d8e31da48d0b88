"""The reviewer's name: asked once, kept in the workspace for the app, the command line and FiftyOne."""

from curation.decisions.decision import checked_reviewer
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import read_json, write_json

_FILE = "reviewer.json"


def kept_reviewer(workspace: Workspace) -> str:
    """Return the reviewer of this workspace, used where no other name is given; empty where none is kept."""
    path = workspace.root / _FILE
    try:
        return checked_reviewer(str(read_json(path).get("reviewer", ""))) if path.exists() else ""
    except ErrataError:
        return ""


def keep_reviewer(workspace: Workspace, name: str) -> str:
    """Keep the reviewer's name and return it.

    Raises:
        ErrataError: it is not a name, or the workspace cannot be written.
    """
    write_json(workspace.root / _FILE, {"reviewer": checked_reviewer(name)})
    return name
