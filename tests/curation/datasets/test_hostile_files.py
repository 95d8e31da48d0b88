"""Files that others hand over to do harm: each is refused in one sentence, and nothing is written or waited for."""

import io
import os
import socket
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from curation.datasets.catalog import load_catalog
from curation.datasets.folders.image_folder import read_folder
from curation.datasets.opening import open_dataset
from curation.datasets.packed.zip_files import Limits, unpack_zip
from curation.datasets.tables.reading import read_table
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.images.check import check_images
from tests.helpers.reliability import record

ALIASES = "\n".join(f"  - &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12))
MERGED = "a: &a0 {x: 1, y: 2}\n" + "".join(
    f"b{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 10)}]}}\n" for i in range(1, 9)
)  # a merge key copies what it names
BOMB = "a: &a0 [x, x]\npets:\n" + ALIASES
CATALOGUES = {
    BOMB: "stands for over 1,000,000 values",
    MERGED: "stands for over 1,000,000 values",
    "pets: {made: 2020-99-99}": "month must be in",
    "pets: {title: &t [x, x], classes: [*t, *t]}": "title must be text",
    "pets: !!python/object/apply:os.system ['touch harm']": "is no YAML",
    "[" * 1_000: "is nested too deep",
    "a: &a [*a]": "holds itself",
    "\0\1": "is no YAML",
}
HEAD = "filepath,label\n"
TABLES = {
    HEAD + f"a.jpg,{'x' * 10**6}\nb.jpg,dog\n": "field larger than field limit",
    HEAD + 'a.jpg,"cat\nb.jpg,dog\n': "is not CSV",
    HEAD + "../secret.jpg,cat\nb.jpg,dog\n": "is not in the folder",
    HEAD + "/etc/passwd,cat\nb.jpg,dog\n": "is not in the folder",
    HEAD + "a\0.jpg,cat\nb.jpg,dog\n": "line 2",
    ",".join(f"c{n}" for n in range(10_000)) + "\n" + ",".join("x" * 10_000): "no column filepath",
}


def one_sentence(error: pytest.ExceptionInfo[ErrataError]) -> None:
    said = str(error.value)
    assert "\n" not in said
    assert len(said) < 1_000


@pytest.mark.faults
def test_catalogues_and_tables(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_text("-")
    before = sorted(tmp_path.iterdir())
    file = tmp_path / "file.csv"
    for number, (content, words) in enumerate([*CATALOGUES.items(), *TABLES.items()]):
        file.write_text(content)
        with pytest.raises(ErrataError, match=words) as error:
            load_catalog(file) if number < len(CATALOGUES) else read_table(file)
        one_sentence(error)
    assert sorted(tmp_path.iterdir()) == [*before, file], "nothing is written"
    file.write_text(HEAD + "a.jpg,1e999\nb.jpg,dog\n")
    assert [entry.label for entry in read_table(file)] == ["1e999", "dog"], "a class is a text"
    record("Hostile files", "datasets.yaml: alias bombs, tags, depth, itself", len(CATALOGUES), "one sentence")
    record("Hostile files", "tables: huge cells, open quotes, paths outside, NUL, columns", len(TABLES), "one sentence")


def zipped(*entries: tuple[str, bytes], kind: int = 0) -> bytearray:
    """Return a zip; `kind` is that of all files."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # of a name twice
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = (kind | 0o644) << 16 if kind else 0, zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return bytearray(file.getvalue())


def changed(data: bytearray, central: int, local: int, value: bytes) -> bytearray:
    """Write a value into both headers of the first file."""
    for mark, place in ((b"PK\1\2", central), (b"PK\3\4", local)):
        start = data.find(mark) + place
        data[start : start + len(value)] = value
    return data


LARGE = bytes(20_000_000)  # 20 kB when packed
ZIPS = {
    "leads out of its folder": [
        zipped(("../a.jpg", b"-")),
        zipped(("/a/a.jpg", b"-")),
        zipped(("a/../../b.jpg", b"-")),
    ],
    "no usable file name": [zipped(("a\\..\\b.jpg", b"-")), zipped(("C:/a.jpg", b"-")), zipped(("a\n/b.jpg", b"-"))],
    "is a link or no plain file": [zipped(("a/a.jpg", b"/etc"), kind=mode) for mode in (stat.S_IFLNK, stat.S_IFIFO)],
    "two files of one name": [zipped(("a/a.jpg", b"-"), ("a/a.jpg", b"+"))],
    "is encrypted": [changed(zipped(("a/a.jpg", b"-")), 8, 6, b"\1")],
    "unpacks to 20.0 MB; at most 10.0 MB": [zipped(("a/a.jpg", LARGE))],
    "holds 2,000 files": [zipped(*((f"a/{number}.jpg", b"") for number in range(2_000)))],
    "damaged": [changed(zipped(("a/a.jpg", LARGE)), 24, 22, struct.pack("<I", 5))],  # says that it unpacks to 5 bytes
}


@pytest.mark.faults
def test_zips(tmp_path: Path) -> None:
    for words, files in ZIPS.items():
        for data in files:
            with pytest.raises(ErrataError, match=words) as error:
                unpack_zip("pets.zip", io.BytesIO(data), tmp_path / "in" / "pets", Limits(1_000, 10))
            one_sentence(error)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 5
    tries = sum(map(len, ZIPS.values()))
    record("Hostile files", "zips: paths outside, links, pipes, names twice, passwords, bombs", tries, "one sentence")


@pytest.mark.faults
def test_pipes_sockets_devices_and_vanishing_files_hold_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    for name in ("train/cat", "train/dog"):
        Path(name).mkdir(parents=True)
        for number in range(2):
            Path(name, f"{number}.jpg").write_text("-")
    pipes = ["train/cat/pipe.jpg", "train/labels.csv", "labels.csv", "a.tar", "a.parquet"]
    for name in pipes:
        os.mkfifo(name)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("train/dog/socket.png")
        Path("train/dog/zeros.gif").symlink_to("/dev/zero")
        entries = read_folder(tmp_path)
    assert sorted(entry.image_id for entry in entries) == [
        f"train/{name}/{number}.jpg" for name in ("cat", "dog") for number in range(2)
    ]
    workspace = Workspace(tmp_path / "home")
    for name in ("labels.csv", "a.tar", "a.parquet", "train/cat/pipe.jpg", "/dev/zero"):
        with pytest.raises(ErrataError, match="no image folder or CSV"):
            open_dataset(str(tmp_path / name), workspace, 0)
    gone = [tmp_path / "train/cat/pipe.jpg", tmp_path / "train/cat/0.jpg"]
    gone[1].unlink()
    assert ["not there or no file" in str(check.problem) for check in check_images(gone)] == [True, True]
    record("Hostile files", "pipes, sockets and devices among images, files that vanish", 9, "left out or one sentence")
