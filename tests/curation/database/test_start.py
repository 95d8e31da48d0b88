"""The real MongoDB: started once, shared, restarted and stopped; servers of other users are left alone."""

import os
import signal
import stat
import subprocess
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from curation.database import mongod
from curation.database import start as database
from curation.database.binary import mongod_path
from curation.database.processes import end_process, start_background
from curation.database.start import configure_fiftyone, ensure_database, stop_database
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers import REPOSITORY
from tests.helpers.reliability import record


@pytest.fixture(autouse=True)
def no_server_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIFTYONE_DATABASE_URI", raising=False)
    monkeypatch.delenv("ERRATA_DATABASE_URI", raising=False)


def server(workspace: Workspace) -> psutil.Process:
    process = mongod.running_server(workspace.database)
    assert process is not None
    return process


def servers(workspace: Workspace) -> list[int]:
    """All processes that were started on the workspace's data, by their command lines alone."""
    data = str(workspace.database / "data")
    return [p.pid for p in psutil.process_iter(["cmdline"]) if data in (p.info["cmdline"] or [])]


def write(uri: str, number: int) -> None:
    """As FiftyOne writes: the address alone asks for the journal, without which a kill would lose the last 0.1 s."""
    with MongoClient[dict[str, int]](uri) as client:
        client["test"]["numbers"].insert_one({"number": number})


def read(uri: str) -> list[int]:
    with MongoClient[dict[str, int]](uri) as client:
        return sorted(row["number"] for row in client["test"]["numbers"].find())


@pytest.mark.mongo
def test_started_once_then_shared(mongo_workspace: Workspace) -> None:
    uri = ensure_database(mongo_workspace)
    first = server(mongo_workspace).pid
    assert ensure_database(mongo_workspace) == uri
    assert server(mongo_workspace).pid == first
    assert servers(mongo_workspace) == [first]


@pytest.mark.mongo
def test_only_its_owner_reaches_it(mongo_workspace: Workspace) -> None:
    ensure_database(mongo_workspace)
    process = server(mongo_workspace)
    sockets = {connection.laddr for connection in process.net_connections(kind="unix") if connection.laddr}
    assert process.net_connections(kind="inet") == []
    assert len(sockets) == 1  # and none in /tmp, which another server may be using
    path = Path(str(sockets.pop()))
    assert path.is_relative_to(mongo_workspace.database)
    for private in (path, path.parent, mongo_workspace.database):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700


@pytest.mark.mongo
def test_memory_is_bounded_and_the_terminal_does_not_reach_it(mongo_workspace: Workspace) -> None:
    uri = ensure_database(mongo_workspace)
    with MongoClient[dict[str, dict[str, dict[str, int]]]](uri) as client:
        cache = client.admin.command("serverStatus")["wiredTiger"]["cache"]
    assert cache["maximum bytes configured"] == 512 * 1024 * 1024
    assert os.getsid(server(mongo_workspace).pid) != os.getsid(0)


@pytest.mark.mongo
def test_killed_frozen_and_stopped(own_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written data survives each end, and the next caller always gets a working server."""
    monkeypatch.setattr(database, "ANSWER_S", 1)
    monkeypatch.setattr(database, "STOP_S", 1)
    uri = ensure_database(own_workspace)
    write(uri, 1)
    killed = server(own_workspace)
    killed.kill()
    killed.wait(10)
    assert ensure_database(own_workspace) == uri
    write(uri, 2)
    frozen = server(own_workspace)
    frozen.send_signal(signal.SIGSTOP)
    assert ensure_database(own_workspace) == uri
    assert not frozen.is_running()
    assert read(uri) == [1, 2]
    pid = server(own_workspace).pid
    assert stop_database(own_workspace) is True
    assert not psutil.pid_exists(pid)
    assert (own_workspace.database / "data" / "mongod.lock").read_text() == ""  # MongoDB's mark of a clean end
    assert stop_database(own_workspace) is False


@pytest.mark.mongo
def test_a_server_that_dies_is_missed_soon(own_workspace: Workspace) -> None:
    """Connects through the address, which is all that FiftyOne gets."""
    uri = ensure_database(own_workspace)
    with MongoClient[dict[str, int]](uri) as client:
        assert client.admin.command("ping")
        server(own_workspace).kill()
        with pytest.raises(PyMongoError):
            client.admin.command("ping")
        assert client.options.server_selection_timeout == 5  # seconds; 30 by default


@pytest.mark.faults
def test_four_starters_one_server(own_workspace: Workspace) -> None:
    program = (
        "import sys; from pathlib import Path; from curation.workspace.folders import Workspace; "
        "from curation.database.start import ensure_database; print(ensure_database(Workspace(Path(sys.argv[1]))))"
    )
    own_workspace.root.mkdir()
    command = [sys.executable, "-c", program, str(own_workspace.root)]
    with ThreadPoolExecutor(4) as pool:
        runs = list(
            pool.map(
                lambda _: subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False),
                range(4),
            )
        )
    assert [run.returncode for run in runs] == [0] * 4, runs
    assert len({run.stdout for run in runs}) == 1
    assert len(servers(own_workspace)) == 1  # and it has outlived the one that started it
    record("Faults", "MongoDB started by four processes at once", 4, "one server; all four use it")


@pytest.mark.mongo
@pytest.mark.parametrize("name", ["n" * 120, "a,b c%é"])
def test_a_path_no_socket_can_have(tmp_path: Path, name: str) -> None:
    workspace = Workspace(tmp_path / name)
    try:
        uri = ensure_database(workspace)
        write(uri, 1)
        assert ensure_database(workspace) == uri
        assert read(uri) == [1]
        assert f"errata-{os.getuid()}" in uri
        assert server(workspace).net_connections(kind="inet") == []
    finally:
        stop_database(workspace)


@pytest.mark.mongo
def test_without_unix_sockets_a_port_of_this_machine(own_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongod, "has_unix_sockets", lambda: False)
    uri = ensure_database(own_workspace)
    write(uri, 1)
    assert uri.startswith("mongodb://127.0.0.1:")
    assert ensure_database(own_workspace) == uri
    listening = [c.laddr for c in server(own_workspace).net_connections(kind="inet") if c.status == "LISTEN"]
    assert {address[0] for address in listening} == {"127.0.0.1"}


@pytest.mark.mongo
def test_another_spelling_of_the_path_is_the_same_workspace(mongo_workspace: Workspace, tmp_path: Path) -> None:
    uri = ensure_database(mongo_workspace)
    (tmp_path / "link").symlink_to(mongo_workspace.root)
    assert ensure_database(Workspace(tmp_path / "link")) == uri


@pytest.mark.mongo
def test_data_that_cannot_be_opened(own_workspace: Workspace) -> None:
    data = own_workspace.database / "data"
    data.mkdir(parents=True)
    (data / "storage.bson").write_text("no database")
    with pytest.raises(ErrataError, match=r"MongoDB server in .* ended at once: .*storage engine.*BSON.*mongod\.log"):
        ensure_database(own_workspace)


def test_a_stranger_with_the_old_pid_is_left_alone(own_workspace: Workspace, tmp_path: Path) -> None:
    stranger = start_background([sys.executable, "-c", "import signal; signal.pause()"], tmp_path / "log", os.environ)
    data = own_workspace.database / "data"
    data.mkdir(parents=True)
    with stranger_kept(stranger.pid):
        (data / "mongod.lock").write_text(f"{stranger.pid}\n")
        assert stop_database(own_workspace) is False


def test_the_users_server_is_honoured(own_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIFTYONE_DATABASE_URI", "mongodb://db.example:27017")
    monkeypatch.setattr(database, "check_once", lambda uri: None)  # tests/curation/database/test_chosen_server.py
    assert ensure_database(own_workspace) == "mongodb://db.example:27017"
    environment = database.fiftyone_environment(own_workspace, "mongodb://db.example:27017")
    assert "FIFTYONE_DATABASE_VALIDATION" not in environment
    assert "ERRATA_DATABASE_URI" not in environment
    assert not own_workspace.database.exists()


@pytest.mark.mongo
def test_configure_before_the_import(mongo_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "fiftyone", raising=False)
    monkeypatch.setenv("FIFTYONE_APP_COLORSCALE", "inferno")
    monkeypatch.setattr(os, "environ", dict(os.environ))
    configure_fiftyone(mongo_workspace)
    uri = os.environ["FIFTYONE_DATABASE_URI"]
    assert uri == os.environ["ERRATA_DATABASE_URI"] == ensure_database(mongo_workspace)
    assert os.environ["FIFTYONE_APP_COLORSCALE"] == "inferno"
    assert os.environ["FIFTYONE_DO_NOT_TRACK"] == "true"


@pytest.mark.mongo
def test_what_we_set_for_one_workspace_is_no_choice_of_the_user(
    mongo_workspace: Workspace, own_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = ensure_database(mongo_workspace)
    for name, value in database.fiftyone_environment(mongo_workspace, uri).items():
        monkeypatch.setenv(name, value)
    assert ensure_database(own_workspace) != uri


@pytest.mark.mongo
def test_configure_after_the_import(mongo_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    imported = types.ModuleType("fiftyone")
    imported.config = types.SimpleNamespace(database_uri=None)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "fiftyone", imported)
    with pytest.raises(ErrataError, match="imported before configure_fiftyone and uses a server of its own"):
        configure_fiftyone(mongo_workspace)
    imported.config.database_uri = ensure_database(mongo_workspace)
    configure_fiftyone(mongo_workspace)


def test_no_server_installed(own_workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spec = types.SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr("importlib.util.find_spec", lambda _: spec)
    with pytest.raises(ErrataError, match=r"no MongoDB server at .*; .*FIFTYONE_DATABASE_URI"):
        ensure_database(own_workspace)
    assert database.main() == 1
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ErrataError, match=r"FiftyOne is not installed .*make setup"):
        mongod_path()


def test_the_makefile_can_ask() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "curation.database.start"], cwd=REPOSITORY, capture_output=True, check=False
    )
    assert (run.returncode, run.stdout) == (0, b"")


def test_a_workspace_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "workspace").write_text("")
    with pytest.raises(ErrataError, match=r"cannot use .*set ERRATA_HOME"):
        ensure_database(Workspace(tmp_path / "workspace"))


class stranger_kept:  # noqa: N801 (reads as a statement)
    """A process that must still run at the end of the block; ended afterwards."""

    def __init__(self, pid: int) -> None:
        self.process = psutil.Process(pid)

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        alive = self.process.is_running()
        end_process(self.process, 5)
        assert alive


def test_a_full_disk_is_said_without_a_backtrace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        '{"t": 1, "s": "F", "msg": "Fatal assertion", "attr": {"error": "28: No space left on device"}}',
        "BACKTRACE: x",
    ]
    monkeypatch.setattr("shutil.disk_usage", lambda _: types.SimpleNamespace(free=1 << 40))
    (tmp_path / "mongod.log").write_text("\n".join([*lines, "0123456789" * 5000]))
    sentence = "the disk is full; free 350 MB and run the same command again"
    assert mongod._reason(tmp_path) == sentence
    (tmp_path / "mongod.log").write_text('{"t": 1, "s": "E", "attr":{"error":28,"message":{"ts_sec":17')  # cut off
    assert mongod._reason(tmp_path) == sentence
    (tmp_path / "mongod.log").write_text('{"t": 1, "s": "I"\nBACKTRACE: {"a":"5"}\n  Frame: {}\n')
    assert mongod._reason(tmp_path) == "it gave no reason"  # on a disk with space
    monkeypatch.setattr("shutil.disk_usage", lambda _: types.SimpleNamespace(free=200 << 20))
    assert mongod._reason(tmp_path) == sentence  # less than an empty database takes
    (tmp_path / "mongod.log").write_text("no such option")
    assert mongod._reason(tmp_path) == "no such option"
    monkeypatch.setattr("shutil.disk_usage", lambda _: types.SimpleNamespace(free=4096))
    assert mongod._reason(tmp_path) == sentence


@pytest.mark.mongo
def test_a_server_of_the_users_choice_is_started(
    own_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = tmp_path / "newer"
    newer.symlink_to(mongod_path())
    monkeypatch.setenv("ERRATA_MONGOD", str(newer))
    write(ensure_database(own_workspace), 7)
    assert server(own_workspace).cmdline()[0] == str(newer)
    for wrong in ("mongod", str(tmp_path), str(tmp_path / "none"), "/etc/passwd"):
        monkeypatch.setenv("ERRATA_MONGOD", wrong)
        with pytest.raises(ErrataError, match=r"ERRATA_MONGOD is .* no path of a program"):
            mongod_path()
