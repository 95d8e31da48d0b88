"""Locks between processes: one at a time, many readers, and how long to wait."""

from pathlib import Path

import pytest

from models.errors import ErrataError
from models.files.locks import locked, try_lock, wait_for_lock


def test_a_lock_is_held_once(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "lock", 1),
        pytest.raises(ErrataError, match=r"has held .*lock"),
        locked(tmp_path / "lock", 0.1),
    ):
        pass
    with locked(tmp_path / "lock", 1):
        pass
    with pytest.raises(ErrataError, match="cannot open"), locked(tmp_path / "no" / "lock", 1):
        pass


def test_shared_locks_stand_beside_each_other_but_not_beside_an_exclusive_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with path.open("rb") as reader, path.open("rb") as second, path.open("rb") as writer:
        assert try_lock(reader, shared=True)
        assert try_lock(second, shared=True)
        assert not try_lock(writer)
        with pytest.raises(ErrataError, match=r"another Errata process has held .*file for 0\.05 s; end it"):
            wait_for_lock(writer, path, 0.05)
    with path.open("rb") as writer:  # closing lets go
        assert try_lock(writer)


def test_a_file_system_without_locks_is_no_lock_held_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", refused)
    with (tmp_path / "file").open("wb") as file, pytest.raises(OSError, match="not supported"):
        try_lock(file)
