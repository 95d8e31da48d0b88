"""The processes that serve the app of a workspace, whoever started them: found again, and ended."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import psutil

from app.commands.serve import SERVER
from curation.database.processes import end_process
from curation.workspace.folders import Workspace

_PATIENCE_S = 90.0  # `errata serve` ends the app, FiftyOne (whose edits become decisions: 60 s) and the database before
_PAGE = "app/main.py"


def app_servers(workspace: Workspace) -> list[psutil.Process]:
    """Return the processes that serve the app of this workspace, oldest first; those of other people are not looked at.

    A server is known by its command line, and its workspace by its environment: ERRATA_HOME, else the folder
    `workspace` where it was started.
    """
    servers = [process for process in psutil.process_iter() if _serves(process, workspace.root)]
    return sorted(servers, key=lambda process: process.pid)


def end_app(server: psutil.Process) -> None:
    """End a server of the app; where `errata serve` started it, that ends too, with all it started."""
    for process in (*_serve_commands(server), server):
        end_process(process, _PATIENCE_S)


def _serves(process: psutil.Process, root: Path) -> bool:
    try:
        if not _is_server(process.cmdline()):
            return False
        home = process.environ().get("ERRATA_HOME") or "workspace"
        return (Path(process.cwd()) / home).resolve() == root.resolve()
    except (psutil.Error, OSError):  # it has ended, or is another person's
        return False


def _is_server(command: list[str]) -> bool:
    """Return whether a command line is that of `errata serve`'s server or of `streamlit run app/main.py`."""
    of_module = any(pair == ("-m", SERVER) for pair in pairwise(command))
    by_hand = "run" in command and any(part.endswith("streamlit") for part in command)
    return of_module or (by_hand and any(part.endswith(_PAGE) for part in command))


def _serve_commands(server: psutil.Process) -> Iterator[psutil.Process]:
    """Yield the `errata serve` that started a server."""
    try:
        parent = server.parent()
        command = parent.cmdline() if parent else []
    except psutil.Error:
        return
    is_errata = any(Path(part).name == "errata" or part == "app.cli" for part in command)
    if parent and is_errata and "serve" in command:
        yield parent
