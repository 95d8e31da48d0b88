import zipfile
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from models.errors import ErrataError
from models.files.npz import Like, read_arrays, write_arrays
from models.maps import give_back
from tests.helpers.processes.memory import peak_bytes


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "a.npz"
    write_arrays(path, names=np.array(["é", "b"]), values=np.arange(6).reshape(2, 3))
    read = read_arrays(path)
    assert read["names"].tolist() == ["é", "b"]
    assert read["values"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert [file.name for file in path.parent.iterdir()] == ["a.npz"]  # nothing temporary is left


@pytest.mark.parametrize("dtype", ["f2", "f4"])
def test_a_map_is_written_as_numpy_writes_it(tmp_path: Path, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.files.npz._AT_ONCE", 50)  # a row or two at a time
    values, fortran = np.arange(42).reshape(7, 6).astype(dtype), tmp_path / "fortran.npy"
    np.save(tmp_path / "rows.npy", values)
    np.save(fortran, np.asfortranarray(values))
    rows = np.load(tmp_path / "rows.npy", mmap_mode="r")
    turned = np.load(fortran, mmap_mode="r")
    arrays = {"all": rows, "columns": rows[:, 1:4], "none": rows[:0], "row": rows[2], "cube": rows.reshape(7, 2, 3)}
    arrays |= {"turned": turned, "names": np.array(["é"]), "number": np.array(3)}
    write_arrays(tmp_path / "a.npz", **arrays)
    np.savez(tmp_path / "b.npz", **arrays)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_map_is_written_without_holding_it(tmp_path: Path) -> None:
    rows = np.lib.format.open_memmap(tmp_path / "rows.npy", "w+", np.float32, (200_000, 64))  # 51 MB
    rows[:] = 1
    rows.flush()
    give_back(rows)
    before = peak_bytes(start_anew=True)
    write_arrays(tmp_path / "a.npz", rows=rows[:, :60])
    assert peak_bytes() - before < 20e6


def damage_none(path: Path) -> None:
    path.unlink()


def damage_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def damage_empty(path: Path) -> None:
    path.write_bytes(b"")


def damage_text(path: Path) -> None:
    path.write_text("image_id,cat,dog\n")


def damage_single(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


def damage_bytes(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)


def damage_objects(path: Path) -> None:
    np.savez(path, a=np.array([{"a": 1}], dtype=object), allow_pickle=True)


@pytest.mark.parametrize(
    "damage",
    [damage_none, damage_half, damage_empty, damage_text, damage_single, damage_bytes, damage_objects],
)
def test_a_damaged_file_is_one_sentence(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "a.npz"
    write_arrays(path, values=np.arange(300.0))
    damage(path)  # type: ignore[operator]
    with pytest.raises(ErrataError, match=r"a\.npz") as caught:
        read_arrays(path)
    assert "pickle" not in str(caught.value)  # numpy's advice to run what the file says


@pytest.mark.parametrize(
    "header",
    ["{'descr':" + "(" * 3000, "(" * 3000 + ")" * 3000, "-" * 3000 + "1", "{" + "1:{" * 900, "x", "'", "\0" * 9],
)
def test_a_header_that_is_no_python_is_one_sentence(tmp_path: Path, header: str) -> None:
    content = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file:
        file.writestr("values.npy", content)
    with pytest.raises(ErrataError, match=r"a\.npz is damaged or no \.npz of plain arrays \(the header of values"):
        read_arrays(tmp_path / "a.npz")


VALUES = np.arange(35, dtype=np.float32).reshape(5, 7)
LEFT = {"values": Like("numbers", ("N", "D"), finite=True, left_in_file=True)}


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave arrays of a few bytes in their files, and look through them a few numbers at a time."""
    monkeypatch.setattr("models.files.npz._LEFT_FROM", 1)
    monkeypatch.setattr("models.files.npz._AT_ONCE", 20)


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f2", "<f8", "<i8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_is_left_in_its_file(tmp_path: Path, dtype: str, order: Literal["C", "F"]) -> None:
    values = np.array(VALUES, dtype, order=order)
    write_arrays(tmp_path / "a.npz", first=np.array(["é"]), values=values, last=np.arange(3))
    read = read_arrays(tmp_path / "a.npz", like=LEFT)
    assert isinstance(read["values"], np.memmap)
    assert not isinstance(read["last"], np.memmap)
    assert read["values"].dtype == values.dtype
    np.testing.assert_array_equal(read["values"], values)
    with pytest.raises(ValueError, match="read-only"):
        read["values"][0, 0] = 1
    write_arrays(tmp_path / "a.npz", values=values + 1)  # another file takes its name
    np.testing.assert_array_equal(read["values"], values)


@pytest.mark.usefixtures("tiny")
def test_a_compressed_array_is_read(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", values=VALUES)
    read = read_arrays(tmp_path / "a.npz", like=LEFT)["values"]
    assert not isinstance(read, np.memmap)
    np.testing.assert_array_equal(read, VALUES)


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("place", [VALUES.nbytes - 1, 0, 70])
def test_a_flipped_bit_of_an_array_in_its_file_is_noticed(tmp_path: Path, place: int) -> None:
    path = tmp_path / "a.npz"
    write_arrays(path, values=VALUES)
    content = bytearray(path.read_bytes())
    content[content.index(VALUES.tobytes()) + place] ^= 1
    path.write_bytes(content)
    with pytest.raises(ErrataError, match=r"a\.npz is damaged or no"):
        read_arrays(path, like=LEFT)


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["f2", "f4"])
def test_an_array_in_its_file_that_is_not_finite_is_refused(tmp_path: Path, value: float, dtype: str) -> None:
    values = VALUES.astype(dtype)
    values[4, 6] = value
    write_arrays(tmp_path / "a.npz", values=values)
    with pytest.raises(ErrataError, match="values holds NaN or infinity"):
        read_arrays(tmp_path / "a.npz", like=LEFT)


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("shape", ["(9, 7)", "(-5, -7)", "(1000000000, 1000000000)", "(35,)"])
def test_an_array_in_its_file_is_no_larger_than_the_file(tmp_path: Path, shape: str) -> None:
    path = tmp_path / "a.npz"
    header = str({"descr": "<f4", "fortran_order": False}).replace("}", f", 'shape': {shape}}}\n")
    with zipfile.ZipFile(path, "w") as file:
        magic = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
        file.writestr("values.npy", magic + header.encode() + VALUES.tobytes())
    with pytest.raises(ErrataError, match=r"is said to have shape|values has shape \(35,\), not \(any, any\)"):
        read_arrays(path, like=LEFT)
