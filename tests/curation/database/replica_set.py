"""A MongoDB server as a team has one: a replica set that asks for a password, on a free port of this machine."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import psutil
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from curation.database.binary import mongod_path
from curation.database.processes import end_process, port_owner, start_background

PASSWORD = "p@ss:w/rd%"  # each of these characters has a meaning in an address
ROOT, PERSON, STRANGER = "root", "ann", "zoe"  # all may do all; FiftyOne's database alone; another database alone


@dataclass(frozen=True)
class ReplicaSet:
    """A running server."""

    port: int
    process: psutil.Process

    def address(self, user: str = PERSON, password: str = PASSWORD, options: str = "") -> str:
        """Return the address with a user and a password; without both where no user is named."""
        who = f"{user}:{quote_plus(password)}@" if user else ""
        patience = "" if "TimeoutMS" in options else "&serverSelectionTimeoutMS=20000"
        return f"mongodb://{who}127.0.0.1:{self.port}/?authSource=admin{patience}{options}"

    def command(self, *command: Any, **options: Any) -> Any:
        """Run a command of an administrator, on this server whether it is the primary or not."""
        with MongoClient[dict[str, Any]](self.address(ROOT, options="&directConnection=true")) as client:
            return client.admin.command(*command, **options)


@contextmanager
def replica_set(folder: Path) -> Iterator[ReplicaSet]:
    """Yield a server that waits for `initiate`; it ends with the block."""
    key, data = folder / "key", folder / "data"
    key.write_text("onlyfortests" * 4)
    key.chmod(0o600)
    data.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        str(mongod_path()), "--dbpath", str(data), "--bind_ip", "127.0.0.1", "--port", str(port), "--nounixsocket",
        "--replSet", "rs0", "--auth", "--keyFile", str(key), "--wiredTigerCacheSizeGB", "0.25", "--quiet",
        "--oplogSize", "50", "--setParameter", "diagnosticDataCollectionEnabled=false",
    ]  # fmt: skip
    process = start_background(command, folder / "mongod.log", os.environ)
    try:
        _ask_until(lambda: port_owner(port) is not None)
        yield ReplicaSet(port, process)
    finally:
        end_process(process, 30)


def initiate(server: ReplicaSet) -> None:
    """Make it a replica set of one server, with its three users."""
    alone = f"mongodb://127.0.0.1:{server.port}/?directConnection=true"
    with MongoClient[dict[str, Any]](alone) as client:  # before there is a user, this machine may do it
        member = {"_id": 0, "host": f"127.0.0.1:{server.port}"}
        client.admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})
        _wait_for_primary(client)
        client.admin.command("createUser", ROOT, pwd=PASSWORD, roles=["root"])
    for user, database in ((PERSON, "fiftyone"), (STRANGER, "elsewhere")):
        server.command("createUser", user, pwd=PASSWORD, roles=[{"role": "readWrite", "db": database}])


def step_down(server: ReplicaSet) -> None:
    """Leave the replica set without a primary."""
    server.command("replSetStepDown", 600, force=True)


def step_up(server: ReplicaSet) -> None:
    """Let it have a primary again."""
    server.command("replSetFreeze", 0)
    with MongoClient[dict[str, Any]](server.address(ROOT, options="&directConnection=true")) as client:
        _wait_for_primary(client)


def _wait_for_primary(client: MongoClient[dict[str, Any]]) -> None:
    def is_primary() -> bool:
        with suppress(PyMongoError):
            return bool(client.admin.command("hello").get("isWritablePrimary"))
        return False

    _ask_until(is_primary)


def _ask_until(is_so: Callable[[], bool], patience_s: float = 60) -> None:
    deadline = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < deadline, "the server does not get ready"
        time.sleep(0.05)
