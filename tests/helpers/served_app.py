"""The app as a server of its own, for tests in a browser."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from app.commands.serve import streamlit_server, wait_for_answer
from curation.workspace.folders import Workspace


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def served(workspace: Workspace) -> Iterator[str]:
    """Serve the app on a workspace; yield its address, to be followed by `/?dataset=…`."""
    port = free_port()
    with streamlit_server(workspace, port) as app:
        wait_for_answer(workspace, app, port)
        yield f"http://127.0.0.1:{port}"
