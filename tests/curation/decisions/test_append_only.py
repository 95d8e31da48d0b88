"""Lines of a file: on the disk or not there, under a lock, torn ones mended."""

import errno
import fcntl
import logging
import os
from pathlib import Path

import pytest

from curation.decisions import append_only as log_file
from curation.decisions.append_only import append_bytes, appending, bytes_from, read_bytes, torn_file
from models.errors import ErrataError


def never(line: bytes) -> bool:
    return False


def append(path: Path, data: bytes) -> None:
    with appending(path, never) as descriptor:
        append_bytes(descriptor, data)


def test_lines_follow_each_other(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "x.jsonl"
    assert read_bytes(path) == b""
    append(path, b"one\n")
    append(path, b"two\n")
    assert read_bytes(path) == path.read_bytes() == b"one\ntwo\n"
    assert read_bytes(path, 4) == b"two\n"
    assert read_bytes(path, 99) == b""
    assert not torn_file(path).exists()


def test_a_torn_line_is_moved_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "x.jsonl"
    for torn in (b"tor", b"\0\0\0"):
        path.write_bytes(b"one\n" + torn)
        with caplog.at_level(logging.WARNING):
            append(path, b"two\n")
        assert path.read_bytes() == b"one\ntwo\n"
    assert torn_file(path).read_bytes() == b"tor\n\0\0\0\n"
    assert "the last line of" in caplog.text
    assert "x.torn" in caplog.text
    path.write_bytes(b"torn from the first byte on")
    append(path, b"two\n")
    assert path.read_bytes() == b"two\n"


def test_a_whole_line_gets_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"one\ntwo")
    with appending(path, lambda line: line == b"two") as descriptor:
        append_bytes(descriptor, b"three\n")
    assert path.read_bytes() == b"one\ntwo\nthree\n"
    assert not torn_file(path).exists()


@pytest.mark.parametrize("fails", ["write", "fsync"])
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    path = tmp_path / "x.jsonl"
    append(path, b"one\n")
    write = os.write

    def full(descriptor: int, data: bytes = b"") -> int:
        if data:
            write(descriptor, bytes(data[:2]))  # some of it still fits
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, fails, full)
        with pytest.raises(ErrataError, match=r"x\.jsonl: No space left on device; nothing was decided"):
            append(path, b"two\n")
    assert path.read_bytes() == b"one\n"
    append(path, b"three\n")
    assert path.read_bytes() == b"one\nthree\n"


def test_it_is_on_the_disk_before_it_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is synced, and with how much in it: the folder of a new file, then the file with the line."""
    path, fsync, synced = tmp_path / "x.jsonl", os.fsync, []

    def noted(descriptor: int) -> None:
        fsync(descriptor)
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        synced.append((name, path.read_bytes()))

    monkeypatch.setattr(os, "fsync", noted)
    append(path, b"one\n")
    append(path, b"two\n")
    assert synced == [(tmp_path.name, b""), ("x.jsonl", b"one\n"), ("x.jsonl", b"one\ntwo\n")]
    synced.clear()
    path.write_bytes(b"one\ntorn")
    with appending(path, never):
        pass
    assert [name for name, _ in synced] == ["x.torn", tmp_path.name, "x.jsonl"]
    assert synced[0][1] == b"one\ntorn"  # not cut off before it is kept elsewhere


def test_it_waits_for_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.jsonl"
    append(path, b"one\n")
    monkeypatch.setattr(log_file, "PATIENCE_S", 0.05)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ErrataError, match=r"another Errata process has held .*x\.jsonl for 0\.05 s"):
            append(path, b"two\n")
        with pytest.raises(ErrataError, match="another Errata process"):
            read_bytes(path)
        fcntl.flock(other, fcntl.LOCK_SH)  # who reads does not keep others from reading
        assert read_bytes(path) == b"one\n"
    append(path, b"two\n")


def test_a_file_moved_away_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision in a file that somebody just moved away would be lost to all who open the log by its name."""
    path = tmp_path / "x.jsonl"
    append(path, b"one\n")
    flock = fcntl.flock

    def moved(descriptor: int, kind: int) -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        path.rename(tmp_path / "away")
        flock(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", moved)
    append(path, b"two\n")
    assert (path.read_bytes(), (tmp_path / "away").read_bytes()) == (b"two\n", b"one\n")


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ErrataError, match=r"cannot write .*; choose an ERRATA_HOME that you own"):
        append(tmp_path / "file" / "x.jsonl", b"one\n")
    (tmp_path / "y.jsonl").mkdir()
    with pytest.raises(ErrataError, match=r"cannot write .*y\.jsonl: Is a directory"):
        append(tmp_path / "y.jsonl", b"one\n")
    with pytest.raises(ErrataError, match=r"cannot read .*file/x\.jsonl"):
        read_bytes(tmp_path / "file" / "x.jsonl")
    with pytest.raises(ErrataError, match=r"cannot read .*y\.jsonl: Is a directory"):
        read_bytes(tmp_path / "y.jsonl")


def test_long_files_are_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(range(256)) * 80_000)  # more than is read at a time
    with path.open("rb") as file:
        assert bytes_from(file.fileno(), 5) == path.read_bytes()[5:]
