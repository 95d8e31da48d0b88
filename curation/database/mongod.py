"""The MongoDB process of one folder: its address, whether it answers, and how it is started."""

import hashlib
import json
import os
import re
import shutil
import socket
import time
from pathlib import Path
from urllib.parse import quote

import psutil

from curation.database.processes import end_process, find_process, last_lines, start_background
from models.errors import ErrataError
from models.files.temporary import private_temporary_folder

START_S = 90  # to recover a large journal; a fresh server is ready in 2 s
ANSWER_S = 15  # on a busy machine a server is slow, not dead, and other processes may be using it
STOP_S = 30
_LOST_S = 5  # how long a client looks for a server that died; 30 by default in pymongo
_CACHE_GB = 0.5  # MongoDB would take half of the memory, which the models need
_SOCKET_PATH_BYTES = 103  # sun_path holds 104 bytes on macOS, 108 on Linux, with the final zero
_BACKTRACE = re.compile(r"^\{|BACKTRACE|^Frame:")  # lines that tell people nothing
_FULL = (b"No space left on device", b'"error":28,')  # ENOSPC, as WiredTiger and MongoDB write it
_LOG_BYTES = 1 << 20  # of its end: a backtrace is long
_LEAST_BYTES = 16 << 20  # with less than this free a log may hold no word of it
TAKES_MB = 350  # of an empty database, most of it the journal
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./-]+")  # MongoDB splits addresses at commas


def running_server(folder: Path) -> psutil.Process | None:
    """Return the server of this folder, whether it answers or not; MongoDB keeps its pid in `mongod.lock`."""
    try:
        pid = int((_data(folder) / "mongod.lock").read_text())
    except (OSError, ValueError):  # never started, or ended cleanly, which leaves the file empty
        return None
    return find_process(pid, ["--dbpath", str(_data(folder))])


def start_server(binary: Path, folder: Path) -> str:
    """Start the server on `folder/data` and return its address once it answers.

    Raises:
        ErrataError: the server ends or does not answer in time; the message quotes the error in its log.
    """
    command = _command(binary, folder)
    log = folder / "mongod.log"
    if log.exists():
        log.replace(folder / "mongod.old.log")  # logs stay small, and an error in the log belongs to this start
    process = start_background(command, folder / "mongod.out", os.environ)
    deadline = time.monotonic() + START_S
    while process.is_running() and time.monotonic() < deadline:
        if answers(address(command), 0.25):
            return address(command)
    other = running_server(folder)  # left by a starter that died before its server had written its pid
    if other is not None and other.pid != process.pid and answers(address(other.cmdline()), ANSWER_S):
        return address(other.cmdline())
    state = "does not answer" if process.is_running() else "ended at once"
    end_process(process, STOP_S)
    raise ErrataError(f"the MongoDB server in {folder} {state}: {_reason(folder)} (log: {log})")


def address(command: list[str]) -> str:
    """Return the `mongodb://` address of a server that was started with this command line.

    A write that was answered is in the journal, so that a server that is killed right after it loses no verdict.
    """
    host = command[command.index("--bind_ip") + 1]
    if "--port" in command:
        host = f"{host}:{command[command.index('--port') + 1]}"
    return f"mongodb://{quote(host, safe=':')}/?journal=true&serverSelectionTimeoutMS={_LOST_S * 1000}"


def answers(uri: str, patience_s: float) -> bool:
    """Return whether a server answers a ping; a connection proves nothing, since a stopped process still accepts it."""
    from pymongo import MongoClient  # takes half a second to import, only needed where the database is used next
    from pymongo.errors import PyMongoError

    wait_ms = int(patience_s * 1000)
    try:
        with MongoClient[dict[str, object]](
            uri,
            serverSelectionTimeoutMS=wait_ms,
            connectTimeoutMS=wait_ms,
            socketTimeoutMS=max(wait_ms, 2000),
        ) as client:
            client.admin.command("ping")
    except PyMongoError:
        return False
    return True


def private(folder: Path) -> Path:
    """Return the folder, made if it is missing, open to its owner alone: MongoDB asks for no password.

    Raises:
        ErrataError: the folder cannot be made, or belongs to another user.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        raise ErrataError(f"cannot use {folder}: {error.strerror}; set ERRATA_HOME to a folder you own") from error
    return folder


def _data(folder: Path) -> Path:
    return folder.resolve() / "data"  # always spelled the same: the running server is recognised by this path


def _command(binary: Path, folder: Path) -> list[str]:
    return [
        str(binary), "--dbpath", str(private(_data(folder))), *_listen(folder.resolve()), "--quiet",
        "--logpath", str(folder / "mongod.log"), "--logappend", "--wiredTigerCacheSizeGB", str(_CACHE_GB),
        "--setParameter", "diagnosticDataCollectionEnabled=false",
        "--noscripting",  # no JavaScript in the server: FiftyOne uses none, and a query could run for ever in it
    ]  # fmt: skip


def _listen(folder: Path) -> list[str]:
    """Return the arguments that make the server listen on a socket file that only its owner can open."""
    if has_unix_sockets():
        # --nounixsocket turns off a second socket, /tmp/mongodb-27017.sock, which another server may be using.
        return ["--bind_ip", str(_socket(folder)), "--filePermissions", "0700", "--nounixsocket"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        return ["--bind_ip", "127.0.0.1", "--port", str(free.getsockname()[1])]


def has_unix_sockets() -> bool:
    """Return whether this system has socket files."""
    return hasattr(socket, "AF_UNIX")


def _socket(folder: Path) -> Path:
    """Return the socket's path: in the folder, or in a temporary one where that path is too long or has odd letters."""
    near = folder / "socket" / "m.sock"
    if len(os.fsencode(near)) <= _SOCKET_PATH_BYTES and _PLAIN_PATH.fullmatch(str(near)):
        return private(near.parent) / near.name
    return private_temporary_folder() / f"{hashlib.sha256(os.fsencode(near)).hexdigest()[:16]}.sock"


def _reason(folder: Path) -> str:
    """Return the last error in the server's log, one JSON object a line, else the last line of the log."""
    log = folder / "mongod.log"
    full = f"the disk is full; free {TAKES_MB} MB and run the same command again"  # MongoDB dies with a backtrace
    if disk_is_full(folder):
        return full
    entries = [json.loads(line) for line in last_lines(log, 40) if line.startswith('{"t":') and line.endswith("}")]
    errors = [entry for entry in entries if entry["s"] in ("E", "F")]  # error, fatal
    for entry in reversed(errors):
        detail = entry.get("attr", {}).get("error")
        if detail:
            return f"{entry['msg']}: {detail.get('errmsg') if isinstance(detail, dict) else detail}"
    told = [*last_lines(folder / "mongod.out", 9), *last_lines(log, 9)]
    last = [line for line in told if not _BACKTRACE.search(line)]
    if errors or last:
        return str(errors[0]["msg"]) if errors else last[-1]
    return full if disk_is_full(folder, TAKES_MB << 20) else "it gave no reason"  # killed by the system


def disk_is_full(folder: Path, least_bytes: int = _LEAST_BYTES) -> bool:
    """Return whether the server in this folder met a full disk, as its log or the disk itself tells.

    Args:
        folder: of the server.
        least_bytes: the disk is full where less is free.
    """
    log = folder / "mongod.log"
    end = log.read_bytes()[-_LOG_BYTES:] if log.exists() else b""
    return any(sign in end for sign in _FULL) or (folder.exists() and shutil.disk_usage(folder).free < least_bytes)
