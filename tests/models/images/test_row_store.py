"""Rows by content: computed once, resumed after a kill, copied between versions of a data set."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.arrays import FloatArray, IntArray
from models.errors import ErrataError
from models.images.row_store import copied_rows, count_missing, fill_rows, open_rows
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


def test_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("models.images.row_store.os.fsync", full)
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
