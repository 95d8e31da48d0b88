"""One array in a file, with a checksum."""

from pathlib import Path

import numpy as np
import pytest

from models.errors import ErrataError
from models.files.npy import read_array, write_array
from models.files.npz import Like

POINTS = Like("numbers", ("N", 2), finite=True)


def test_what_was_written_is_read_by_numpy_too(tmp_path: Path) -> None:
    points = np.arange(6, dtype=np.float32).reshape(3, 2)
    write_array(tmp_path / "map.npy", points)
    assert np.array_equal(read_array(tmp_path / "map.npy", POINTS, "again"), points)
    assert np.array_equal(np.load(tmp_path / "map.npy"), points)


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "map.npy"
    write_array(path, np.arange(6.0).reshape(3, 2))
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(ErrataError, match=r"map\.npy is damaged .*; again"):
            read_array(path, POINTS, "again")


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((3, 3)), r"has shape \(3, 3\), not \(any, 2\)"),
        (np.zeros(3), r"has shape \(3,\), not"),
        (np.array([["a", "b"]]), "holds <U1, not numbers"),
        (np.array([[0.0, np.nan]]), "holds NaN or infinity"),
    ],
)
def test_another_array_is_refused(tmp_path: Path, array: np.ndarray, reason: str) -> None:
    write_array(tmp_path / "map.npy", array)
    with pytest.raises(ErrataError, match=rf"map\.npy is damaged: the array {reason}"):
        read_array(tmp_path / "map.npy", POINTS, "again")


def test_an_array_of_an_earlier_errata_has_no_checksum(tmp_path: Path) -> None:
    np.save(tmp_path / "map.npy", np.ones((2, 2)))
    assert read_array(tmp_path / "map.npy", POINTS, "again").sum() == 4
