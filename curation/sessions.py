"""A FiftyOne browser session on an audited data set."""

from pathlib import Path

from curation.app_server import app_url, start_app
from curation.inference import dataset_name, write_audit
from curation.results import audit_folder, audited, load_audit
from curation.store import dataset_exists
from curation.workspace import Workspace
from models.files import read_json


def open_session(workspace: Workspace, name: str, view: str, port: int) -> str:
    """Start the guarded FiftyOne App and return the link to a saved view; a dataset that is gone is written again.

    Raises:
        ErrataError: the data set was not audited, the port is taken, or a server does not start.
    """
    audit = load_audit(workspace, name)
    if not dataset_exists(workspace, dataset_name(name)):
        write_audit(workspace, audit)
    start_app(workspace, media_roots(workspace), port)
    return app_url(port, dataset_name(name), view)


def media_roots(workspace: Workspace) -> list[Path]:
    """Return the folders of all audited data sets that are still there: one App shows them all."""
    roots = {Path(read_json(audit_folder(workspace, name) / "rows.json")["root"]) for name in audited(workspace)}
    return sorted(root for root in roots if root.is_dir())
