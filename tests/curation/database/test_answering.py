"""What MongoDB's driver raises, and what FiftyOne makes of it, is one sentence; anything else stays what it is."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from pymongo import errors

from curation.database.answering import answering
from models.errors import ErrataError

FULL = {"writeErrors": [{"errmsg": "28: No space left on device", "code": 14031}]}
STOPPED = r"^the MongoDB database stopped answering; nothing computed is lost: run the same command again"


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the workspace's database, whose log has no word of a full disk."""
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path))
    monkeypatch.delenv("FIFTYONE_DATABASE_URI", raising=False)
    (tmp_path / "database").mkdir()
    (tmp_path / "database" / "mongod.log").write_text("{}\n")
    return tmp_path / "database"


def raising(error: Exception, wrapped: str) -> None:
    """Raise an error, or another one that was made of it."""
    if wrapped == "not":
        raise error
    try:
        raise error
    except type(error):
        if wrapped == "from it":
            raise ValueError("as FiftyOne does") from error
        raise RuntimeError("as FiftyOne does, too")  # noqa: B904


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (errors.ServerSelectionTimeoutError("closed"), STOPPED),
        (errors.AutoReconnect("closed"), STOPPED),
        (ConnectionError("Could not connect to `mongod`"), STOPPED),  # as FiftyOne says it when it is imported
        (errors.OperationFailure("no"), r"^the MongoDB database reports: no; see `errata doctor`$"),
        (errors.BulkWriteError(FULL), r"reports: 28: No space left on device; see"),
    ],
)
@pytest.mark.parametrize("wrapped", ["not", "from it", "while it was handled"])
def test_what_the_driver_raises(error: Exception, sentence: str, wrapped: str) -> None:
    with pytest.raises(ErrataError, match=sentence), answering():
        raising(error, wrapped)


def test_a_full_disk_is_said(database: Path) -> None:
    (database / "mongod.log").write_text('{"attr":{"error":28,"message":"No space left on device"}}\n')
    for error, sentence in (
        (errors.AutoReconnect("closed"), "^the MongoDB database stopped answering: the disk is full; nothing computed"),
        (
            errors.OperationFailure("no"),
            "^the MongoDB database cannot write: the disk is full; nothing computed",
        ),
    ):
        with pytest.raises(ErrataError, match=sentence), answering():
            raise error


def test_a_server_that_died_with_little_space_free_had_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(free=300 << 20)
    monkeypatch.setattr("curation.database.mongod.shutil", SimpleNamespace(disk_usage=lambda _: usage))
    with pytest.raises(ErrataError, match="stopped answering: the disk is full"), answering():
        raise errors.AutoReconnect("closed")
    with pytest.raises(ErrataError, match="reports: no"), answering():  # it lives
        raise errors.OperationFailure("no")
    usage.free = 400 << 20
    with pytest.raises(ErrataError, match=STOPPED), answering():
        raise errors.AutoReconnect("closed")


def test_another_error_stays_what_it_is() -> None:
    for error in (ValueError("a bug"), ErrataError("a sentence"), KeyboardInterrupt()):
        with pytest.raises(type(error)) as raised, answering():
            raise error
        assert raised.value is error
