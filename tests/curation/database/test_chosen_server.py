"""A MongoDB server of the user's: a replica set with passwords, real; what it refuses is one sentence, no password."""

import os
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.commands import doctor
from curation.database.chosen_server import check_server, without_password
from curation.database.start import configure_fiftyone, ensure_database
from curation.decisions.ledger import open_ledger
from curation.results.audit import load_audit
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.curation.database.replica_set import (
    PASSWORD,
    PERSON,
    STRANGER,
    ReplicaSet,
    initiate,
    replica_set,
    step_down,
    step_up,
)
from tests.helpers import REPOSITORY
from tests.helpers.small_audit import small_audit
from tests.helpers.typed_command import exit_code

pytestmark = pytest.mark.mongo

SESSION = """
import sys
from pathlib import Path
from curation.database.names import dataset_name
from curation.database.store import dataset_exists, load_dataset
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.in_fiftyone.desk import FiftyOneDesk
from curation.in_fiftyone.write_audit import write_audit
from curation.results.audit import load_audit
from curation.review.bench import Bench
from curation.workspace.folders import Workspace
from models.errors import ErrataError

workspace, reviewer, other = Workspace(Path(sys.argv[1])), sys.argv[2], Workspace(Path(sys.argv[3]))
audit = load_audit(workspace, "shared")
if not dataset_exists(workspace, dataset_name("shared")):
    write_audit(workspace, audit)
bench = Bench(audit, open_ledger(workspace, "shared"))
desk = FiftyOneDesk(bench, lambda: load_dataset(workspace, dataset_name("shared")), lambda: reviewer)
print(desk.decide(desk.samples_of([0]), "keep" if reviewer == "ann" else "ambiguous").sentence)
dataset = load_dataset(workspace, dataset_name("shared"))
first = dataset.match({"image_id": str(audit.rows.image_ids[0])}).first()
print(sorted(first.reviewer), first.reviewers_disagree)
try:
    write_audit(other, load_audit(other, "shared"))
except ErrataError as error:
    print(error)
"""


@pytest.fixture(autouse=True)
def no_server_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIFTYONE_DATABASE_URI", raising=False)
    monkeypatch.delenv("ERRATA_DATABASE_URI", raising=False)


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicaSet]:
    with replica_set(tmp_path_factory.mktemp("replica")) as server:
        yield server


@pytest.fixture(scope="module")
def server(waiting: ReplicaSet) -> ReplicaSet:
    with pytest.raises(ErrataError, match=r"waits for its replica set; run rs\.initiate\(\)"):
        check_server(f"mongodb://127.0.0.1:{waiting.port}/?replicaSet=rs0&serverSelectionTimeoutMS=20000")
    initiate(waiting)
    return waiting


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("mongodb://ann:p%40ss@db1:27017,db2/fo?replicaSet=rs0", "mongodb://ann@db1:27017,db2/fo"),
        ("mongodb+srv://ann:p@ss@db.example/?x=1", "mongodb+srv://ann@db.example"),
        ("mongodb://db.example", "mongodb://db.example"),
        ("mongodb://%2Frun%2Fm.sock/?journal=true", "mongodb://%2Frun%2Fm.sock"),
        ("ann:secret@db", "mongodb://ann@db"),
    ],
)
def test_an_address_is_shown_without_its_password(address: str, shown: str) -> None:
    assert without_password(address) == shown


@pytest.mark.parametrize("address", ["mongodb://ann:pa/secret@db", "mongodb://ann:secret@db:port", "mongodb://"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ErrataError, match="is not an address of MongoDB") as told:
        check_server(address)
    assert "secret" not in str(told.value)


def test_a_user_with_a_password(server: ReplicaSet) -> None:
    shown = f"mongodb://ann@127.0.0.1:{server.port}"
    for options in ("", "&replicaSet=rs0"):
        assert check_server(server.address(options=options)).endswith(f"{shown}, replica set rs0, database fiftyone")


def test_what_the_server_refuses(server: ReplicaSet, monkeypatch: pytest.MonkeyPatch) -> None:
    down = ReplicaSet(1, server.process)  # nothing listens on port 1
    cases = {
        server.address(password="wrong-secret"): "refuses the user 'ann': the password is wrong, or there is no such",
        server.address("nobody"): "refuses the user 'nobody': the password is wrong, or there is no such user",
        server.address(""): "wants a user and a password",
        server.address(STRANGER): "may not use the database 'fiftyone'; grant the role readWrite",
        server.address(options="&replicaSet=rs9&serverSelectionTimeoutMS=300"): "belongs to a replica set 'rs9'",
        down.address(
            options="&serverSelectionTimeoutMS=300"
        ): r"no MongoDB server answers at mongodb://ann@127\.0\.0\.1:1; start it",
    }
    for address, sentence in cases.items():
        monkeypatch.setenv("FIFTYONE_DATABASE_URI", address)
        with pytest.raises(ErrataError, match=sentence) as told:
            ensure_database(Workspace(Path("unused")))
        with pytest.raises(ErrataError, match=sentence):
            doctor.check_mongodb()
        assert not any(secret in str(told.value) for secret in ("secret", PASSWORD, "p%40ss"))


def test_no_primary(server: ReplicaSet) -> None:
    step_down(server)
    try:
        with pytest.raises(ErrataError, match=r"replica set 'rs0' at .* has no primary, so nothing can be written"):
            check_server(server.address(options="&replicaSet=rs0&serverSelectionTimeoutMS=1500"))
    finally:
        step_up(server)
    assert "replica set rs0" in check_server(server.address())


def test_two_people_on_one_dataset_and_a_stranger_of_that_name(
    server: ReplicaSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace, other = Workspace(tmp_path / "home"), Workspace(tmp_path / "other")
    for made in (workspace, other):
        small_audit(made, "shared", cams=0)
    monkeypatch.setenv("FIFTYONE_DATABASE_URI", server.address(PERSON))
    monkeypatch.setenv("ERRATA_HOME", str(workspace.root))

    def session(reviewer: str) -> list[str]:
        command = [sys.executable, "-c", SESSION, str(workspace.root), reviewer, str(other.root)]
        run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, env=os.environ)
        assert run.returncode == 0, run.stderr
        assert PASSWORD not in run.stdout + run.stderr
        return run.stdout.splitlines()

    assert session("ann")[1] == "['ann'] None"
    _, both, refused = session("ben")
    assert both == "['ann', 'ben'] True"
    assert refused.startswith(
        "FiftyOne dataset 'errata-shared' in the database 'fiftyone' of that MongoDB server is of"
    )
    assert str(workspace.root) in refused
    with open_ledger(workspace, "shared").reading() as state:
        verdicts = state.verdicts(str(load_audit(workspace, "shared").rows.image_ids[0]))
    assert {name: verdict.decision for name, verdict in verdicts.items()} == {"ann": "keep", "ben": "ambiguous"}

    assert exit_code("stop") == 0
    assert "nothing of" in capsys.readouterr().out
    exit_code("doctor")
    told = capsys.readouterr().out
    assert f"mongodb://ann@127.0.0.1:{server.port}, replica set rs0" in told
    assert PASSWORD not in told
    assert server.process.is_running()
    assert not workspace.database.exists()


def test_a_password_is_in_no_sentence_about_another_server(
    server: ReplicaSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {**os.environ, "FIFTYONE_DATABASE_URI": server.address()})
    imported = types.ModuleType("fiftyone")
    imported.config = types.SimpleNamespace(database_uri="mongodb://ben:secret@db")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "fiftyone", imported)
    with pytest.raises(ErrataError, match=r"uses mongodb://ben@db, not mongodb://ann@127\.0\.0\.1:\d+$"):
        configure_fiftyone(Workspace(tmp_path))
