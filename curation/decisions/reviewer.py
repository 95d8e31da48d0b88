"""Who reviews: asked once, kept in the workspace for the app, the command line and FiftyOne."""

from curation.decisions.decision import checked_reviewer
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import read_json, write_json

_FILE = "reviewer.json"


def kept_reviewer(workspace: Workspace) -> str:
    """Return who reviews in this workspace unless another name is said; empty where nobody was asked."""
    path = workspace.root / _FILE
    try:
        return checked_reviewer(str(read_json(path).get("reviewer", ""))) if path.exists() else ""
    except ErrataError:
        return ""


def keep_reviewer(workspace: Workspace, name: str) -> str:
    """Keep who reviews and return the name.

    Raises:
        ErrataError: it is none, or the workspace cannot be written.
    """
    write_json(workspace.root / _FILE, {"reviewer": checked_reviewer(name)})
    return name
