"""Shared fixtures: one workspace with a real MongoDB for the whole test run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from curation.app_server import running_apps, stop_app
from curation.database import stop_database
from curation.workspace import Workspace

# A busy machine is no failure, and the same code passes or fails each time; --hypothesis-profile=new draws new cases.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None, max_examples=1000)
settings.load_profile("same")


@pytest.fixture(scope="session")
def mongo_workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace whose database and Apps are stopped at the end of the run."""
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    yield workspace
    for app in running_apps(workspace):
        stop_app(workspace, app.port)
    stop_database(workspace)


@pytest.fixture
def own_workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace of one test, for tests that kill or stop its database."""
    workspace = Workspace(tmp_path / "workspace")
    yield workspace
    stop_database(workspace)
