"""`errata stop` and the app: real processes of this workspace end, those of another one go on."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.commands.app_processes import app_servers
from curation.workspace.folders import Workspace
from tests.helpers.typed_command import exit_code

Start = Callable[..., "subprocess.Popen[bytes]"]
_SLEEP = "import time; print('up', flush=True); time.sleep(600)"
_SERVE = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "app.main"], start_new_session=True, stdout=subprocess.PIPE)
child.stdout.readline()
def end(*_):
    child.terminate()
    child.wait()
    open(os.environ["ERRATA_HOME"] + "/ended-in-order", "w").close()
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start Python on modules that have the names of Errata's servers and only sleep."""
    (tmp_path / "app").mkdir()
    for name, program in (("__init__", ""), ("server", _SLEEP), ("main", _SLEEP), ("cli", _SERVE)):
        (tmp_path / "app" / f"{name}.py").write_text(program)
    (tmp_path / "streamlit").write_text(_SLEEP)
    started: list[subprocess.Popen[bytes]] = []

    def run(home: Path | None, *arguments: str) -> "subprocess.Popen[bytes]":
        environment = {name: value for name, value in os.environ.items() if name not in ("ERRATA_HOME", "PYTHONPATH")}
        if home:
            environment["ERRATA_HOME"] = str(home)
        process = subprocess.Popen([sys.executable, *arguments], cwd=tmp_path, env=environment, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout
        process.stdout.readline()
        return process

    yield run
    for process in started:
        for child in psutil.Process(process.pid).children() if process.poll() is None else []:
            child.kill()
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def test_stop_ends_the_app_of_this_workspace_only(
    workspace: Workspace, tmp_path: Path, start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    other = start(tmp_path / "elsewhere", "-m", "app.main")
    unrelated = start(workspace.root, "-c", _SLEEP, "app.main")
    by_hand = start(workspace.root, "streamlit", "run", "app/main.py")
    served = start(workspace.root, "-m", "app.cli", "serve")
    assert len(app_servers(workspace)) == 2
    assert exit_code("stop") == 0
    assert capsys.readouterr().out == "ended the app\n"
    assert None not in (by_hand.poll(), served.poll())
    assert (workspace.root / "ended-in-order").exists()  # by `errata serve`, which ends what else it started
    assert (other.poll(), unrelated.poll()) == (None, None)
    assert app_servers(workspace) == []
    assert exit_code("stop") == 0
    assert "was running" in capsys.readouterr().out


def test_without_a_workspace_in_the_environment_it_is_where_the_app_was_started(tmp_path: Path, start: Start) -> None:
    process = start(None, "-m", "app.main")
    assert [server.pid for server in app_servers(Workspace(tmp_path / "workspace"))] == [process.pid]
    assert app_servers(Workspace(tmp_path / "other")) == []
