"""`errata serve`: the app at once, the audit where need be, and the FiftyOne App, until it is told to stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app.commands.arguments import audited_dataset
from app.fiftyone_watch import FiftyOneWatch
from app.terminal import tell
from curation.serving.proxy import APP_ADDRESS, fiftyone_address, path_of, proxy_address
from curation.workspace.folders import Workspace, data_root
from models.errors import ErrataError

REPOSITORY = Path(__file__).parents[2]
SERVER = "app.main"
_START_S = 60
_STOP_S = 10
_LOOK_S = 0.5


def serve(
    port: Annotated[int, typer.Option(help="of the Streamlit app", min=1, max=65535)] = 8501,
    fiftyone_port: Annotated[int, typer.Option(help="of the FiftyOne App", min=1, max=65535)] = 5151,
    name: Annotated[str, typer.Option(help="data set to show")] = "scenes",
) -> None:
    """Serve the app and the FiftyOne App until Ctrl-C. Audits the data set meanwhile, if that is not done yet."""
    from models.files.runs import terminated_as_interrupt

    workspace, dataset = audited_dataset(name)
    began = time.time()
    _check_ports(workspace, port, fiftyone_port)
    with ExitStack() as servers:  # ends what was started here
        try:
            servers.enter_context(terminated_as_interrupt(signal.SIGTERM, signal.SIGHUP))  # also a closed terminal
            app = servers.enter_context(streamlit_server(workspace, port))
            audits = servers.enter_context(audit_if_needed(workspace, name, dataset))
            fiftyone = partial(_fiftyone_app, workspace, dataset, fiftyone_port)
            watch = FiftyOneWatch(workspace, dataset, fiftyone_port, lambda: servers.enter_context(fiftyone()))
            url = "" if audits else watch.start()
            wait_for_answer(workspace, app, port)
            tell(f"\nErrata:   {_address(port)}/?dataset={dataset}")
            tell(f"FiftyOne: {url}" if url else f"The app shows how far the audit of {dataset} is.")
            tell("Ctrl-C stops both" if url else "Ctrl-C stops both; what the audit has finished is kept")
            while app.poll() is None:
                time.sleep(_LOOK_S)
                if audits and (failure := audit_failure(workspace, dataset, began)):
                    tell(f"FiftyOne is not started: the audit of {dataset} {failure}")
                    audits = False
                if not url and _is_in_fiftyone(workspace, dataset):
                    url = watch.start()
                    tell(f"FiftyOne: {url}")
                watch.look()
            raise ErrataError(f"the app ended: {_last_words(workspace)}; start it again with `errata serve`")
        except KeyboardInterrupt:  # the usual end
            tell("\nstopping …")


def _check_ports(workspace: Workspace, port: int, fiftyone_port: int) -> None:
    """Raise if a port is in use, before minutes are spent on an audit; a FiftyOne App of our own is used again."""
    from curation.database.processes import port_owner
    from curation.in_fiftyone.app_server import running_apps

    if port == fiftyone_port:
        raise ErrataError(f"both servers cannot listen on port {port}; give --port or --fiftyone-port another number")
    app_ports = {app.port for app in running_apps(workspace)}
    for number, option in ((port, "--port"), (fiftyone_port, "--fiftyone-port")):
        if number not in app_ports and (owner := port_owner(number)):
            raise ErrataError(f"port {number} is taken by {owner}; end it or choose another with {option}")
    if port in app_ports:
        raise ErrataError(f"port {port} serves FiftyOne; choose another with --port")


@contextmanager
def audit_if_needed(workspace: Workspace, name: str, dataset: str) -> Iterator[bool]:
    """Start the audit unless it is done; yield whether it goes on. An audit that was started here ends with the block.

    Args:
        workspace: of the audit.
        name: what `errata audit` is given.
        dataset: the name under which it is audited.
    """
    from app.commands.queue import job_request
    from app.jobs.actions import cancel_job, enqueue
    from curation.database.start import stop_database
    from curation.in_fiftyone.app_server import running_apps
    from curation.workspace.names import audit_folder
    from models.files.runs import read_status

    folder = audit_folder(workspace, dataset)
    status = read_status(folder)
    if status and status.state == "running":
        tell(f"{dataset} is being audited by process {status.pid}; the app shows how far it is")
        yield True
        return
    if status and status.state == "finished" and (folder / "results.json").exists():
        yield False
        return
    if status and earlier_audit_is_whole(workspace, dataset):  # a mistyped option must not replace it by the defaults
        tell(
            f"the last audit of {dataset} ended early ({status.error or status.state}); shown is the one before; "
            f"to go on with it: errata audit {name}"
        )
        yield False
        return
    job = enqueue(workspace, job_request(workspace, ["audit", name]))
    try:
        yield True
    finally:
        with suppress(ErrataError):  # long over, and forgotten by the queue
            cancel_job(workspace, job.id)
        if not running_apps(workspace) and not an_audit_runs(workspace):
            stop_database(workspace)


def audit_failure(workspace: Workspace, dataset: str, since: float) -> str:
    """Return how an audit ended early after a Unix time; empty while it goes on and where it is finished."""
    from curation.workspace.names import audit_folder
    from models.files.runs import read_status

    folder = audit_folder(workspace, dataset)
    status = read_status(folder)
    if status is None or status.state in ("running", "finished") or (folder / "status.json").stat().st_mtime < since:
        return ""
    return f"{status.state}{f': {status.error}' if status.error else ''}; it goes on with: errata audit {dataset}"


def _is_in_fiftyone(workspace: Workspace, dataset: str) -> bool:
    """Return whether the audit is finished, so that FiftyOne has something to show."""
    from curation.workspace.names import audit_folder
    from models.files.runs import read_status

    folder = audit_folder(workspace, dataset)
    status = read_status(folder)
    return status is not None and status.state == "finished" and (folder / "fiftyone.json").exists()


def earlier_audit_is_whole(workspace: Workspace, dataset: str) -> bool:
    """Return whether an earlier audit of the same images can be read, and is in FiftyOne."""
    from curation.results.audit import load_audit
    from curation.workspace.names import audit_folder
    from curation.workspace.stages import read_records

    if "fiftyone" not in read_records(audit_folder(workspace, dataset)):
        return False
    try:
        load_audit(workspace, dataset)
    except ErrataError:  # the images changed since, or a file is damaged
        return False
    return True


@contextmanager
def streamlit_server(workspace: Workspace, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Yield the app's process, which may not answer yet, so that FiftyOne can start meanwhile."""
    import psutil

    from curation.database.processes import end_process

    command = [sys.executable, "-m", SERVER, f"--server.port={port}"]
    # Streamlit reads its settings from the folder it starts in; the user's folders stay where they are.
    folders = {"ERRATA_HOME": str(workspace.root), "ERRATA_DATA": str(data_root())}
    _log(workspace).parent.mkdir(parents=True, exist_ok=True)
    _log(workspace).parent.chmod(0o700)
    with _log(workspace).open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 (our own command)
            command, cwd=REPOSITORY, env={**os.environ, **folders}, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            end_process(psutil.Process(process.pid), _STOP_S)
        process.wait()


@contextmanager
def _fiftyone_app(workspace: Workspace, dataset: str, port: int) -> Iterator[str]:
    """Yield the address of the suspicious view; the App, and the database nobody else needs, end with the block."""
    from curation.database.names import suspicious_view, view_in_links
    from curation.database.start import stop_database
    from curation.decisions.reviewer import kept_reviewer
    from curation.in_fiftyone.app_server import running_apps, stop_app
    from curation.in_fiftyone.sessions import open_session

    view = view_in_links(suspicious_view("test"))
    ran_before = any(app.port == port for app in running_apps(workspace))
    try:
        yield fiftyone_address(open_session(workspace, dataset, view, port, kept_reviewer(workspace)))
    finally:
        if not ran_before:
            stop_app(workspace, port)
        if not running_apps(workspace) and not an_audit_runs(workspace):
            stop_database(workspace)


def an_audit_runs(workspace: Workspace) -> bool:
    """Return whether an audit, which outlives the app, needs the database."""
    from models.files.runs import read_status

    states = (read_status(path.parent) for path in workspace.runs.glob("audit-*/status.json"))
    return any(status is not None and status.state == "running" for status in states)


def wait_for_answer(workspace: Workspace, app: "subprocess.Popen[bytes]", port: int) -> None:
    """Wait until the app answers.

    Raises:
        ErrataError: it ended, or does not answer within a minute.
    """
    deadline = time.monotonic() + _START_S
    while app.poll() is None and time.monotonic() < deadline:
        if _answers(port):
            return
        time.sleep(0.1)
    raise ErrataError(f"the app on port {port} does not start: {_last_words(workspace)}")


def _address(port: int) -> str:
    """Return where people open the app: at the proxy where there is one."""
    return proxy_address(APP_ADDRESS) or f"http://127.0.0.1:{port}"


def _answers(port: int) -> bool:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", f"{path_of(proxy_address(APP_ADDRESS))}/_stcore/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _log(workspace: Workspace) -> Path:
    return workspace.root / "servers" / "streamlit.log"


def _last_words(workspace: Workspace) -> str:
    """Return the last lines of the app's log, and where it is."""
    from curation.database.processes import last_lines

    return f"{' | '.join(last_lines(_log(workspace), 3)) or 'it gave no reason'} (log: {_log(workspace)})"
