"""The app as a server of its own, for tests in a browser."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from app.commands.serve import streamlit_server, wait_for_answer
from app.panels.tour import end_tour
from curation.workspace.folders import Workspace


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
