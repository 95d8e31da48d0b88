"""A FiftyOne browser session on an audited data set: one guarded App process for each reviewer."""

import logging
from dataclasses import dataclass
from pathlib import Path

from curation.database.names import dataset_name
from curation.database.processes import port_owner
from curation.database.store import dataset_exists
from curation.in_fiftyone.app_server import PortTakenError, app_url, running_apps, start_app
from curation.in_fiftyone.sync import Synced, sync
from curation.in_fiftyone.write_audit import write_audit
from curation.results.audit import load_audit
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_folder, audited, audited_labels, check_audited
from models.errors import ErrataError
from models.files.schemas import AUDIT_AGAIN, read_as

PORT = 5151  # of the first reviewer's App; the next reviewer's App has the next free port
_PORTS = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Rows:
    """What rows.json says of the images' place."""

    root: str


def open_session(workspace: Workspace, name: str, view: str, port: int | None = None, reviewer: str = "") -> str:
    """Start the reviewer's guarded FiftyOne App and return the link to a saved view.

    A missing dataset is written again. An existing dataset first follows the decision log, and edits made in FiftyOne
    itself become decisions of this reviewer.

    Args:
        workspace: its audits and database.
        name: of an audited data set.
        view: slug of a saved view.
        port: None = the port of the reviewer's running App, else the first free one from 5151 on.
        reviewer: name of who judges; empty where it is not known.

    Raises:
        ErrataError: the data set was not audited, the port is taken, or a server does not start.
    """
    follow_log(workspace, name, reviewer)
    while True:
        number = port_of(workspace, reviewer) if port is None else port
        try:
            start_app(workspace, media_roots(workspace), number, reviewer)
        except PortTakenError:
            if port is not None:
                raise
        else:
            return app_url(number, dataset_name(name), view)


def follow_log(workspace: Workspace, name: str, reviewer: str) -> Synced | None:
    """Bring the dataset up to date with the log, see `sync`.

    Returns:
        what was done; None if the dataset was rebuilt or shows a version; versions are not reviewed.

    Raises:
        ErrataError: the data set was not audited, or the database does not start.
    """
    check_audited(workspace, name)
    if not dataset_exists(workspace, dataset_name(name)):
        write_audit(workspace, load_audit(workspace, name))
        return None
    return sync(workspace, name, reviewer) if audited_labels(workspace, name) == ORIGINAL else None


def port_of(workspace: Workspace, reviewer: str) -> int:
    """Return the port of the reviewer's running App, else the first free one.

    Raises:
        ErrataError: a hundred ports are taken.
    """
    apps = running_apps(workspace)
    for app in apps:
        if app.reviewer == reviewer:
            return app.port
    taken = {app.port for app in apps}
    for port in range(PORT, PORT + _PORTS):
        if port not in taken and port_owner(port) is None:
            return port
    raise ErrataError(f"the ports {PORT} to {PORT + _PORTS - 1} are all taken; name a free one with --port")


def media_roots(workspace: Workspace) -> list[Path]:
    """Return the existing folders of all audited data sets: one App shows them all, but those with a damaged audit."""
    roots = set()
    for name in audited(workspace):
        try:
            roots.add(Path(read_as(audit_folder(workspace, name) / "rows.json", _Rows, AUDIT_AGAIN).root))
        except ErrataError as error:
            _log.warning("%s", error)
    return sorted(root for root in roots if root.is_dir())
