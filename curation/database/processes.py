"""Background processes that Errata starts: found again by their command line, ended cleanly."""

import contextlib
import os
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil


def start_background(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> psutil.Process:
    """Start a process that goes on after this one has ended, and that Ctrl-C in this terminal does not reach.

    Args:
        command: the program and its arguments.
        log: file that its standard output and error are appended to.
        environment: all its environment variables.
    """
    with open(log, "ab", opener=_for_owner) as output:
        process = subprocess.Popen(  # noqa: S603 (no shell; callers give full paths)
            list(command), stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=dict(environment),
            start_new_session=True,
        )  # fmt: skip
    started = psutil.Process(process.pid)
    # A dead child process stays in the process table and looks alive until its parent has waited for it.
    threading.Thread(target=process.wait, daemon=True).start()
    return started


def _for_owner(path: str, flags: int) -> int:
    """Open a log for its owner alone: it names files, and quotes what a browser asked."""
    descriptor = os.open(path, flags, 0o600)
    os.fchmod(descriptor, 0o600)  # it may be older
    return descriptor


def find_process(pid: int, arguments: Sequence[str]) -> psutil.Process | None:
    """Return the living process with this pid if its command line holds all the arguments.

    The system reuses a pid after its process has ended, and after a reboot. A process that was started with our folder
    as an argument is ours; any other must be left alone.
    """
    try:
        process = psutil.Process(pid)
        command = process.cmdline()
    except (psutil.Error, ValueError, OverflowError):  # ended, of another user, or no pid at all
        return None
    return process if all(argument in command for argument in arguments) else None


def end_process(process: psutil.Process, patience_s: float) -> None:
    """Ask the process to end (SIGTERM), and after `patience_s` force it (SIGKILL); return when it has ended."""
    try:
        process.terminate()
        process.wait(patience_s)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(patience_s)


def last_lines(log: Path, count: int) -> list[str]:
    """Return the last lines of a log file, without empty lines; an empty list where there is no file."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_384))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return [line.strip() for line in text.splitlines() if line.strip()][-count:]


def port_owner(port: int) -> str | None:
    """Return which program listens on a TCP port of this machine, as far as the system tells; None = no program."""
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return None
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections(kind="tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,)
            if listens and connection.pid is not None:
                return f"{psutil.Process(connection.pid).name()!r} (process {connection.pid})"
    return "another program"
