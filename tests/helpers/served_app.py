"""The app as a server of its own, for tests in a browser."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from app.commands.serve import streamlit_server, wait_for_answer
from app.panels.tour import end_tour
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import small_audit


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def served(workspace: Workspace, with_tour: bool = False) -> Iterator[str]:
    """Serve the app on a workspace; yield its address, to be followed by `/?dataset=…`.

    Args:
        workspace: that is shown.
        with_tour: whether the tour may show; else it counts as skipped.
    """
    if not with_tour:
        end_tour(workspace)
    port = free_port()
    with streamlit_server(workspace, port) as app:
        wait_for_answer(workspace, app, port)
        yield f"http://127.0.0.1:{port}"


def home(audit: Audit) -> Workspace:
    """Return the workspace of an audit."""
    return Workspace(audit.folder.parent.parent)


@pytest.fixture(scope="module")
def audit_of_file(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """A small audit that the tests of a file share; the file names it `audit`."""
    return small_audit(Workspace(tmp_path_factory.mktemp("home")))


def address_of_file(rest: str, with_tour: bool = False) -> Callable[[Audit], Iterator[str]]:
    """Return a fixture: the address of the app on the file's `audit`, followed by `rest`; the file names it."""

    @pytest.fixture(scope="module")
    def address(audit: Audit) -> Iterator[str]:
        with served(home(audit), with_tour) as url:
            yield f"{url}{rest}"

    return address
