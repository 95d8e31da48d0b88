"""Background processes: found again by their command lines, ended cleanly or by force."""

import os
import socket
import sys
import time
from pathlib import Path

import psutil

from curation.database.processes import end_process, find_process, last_lines, port_owner, start_background


def test_processes_are_known_by_pid_and_arguments(tmp_path: Path) -> None:
    program = "import time; print('ready', flush=True); time.sleep(60)"
    process = start_background([sys.executable, "-c", program, "--place=here"], tmp_path / "log", os.environ)
    while "ready" not in (tmp_path / "log").read_text():  # a process that is just starting has no command line yet
        time.sleep(0.01)
    assert find_process(process.pid, ["--place=here"]) is not None
    assert find_process(process.pid, ["--place=there"]) is None
    assert find_process(-1, []) is None
    assert find_process(2**70, []) is None
    end_process(process, 5)
    assert find_process(process.pid, []) is None
    end_process(process, 5)  # twice is fine


def test_a_process_that_ignores_the_request_is_forced_to_end(tmp_path: Path) -> None:
    program = "import signal as s, time; s.signal(s.SIGTERM, s.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    process = start_background([sys.executable, "-c", program], tmp_path / "log", os.environ)
    while last_lines(tmp_path / "log", 1) != ["deaf"]:  # the timeout of tests ends a process that never writes it
        time.sleep(0.01)
    end_process(process, 0.2)
    assert not psutil.pid_exists(process.pid)


def test_last_lines(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "log", 2) == []
    (tmp_path / "log").write_bytes(b"one\n\n two \nth\xffree\n")
    assert last_lines(tmp_path / "log", 2) == ["two", "th\N{REPLACEMENT CHARACTER}ree"]


def test_the_owner_of_a_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours:
        port = ours.getsockname()[1]
        assert f"(process {os.getpid()})" in (port_owner(port) or "")
    assert port_owner(port) is None


def test_logs_are_for_their_owner(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("older\n")
    log.chmod(0o644)
    process = start_background([sys.executable, "-c", "print('said')"], log, os.environ)
    process.wait(30)
    assert log.read_text() == "older\nsaid\n"
    assert log.stat().st_mode & 0o777 == 0o600
