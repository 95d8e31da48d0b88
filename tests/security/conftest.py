"""Both servers and the database, started once for all attacks."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.commands.serve import streamlit_server, wait_for_answer
from app.panels.tour import end_tour
from curation.database.names import dataset_name
from curation.in_fiftyone.app_server import start_app, stop_app
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from tests.helpers.served_app import free_port
from tests.helpers.small_audit import small_audit
from tests.security.sockets import Target


@dataclass(frozen=True)
class Servers:
    """The running servers of one workspace."""

    workspace: Workspace
    audit: Audit
    app: Target
    fiftyone: Target
    media: Path  # an image that FiftyOne may show

    @property
    def dataset(self) -> str:
        """Its name in FiftyOne."""
        return dataset_name(self.audit.name)


@pytest.fixture(scope="module")
def servers(mongo_workspace: Workspace) -> Iterator[Servers]:
    """The app and the FiftyOne App on a small audit."""
    workspace = mongo_workspace
    with pytest.MonkeyPatch.context() as patch:  # as if the user had set nothing
        for name in ("FIFTYONE_DATABASE_URI", "ERRATA_DATABASE_URI", "ERRATA_APP_ADDRESS", "ERRATA_FIFTYONE_ADDRESS"):
            patch.delenv(name, raising=False)
        audit = small_audit(workspace, "attacked", cams=0)
        end_tour(workspace)
        port = free_port()
        with streamlit_server(workspace, port) as app:
            fiftyone = start_app(workspace, [audit.rows.root], free_port(), "ann")
            wait_for_answer(workspace, app, port)
            yield Servers(
                workspace, audit, Target(port, app.pid), Target(fiftyone.port, fiftyone.pid), audit.rows.path(0)
            )
        stop_app(workspace, fiftyone.port)
