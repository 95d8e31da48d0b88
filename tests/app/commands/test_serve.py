"""`errata serve`: both servers from one command, and nothing left of them."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from app.commands.serve import (
    _fiftyone_app,
    an_audit_runs,
    audit_failure,
    audit_if_needed,
    earlier_audit_is_whole,
    serve,
    streamlit_server,
    wait_for_answer,
)
from app.fiftyone_watch import FiftyOneWatch
from app.jobs.queue import jobs
from curation.database.mongod import running_server
from curation.database.start import stop_database
from curation.in_fiftyone.app_server import running_apps
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import write_json
from tests.helpers.drawn_folder import draw_folder
from tests.helpers.reliability import record
from tests.helpers.served_app import free_port
from tests.helpers.small_audit import small_audit, write_status


def test_taken_ports_are_refused_before_anything_starts(workspace: Workspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(ErrataError, match=f"port {port} is taken by .*--port"):
            serve(port, free_port(), "scenes")
        with pytest.raises(ErrataError, match=f"port {port} is taken by .*--fiftyone-port"):
            serve(free_port(), port, "scenes")
    with pytest.raises(ErrataError, match="both servers cannot listen on port 8501"):
        serve(8501, 8501, "scenes")
    with pytest.raises(ErrataError, match="no data set 'scnes'; did you mean 'scenes'"):
        serve(free_port(), free_port(), "scnes")
    assert not list(workspace.root.iterdir())


def test_an_audit_that_is_done_or_being_done_is_not_started_again(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = small_audit(workspace, cams=0)
    with audit_if_needed(workspace, "tiny", "tiny") as goes_on:
        assert not goes_on
    write_status(audit.folder, "running", "images")
    with audit_if_needed(workspace, "tiny", "tiny") as goes_on:
        assert goes_on
    assert jobs(workspace) == []
    assert f"is being audited by process {os.getpid()}" in capsys.readouterr().out
    assert an_audit_runs(workspace)


def test_an_audit_that_failed_leaves_the_one_before_to_be_served(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    audit = small_audit(workspace, cams=0)
    write_status(audit.folder, "failed", "duplicates", error="too many folds")
    monkeypatch.setattr("curation.workspace.stages.read_records", lambda _: {"fiftyone": None})
    with audit_if_needed(workspace, "tiny", "tiny") as goes_on:
        assert not goes_on
    assert jobs(workspace) == []
    assert "the last audit of tiny ended early (too many folds); shown is the one before" in capsys.readouterr().out
    assert earlier_audit_is_whole(workspace, "tiny")
    (audit.folder / "rows.npz").write_bytes(b"")
    assert not earlier_audit_is_whole(workspace, "tiny")
    monkeypatch.setattr("curation.workspace.stages.read_records", lambda _: {})  # killed before FiftyOne had it
    assert not earlier_audit_is_whole(workspace, "tiny")


def test_an_audit_that_is_needed_waits_in_the_queue_and_ends_with_the_servers(workspace: Workspace) -> None:
    draw_folder(workspace.root / "few", train=4, test=2)
    with audit_if_needed(workspace, str(workspace.root / "few"), "few") as goes_on:
        assert goes_on
        assert [(job.state, job.arguments[0]) for job in jobs(workspace)] == [("waiting", "audit")]
    assert [job.state for job in jobs(workspace)] == ["cancelled"]


def test_an_audit_that_ends_early_is_told_once_it_did_so_now(workspace: Workspace) -> None:
    audit = small_audit(workspace, cams=0)
    assert audit_failure(workspace, "tiny", 0) == ""
    write_status(audit.folder, "failed", "images", error="the disk is full")
    assert audit_failure(workspace, "tiny", 0) == "failed: the disk is full; it goes on with: errata audit tiny"
    assert audit_failure(workspace, "tiny", time.time() + 60) == ""  # of an earlier day


def test_an_app_that_does_not_start_says_why(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.commands.serve.SERVER", "app.missing")
    with (
        pytest.raises(ErrataError, match=r"does not start: .*missing.*log:"),
        streamlit_server(workspace, free_port()) as app,
    ):
        wait_for_answer(workspace, app, free_port())
    assert app.poll() is not None


def status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@pytest.mark.mongo
@pytest.mark.faults
@pytest.mark.timeout(280)
def test_both_answer_and_both_end(workspace: Workspace, tmp_path: Path) -> None:
    small_audit(workspace, cams=1)
    app_port, fiftyone_port = free_port(), free_port()
    command = [sys.executable, "-m", "app.cli", "serve", "--name", "tiny", "--port", str(app_port)]
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_DATABASE_URI")}
    output = tmp_path / "output.txt"
    with output.open("w") as file:
        process = subprocess.Popen(
            [*command, "--fiftyone-port", str(fiftyone_port)], stdout=file, stderr=file, cwd=tmp_path, env=environment
        )
    try:
        deadline = time.monotonic() + 240
        while "stops both" not in output.read_text() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        printed = output.read_text()
        assert f"http://127.0.0.1:{app_port}/?dataset=tiny" in printed
        assert f"http://127.0.0.1:{fiftyone_port}/datasets/errata-tiny?view=suspicious-test" in printed
        assert (status(app_port, "/_stcore/health"), status(fiftyone_port, "/fiftyone")) == (200, 200)
        children = psutil.Process(process.pid).children(recursive=True)
        os.kill(running_apps(workspace)[0].pid, signal.SIGKILL)
        remedy = "`errata review tiny` starts it"  # it lived too short to be started again
        while remedy not in output.read_text() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        assert "FiftyOne ended: " in output.read_text()
        assert remedy in output.read_text()
        assert status(app_port, "/_stcore/health") == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert (status(app_port, "/_stcore/health"), status(fiftyone_port, "/fiftyone")) == (0, 0)
        assert not psutil.wait_procs(children, timeout=10)[1]
        assert running_apps(workspace) == []
        assert running_server(workspace.database) is None
        assert "Traceback" not in output.read_text()
        record("Faults", "SIGKILL of FiftyOne under errata serve", 1, "it is said and what starts it; the app goes on")
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        stop_database(workspace)


def test_fiftyone_is_said_to_be_where_a_proxy_offers_it(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    page = "datasets/errata-tiny?view=suspicious-test"
    monkeypatch.setattr("curation.in_fiftyone.sessions.open_session", lambda *_: f"http://127.0.0.1:5151/{page}")
    with _fiftyone_app(workspace, "tiny", 5151) as url:
        assert url == f"http://127.0.0.1:5151/{page}"
    monkeypatch.setenv("ERRATA_FIFTYONE_ADDRESS", "https://lab.example:5443/")
    with _fiftyone_app(workspace, "tiny", 5151) as url:
        assert url == f"https://lab.example:5443/{page}"


def test_fiftyone_that_dies_is_told_and_started_again_but_not_for_ever(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state, log = workspace.root / "servers" / "5151.json", workspace.root / "servers" / "5151.log"
    state.parent.mkdir(parents=True)
    starts: list[str] = []

    def start() -> str:
        starts.append("http://here")
        if len(starts) > 3:
            raise ErrataError("the disk is full")
        return starts[-1]

    watch = FiftyOneWatch(workspace, "tiny", 5151, start)
    clock = iter([0.0, 100.0, 100.0, 130.0, 200.0, 300.0])
    monkeypatch.setattr("app.fiftyone_watch.time", SimpleNamespace(monotonic=lambda: next(clock)))
    watch.look()
    assert watch.start() == "http://here"
    watch.look()  # nothing died: there is no state of an App, as after `errata stop`
    assert (starts, capsys.readouterr().out) == (["http://here"], "")
    write_json(state, {"schema_version": 1, "pid": 0, "reviewer": "", "roots": [], "database": ""})
    log.write_text("Killed\n")
    watch.look()
    assert "FiftyOne ended: Killed (log: " in (told := capsys.readouterr().out)
    assert "\nFiftyOne: http://here\n" in told
    watch.look()  # half a minute later
    assert "It is not started again, since it ran for 30 s; `errata review tiny` starts it" in capsys.readouterr().out
    watch.look()
    assert (len(starts), capsys.readouterr().out) == (2, "")
    watch.start()
    watch.look()
    assert "It cannot be started again: the disk is full; `errata review tiny`" in capsys.readouterr().out
