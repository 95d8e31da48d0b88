"""Rows by content: computed once, resumed after a kill, copied between versions of a data set."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.arrays import BoolArray, FloatArray, IntArray
from models.errors import ErrataError
from models.files.atomic import digest
from models.images.row_array import TooLargeError
from models.images.row_store import copied_rows, count_missing, fill_rows, forget_rows, open_rows
from tests.helpers.nobody import folder_of_nobody


def value(key: str) -> float:
    return float(int(key, 36))


def fill(folder: Path, keys: Sequence[str], computed: list[str], fail_at: int | None = None) -> FloatArray:
    """Fill with rows [value, 2 * value], noting what was computed."""

    def compute(positions: IntArray) -> FloatArray:
        if fail_at is not None and positions[0] >= fail_at:
            raise RuntimeError("stopped")
        computed.extend(keys[i] for i in positions)
        return np.array([[value(keys[i]), 2 * value(keys[i])] for i in positions], np.float32)

    return fill_rows(folder, keys, (2,), np.float32, compute, batch=4, workers=2)


KEYS = [f"k{i}" for i in range(30)]


def test_filled_once_then_opened(tmp_path: Path) -> None:
    computed: list[str] = []
    assert open_rows(tmp_path, KEYS) is None
    assert count_missing(tmp_path, KEYS) == 30
    rows = fill(tmp_path, KEYS, computed)
    assert rows.tolist() == [[value(k), 2 * value(k)] for k in KEYS]
    assert sorted(computed) == sorted(KEYS)
    opened = open_rows(tmp_path, KEYS)
    assert opened is not None
    assert np.array_equal(opened, rows)
    assert count_missing(tmp_path, KEYS) == 0
    with pytest.raises(ValueError, match="read-only"):
        opened[0] = 1


def test_a_failure_keeps_the_blocks_before_it(tmp_path: Path) -> None:
    computed: list[str] = []
    with pytest.raises(RuntimeError, match="stopped"):
        fill(tmp_path, KEYS, computed, fail_at=16)
    assert open_rows(tmp_path, KEYS) is None
    again: list[str] = []
    assert fill(tmp_path, KEYS, again)[29, 1] == 2 * value("k29")
    assert sorted(again) == sorted(KEYS[16:])


def test_a_grown_data_set_computes_what_is_new(tmp_path: Path) -> None:
    fill(tmp_path, KEYS, [])
    grown = ["a", *KEYS[::-1], "b"]
    computed: list[str] = []
    rows = fill(tmp_path, grown, computed)
    assert sorted(computed) == ["a", "b"]
    assert rows[:, 0].tolist() == [value(k) for k in grown]


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=20), min_size=1, max_size=4))
def test_any_keys_in_any_order(tmp_path_factory: pytest.TempPathFactory, versions: list[list[str]]) -> None:
    folder = tmp_path_factory.mktemp("rows")
    computed: list[str] = []
    for keys in versions:
        rows = fill(folder, keys, computed)
        assert rows[:, 0].tolist() == [value(k) for k in keys]
    assert len(computed) == len(set(computed))  # each content once, repeats included


KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
from models.images.row_store import fill_rows
def compute(positions):
    if positions[0] >= 16:
        os.kill(os.getpid(), signal.SIGKILL)
    return np.stack([positions, positions], axis=1)
fill_rows(Path(sys.argv[1]), [f"k{i}" for i in range(30)], (2,), np.float32, compute, 4, 1)
"""


def test_sigkill_repeats_only_the_blocks_in_flight(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert open_rows(tmp_path, KEYS) is None
    computed: list[str] = []
    fill(tmp_path, KEYS, computed)
    assert 14 <= len(computed) <= 22  # 16 were computed before; at most two blocks of them were still in flight


def test_no_permission() -> None:
    with folder_of_nobody() as folder:
        folder.chmod(0o500)
        with pytest.raises(ErrataError, match=f"cannot write {folder}/x/.*: Permission denied"):
            fill(folder / "x", KEYS, [])


def test_what_cannot_be_read_now_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, KEYS, [])
    (kept,) = tmp_path.glob("[!.]*/rows.npy")

    def too_many(*_: object, **__: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("models.images.row_array.np.load", too_many)
    with pytest.raises(ErrataError, match="Too many open files; run the command again"):
        fill(tmp_path, KEYS, [])
    assert kept.exists()


def test_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("models.images.row_array.os.fsync", full)
    with pytest.raises(ErrataError, match=r"No space left on device; .* continues where it stopped"):
        fill(tmp_path, KEYS, [])


def test_an_array_of_known_rows_is_copied_and_one_with_an_unknown_row_is_not(tmp_path: Path) -> None:
    assert copied_rows(tmp_path, ["a"]) is None
    fill_rows(tmp_path, ["a", "b", "c"], (2,), np.float32, lambda rows: np.outer(rows + 1, [1, 10]), 2, 1)
    copied = copied_rows(tmp_path, ["c", "a", "c"])
    assert copied is not None
    assert copied.tolist() == [[3, 30], [1, 10], [3, 30]]
    assert copied.dtype == np.float32
    assert copied_rows(tmp_path, ["c", "d"]) is None
    assert copied_rows(tmp_path, []) is None


def one_bit(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 16
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["done.npy", "rows.npy", "crc32s.npy", "sha256s.txt"])
@pytest.mark.parametrize("part", [0, 0.5])
def test_a_torn_file_is_said_thrown_away_and_computed_again(
    tmp_path: Path, name: str, part: float, caplog: pytest.LogCaptureFixture
) -> None:
    whole = fill(tmp_path, KEYS, []).tolist()
    (path,) = tmp_path.glob(f"*/{name}")
    path.write_bytes(path.read_bytes()[: int(part * path.stat().st_size)])
    assert open_rows(tmp_path, KEYS) is None
    (said,) = caplog.messages
    assert "is damaged" in said
    assert said.endswith("it is thrown away and computed again")
    computed: list[str] = []
    assert fill(tmp_path, KEYS, computed).tolist() == whole
    assert sorted(computed) == sorted(KEYS)


def test_a_row_with_a_flipped_bit_is_computed_again_and_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = fill(tmp_path, KEYS, []).tolist()
    (path,) = tmp_path.glob("*/rows.npy")
    one_bit(path, -1)  # of the last row
    assert open_rows(tmp_path, KEYS) is None
    assert f"1 of 30 rows of {path} are damaged; they are computed again" in caplog.text
    computed: list[str] = []
    assert fill(tmp_path, KEYS, computed).tolist() == whole
    assert computed == KEYS[-1:]


def test_a_damaged_row_is_copied_into_no_other_array(tmp_path: Path) -> None:
    fill(tmp_path, KEYS, [])
    (path,) = tmp_path.glob("*/rows.npy")
    one_bit(path, -1)
    assert copied_rows(tmp_path, ["k3", "k29"]) is None
    computed: list[str] = []
    assert fill(tmp_path, ["k3", "k29", "k4"], computed)[:, 0].tolist() == [value(k) for k in ("k3", "k29", "k4")]
    assert computed == ["k29"]


def test_rows_of_an_earlier_errata_have_no_checksum_and_nan_is_computed_again(tmp_path: Path) -> None:
    whole = fill(tmp_path, KEYS, []).tolist()
    (folder,) = tmp_path.iterdir()
    (folder / "crc32s.npy").unlink()
    opened = open_rows(tmp_path, KEYS)
    assert opened is not None
    assert opened.tolist() == whole
    rows = np.load(folder / "rows.npy", mmap_mode="r+")
    rows[7, 1] = np.nan
    rows.flush()
    assert open_rows(tmp_path, KEYS) is None
    computed: list[str] = []
    assert fill(tmp_path, KEYS, computed).tolist() == whole
    assert computed == ["k7"]


def test_what_is_not_finite_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match="holds NaN or infinity"):
        fill_rows(tmp_path, ["a"], (2,), np.float32, lambda rows: np.full((len(rows), 2), np.inf), 1, 1)
    assert count_missing(tmp_path, ["a"]) == 1


def settle(folder: Path) -> None:
    """Make the files of all arrays a minute older: what is a moment old is looked at every time."""
    for path in folder.rglob("*.*"):
        stamp = path.stat().st_mtime_ns - 60 * 10**9
        os.utime(path, ns=(stamp, stamp))


def test_files_that_stay_are_hashed_and_checked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, KEYS, [])
    settle(tmp_path)
    seen: list[int] = []

    def hashed(keys: list[str]) -> str:
        seen.append(len(keys))
        return digest(keys)

    def checked(folder: Path, positions: IntArray) -> BoolArray:
        seen.append(len(positions))
        return np.ones(len(positions), bool)

    monkeypatch.setattr("models.images.row_array.digest", hashed)
    monkeypatch.setattr("models.images.row_array._sound", checked)
    for _ in range(3):
        assert open_rows(tmp_path, KEYS) is not None
        assert count_missing(tmp_path, KEYS) == 0
    assert seen == [30, 30]
    (keys,) = tmp_path.glob("*/sha256s.txt")
    keys.write_text(keys.read_text().replace("k29", "k92"))
    assert open_rows(tmp_path, KEYS) is None


def test_rows_that_are_not_written_are_not_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="stopped"):
        fill(tmp_path, KEYS, [], fail_at=16)
    (done,) = tmp_path.glob("*/done.npy")
    checked: list[int] = []

    def noted(folder: Path, positions: IntArray) -> BoolArray:
        checked.extend(positions.tolist())
        return np.ones(len(positions), bool)

    monkeypatch.setattr("models.images.row_array._sound", noted)
    assert open_rows(tmp_path, KEYS) is None
    assert checked == np.flatnonzero(np.load(done)).tolist()
    assert 0 < len(checked) < 30


def test_what_is_too_large_for_the_type_is_told_and_can_be_forgotten(tmp_path: Path) -> None:
    def value_of(rows: IntArray) -> FloatArray:
        return np.array([[65_504.0], [-65_504.0], [70_000.0]], np.float32)[rows]

    with pytest.raises(TooLargeError, match=r"a feature of 70,000 is too large for float16"):
        fill_rows(tmp_path, ["a", "b", "c"], (1,), np.float16, value_of, 1, 1)
    assert count_missing(tmp_path, ["a", "b", "c"]) == 1
    forget_rows(tmp_path, ["a", "b", "c"])
    assert count_missing(tmp_path, ["a", "b", "c"]) == 3
    assert fill_rows(tmp_path, ["b", "a"], (1,), np.float16, value_of, 1, 1).tolist() == [[65_504], [-65_504]]


def test_every_flipped_bit_of_a_header_is_damage(tmp_path: Path) -> None:
    """NumPy reads headers as Python, which fails in many ways."""
    whole = fill(tmp_path, KEYS, [])
    rows = Path(str(whole.filename))  # type: ignore[attr-defined]
    folder, content = tmp_path / "kept", rows.read_bytes()
    shutil.copytree(rows.parent, folder)
    for place, bit in itertools.product(range(whole.offset), (1, 16)):  # type: ignore[attr-defined]
        rows.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
        opened = open_rows(tmp_path, KEYS)
        assert opened is None or np.array_equal(opened, whole), place  # a blank for another blank is no damage
        shutil.copytree(folder, rows.parent, dirs_exist_ok=True)
