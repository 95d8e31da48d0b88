"""Whose a dataset is on a server that workspaces share: two data sets of one name must not replace each other."""

import secrets
import socket
from dataclasses import dataclass
from typing import Any

from curation.database.chosen_server import chosen_by_user, database_name
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.locks import locked
from models.files.schemas import read_as

_PATIENCE_S = 10


@dataclass(frozen=True)
class _Identity:
    """What identity.json says."""

    workspace: str  # a name drawn once
    place: str  # for messages


def owner_of(workspace: Workspace) -> dict[str, str]:
    """Return what a dataset notes of its workspace; nothing on Errata's own server, which serves one workspace.

    The workspace keeps a name drawn once, so that it is the same from every machine that reaches its folder.

    Raises:
        ErrataError: the workspace cannot be written.
    """
    if not chosen_by_user():
        return {}
    file = workspace.root / "identity.json"
    with locked(workspace.root / ".identity.lock", _PATIENCE_S):
        if not file.exists():
            place = f"{workspace.root.resolve()} on {socket.gethostname()}"
            write_json(file, {"schema_version": 1, "workspace": secrets.token_hex(8), "place": place})
    kept = read_as(file, _Identity, "delete it: the workspace gets a new name")
    return {"workspace": kept.workspace, "place": kept.place}


def check_owner(workspace: Workspace, dataset: Any) -> None:
    """Raise if another workspace wrote the dataset.

    Raises:
        ErrataError: it did; the message names that workspace.
    """
    noted = (dataset.info or {}).get("errata") or {}
    owner = owner_of(workspace)
    if owner and noted.get("workspace", owner["workspace"]) != owner["workspace"]:
        raise ErrataError(
            f"FiftyOne dataset {dataset.name!r} in the database {database_name()!r} of that MongoDB server is of "
            f"another workspace, {noted.get('place', 'elsewhere')}; set FIFTYONE_DATABASE_NAME to another name, and "
            "this workspace has a database of its own there"
        )
