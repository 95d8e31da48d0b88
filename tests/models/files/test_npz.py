import zipfile
from pathlib import Path

import numpy as np
import pytest

from models.errors import ErrataError
from models.files.npz import read_arrays, write_arrays


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "a.npz"
    write_arrays(path, names=np.array(["é", "b"]), values=np.arange(6).reshape(2, 3))
    read = read_arrays(path)
    assert read["names"].tolist() == ["é", "b"]
    assert read["values"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert [file.name for file in path.parent.iterdir()] == ["a.npz"]  # nothing temporary is left


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
