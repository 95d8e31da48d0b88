"""The FiftyOne App as a process of our own, behind the guard, on 127.0.0.1: one for each reviewer.

A server has one session (view, selection, open image) for all its tabs, so two reviewers need two servers. It
shows files below the given roots and the workspace only, see `curation.in_fiftyone.middleware.guard`.
"""

import contextlib
import http.client
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil

from curation.database.chosen_server import without_password
from curation.database.processes import end_process, find_process, last_lines, port_owner, start_background
from curation.database.start import ensure_database, fiftyone_environment
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.locks import locked
from models.files.schemas import read_as

_PLUGIN = Path(__file__).resolve().parent / "review_plugin"
_START_S = 120  # importing FiftyOne takes 5 to 12 s, more on a busy machine
_STOP_S = 60  # it turns the edits in it into decisions first


class PortTakenError(ErrataError):
    """Another program listens on the port."""


@dataclass(frozen=True)
class AppServer:
    """A running FiftyOne App."""

    port: int
    pid: int
    reviewer: str
    roots: tuple[str, ...]  # folders whose files it may show
    database: str  # its address without a password: it is kept in a file

    @property
    def url(self) -> str:
        """The address of its start page."""
        return f"http://127.0.0.1:{self.port}/"


def app_url(port: int, dataset: str, view: str, theme: str = "") -> str:
    """Return the link to a saved view; without a view the App would show whatever it showed last.

    A page that frames it must be open under the same name of the machine: from `localhost` it stays blank.

    Args:
        port: of the App.
        dataset: name of the FiftyOne dataset.
        view: slug of the saved view.
        theme: light or dark; as the browser wishes where it is empty.

    >>> app_url(5151, "errata-scenes", "suspicious-test")
    'http://127.0.0.1:5151/datasets/errata-scenes?view=suspicious-test'
    """
    query = {"view": view, "theme": theme} if theme else {"view": view}
    return f"http://127.0.0.1:{port}/datasets/{quote(dataset, safe='')}?{urlencode(query)}"


def start_app(workspace: Workspace, media_roots: Sequence[Path], port: int = 5151, reviewer: str = "") -> AppServer:
    """Return the reviewer's App on this port, started if need be; waits until it answers.

    A running App is used again if it serves the same roots from the same database, else it is replaced.

    Args:
        workspace: its files may be shown too: the Grad-CAM maps lie there.
        media_roots: the folders of the data sets; links are followed and must end inside a root.
        port: 1 to 65535.
        reviewer: name of who judges; in `ERRATA_REVIEWER` of the server's process.

    Raises:
        PortTakenError: another program has the port, or took it while the server started.
        ErrataError: a root is missing, or the server does not start (quotes its log).
    """
    if not 0 < port < 65536:
        raise ErrataError(f"port {port} does not exist; choose one from 1024 to 65535")
    roots = tuple(sorted({os.path.realpath(root) for root in [workspace.root, *media_roots]}))
    for root in roots:
        if not Path(root).is_dir():
            raise ErrataError(f"cannot serve images from {root}: there is no such folder")
    address = ensure_database(workspace)
    database, folder = without_password(address), _folder(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    with locked(folder / "lock", patience_s=2 * _START_S):
        running = _running(workspace, port)
        if running is not None and running.reviewer != reviewer:
            raise ErrataError(
                f"port {port} serves the FiftyOne App of reviewer {running.reviewer!r}; choose another port"
            )
        if running is not None and (running.roots, running.database) == (roots, database) and _answers(port):
            return running
        if running is not None:
            _state(workspace, port).unlink(missing_ok=True)  # who watches must not take this for a death
            end_process(psutil.Process(running.pid), _STOP_S)
        taken = port_owner(port)
        if taken is not None:
            raise PortTakenError(f"port {port} is taken by {taken}; end it or choose another port")
        return _start(workspace, AppServer(port, 0, reviewer, roots, database), address)


def stop_app(workspace: Workspace, port: int = 5151) -> bool:
    """End the workspace's App on this port; tell whether one was running."""
    running = _running(workspace, port)
    if running is not None:
        with contextlib.suppress(psutil.NoSuchProcess):
            end_process(psutil.Process(running.pid), _STOP_S)
    _state(workspace, port).unlink(missing_ok=True)
    return running is not None


def end_of_session(workspace: Workspace, port: int) -> list[str]:
    """Return what the last App on this port reported when it ended: which edits in FiftyOne became decisions."""
    file = report_file(workspace, port)
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def running_apps(workspace: Workspace) -> list[AppServer]:
    """Return the running Apps of this workspace, sorted by port."""
    ports = sorted(int(path.stem) for path in _folder(workspace).glob("*.json") if path.stem.isdecimal())
    return [app for port in ports if (app := _running(workspace, port)) is not None]


def died(workspace: Workspace, port: int) -> bool:
    """Return whether the App on this port ended though nobody stopped it."""
    return _state(workspace, port).exists() and _running(workspace, port) is None


def last_words(workspace: Workspace, port: int) -> str:
    """Return the last lines of the log of the App on this port, and where it is."""
    log = _folder(workspace) / f"{port}.log"
    return f"{' | '.join(last_lines(log, 3)) or 'it gave no reason'} (log: {log})"


def _folder(workspace: Workspace) -> Path:
    return workspace.root / "servers"


def report_file(workspace: Workspace, port: int) -> Path:
    """Return the file in which the App on this port reports when it ends."""
    return _folder(workspace) / f"{port}.said"


def _state(workspace: Workspace, port: int) -> Path:
    return _folder(workspace) / f"{port}.json"


def _arguments(workspace: Workspace, port: int) -> list[str]:
    """Return the arguments that identify a process as this workspace's server on this port."""
    return ["-m", "curation.in_fiftyone.app_process", f"--workspace={workspace.root.resolve()}", f"--port={port}"]


def _running(workspace: Workspace, port: int) -> AppServer | None:
    try:
        app = read_as(_state(workspace, port), AppServer)
    except ErrataError:  # no such server, or a state that cannot be read
        return None
    return app if find_process(app.pid, _arguments(workspace, port)) else None


def _start(workspace: Workspace, app: AppServer, address: str) -> AppServer:
    log = _folder(workspace) / f"{app.port}.log"
    for old in (log, report_file(workspace, app.port)):
        old.unlink(missing_ok=True)
    command = [sys.executable, *_arguments(workspace, app.port), *(f"--root={root}" for root in app.roots)]
    here = str(Path(__file__).resolve().parents[2])  # for the child, whatever its working folder
    environment = {
        **os.environ, **fiftyone_environment(workspace, address),
        "ERRATA_REVIEWER": app.reviewer, "ERRATA_HOME": str(workspace.root.resolve()),
        "FIFTYONE_PLUGINS_DIR": str(_PLUGIN), "FIFTYONE_PLUGINS_CACHE_ENABLED": "true",  # our plugin and no other
        "PYTHONPATH": os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")])),
    }  # fmt: skip
    process = start_background(command, log, environment)
    started = AppServer(app.port, process.pid, app.reviewer, app.roots, app.database)
    write_json(_state(workspace, app.port), {"schema_version": 1, **asdict(started)})
    deadline = time.monotonic() + _START_S
    while process.is_running() and time.monotonic() < deadline:
        if _answers(app.port) and _listens(process, app.port):
            return started
        time.sleep(0.1)
    state = "does not answer" if process.is_running() else "ended at once"
    end_process(process, _STOP_S)
    taken = port_owner(app.port)
    if taken is not None:
        raise PortTakenError(f"port {app.port} was taken by {taken} while the FiftyOne App started; choose another")
    raise ErrataError(f"the FiftyOne App on port {app.port} {state}: {last_words(workspace, app.port)}")


def _listens(process: psutil.Process, port: int) -> bool:
    """Return whether this process has the port: another FiftyOne may have taken it a moment before."""
    try:
        return any(
            connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,)
            for connection in process.net_connections("tcp")
        )
    except psutil.Error:  # it ended
        return False


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)  # urllib would ask a configured proxy
    try:
        connection.request("GET", "/fiftyone")
        return "version" in json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
