"""Zips and CSVs from the browser: unpacked whole, or refused in one sentence with nothing left."""

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from curation.datasets import uploaded
from curation.datasets.finding import find_dataset
from curation.datasets.read_rows import read_rows
from curation.datasets.uploaded import add_csv, add_zip, remove_upload
from curation.workspace.folders import Workspace
from models.errors import ErrataError


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(buffer, "PNG")
    return buffer.getvalue()


PICTURE = picture()


def packed(*names: str, content: bytes = PICTURE) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    buffer.seek(0)
    return buffer


def pets(prefix: str = "") -> list[str]:
    return [f"{prefix}{name}/{place}.png" for name in ("cat", "dog") for place in range(3)]


def left(workspace: Workspace) -> list[Path]:
    """Return the files of uploads, also hidden ones."""
    return [path for path in workspace.uploads.rglob("*") if path.is_file()]


def refused(workspace: Workspace, file: io.BytesIO, match: str) -> None:
    with pytest.raises(ErrataError, match=match) as caught:
        add_zip("pets.zip", file, workspace)
    assert "\n" not in str(caught.value)
    assert left(workspace) == []


@pytest.mark.parametrize("prefix", ["", "pets/", "a/b/c/"])
def test_a_zip_becomes_a_data_set(workspace: Workspace, prefix: str) -> None:
    names = [*pets(prefix), f"{prefix}cat/notes.txt", f"__MACOSX/{prefix}cat/0.png", f"{prefix}cat/.0.png"]
    folder = add_zip("my * pets.zip", packed(*names), workspace)
    assert folder.is_relative_to(workspace.uploads)
    assert folder.name == "my-pets"
    assert read_rows(find_dataset(str(folder), workspace)).image_ids.tolist() == pets()
    assert add_zip("my * pets.zip", packed(*names), workspace) == folder  # the same again
    assert add_zip("my * pets.zip", packed(*names, "x.csv"), workspace) != folder


def test_split_folders_are_kept(workspace: Workspace) -> None:
    folder = add_zip("pets.zip", packed(*pets("pets/train/")), workspace)
    assert sorted(path.name for path in folder.iterdir()) == ["train"]


def test_a_zip_with_its_labels_in_a_csv(workspace: Workspace) -> None:
    buffer = packed(*(f"images/{place}.png" for place in range(4)))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("y.csv", "a,b\n1,2\n")
        archive.writestr(
            "labels.csv", "filepath,label\n" + "".join(f"images/{n}.png,{'ab'[n % 2]}\n" for n in range(4))
        )
    table = add_zip("pets.zip", buffer, workspace)
    assert table.name == "labels.csv"
    assert read_rows(find_dataset(str(table), workspace)).classes == ("a", "b")


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("../cat/0.png", "leads out of its folder"),
        ("cat/../../0.png", "leads out of its folder"),
        ("/etc/0.png", "leads out of its folder"),
        ("cat\\..\\0.png", "no usable file name"),
        ("C:/0.png", "no usable file name"),
        ("cat/\n.png", "no usable file name"),
        ("a/" * 40 + "0.png", "no usable file name"),
    ],
)
def test_paths_that_leave_the_folder(workspace: Workspace, name: str, match: str) -> None:
    refused(workspace, packed(*pets(), name), match)


def test_links_and_passwords(workspace: Workspace) -> None:
    for kind, flag, match in ((stat.S_IFLNK, 0, "is a link"), (stat.S_IFIFO, 0, "is a link"), (0, 1, "encrypted")):
        buffer = packed(*pets())
        with zipfile.ZipFile(buffer, "a") as archive:
            info = zipfile.ZipInfo("cat/link.png")
            info.external_attr = (kind | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
        content = bytearray(buffer.getvalue())
        content[content.rindex(b"PK\x01\x02") + 8] |= flag
        refused(workspace, io.BytesIO(bytes(content)), match)


def test_a_bomb_is_refused_by_what_it_says_and_by_what_it_is(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploaded, "MOST_UNPACKED_MB", 1)
    zeros = packed(*pets(), content=bytes(300_000))  # 1.8 MB of nothing, packed to a few KB
    assert len(zeros.getvalue()) < 10_000
    refused(workspace, zeros, "unpacks to 1.8 MB; at most 1.0 MB")
    liar = bytearray(zeros.getvalue())
    place = -1
    while (place := liar.find(b"PK\x01\x02", place + 1)) >= 0:
        liar[place + 24 : place + 28] = (100).to_bytes(4, "little")  # the unpacked size in the list of files
    refused(workspace, io.BytesIO(bytes(liar)), "damaged|more than it says")


def test_too_many_files(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploaded, "MOST_FILES", 5)
    refused(workspace, packed(*pets()), "holds 6 files; at most 5 are taken")


def test_zips_without_images(workspace: Workspace) -> None:
    refused(workspace, packed(), "holds no image; pack the folder")
    refused(workspace, packed("cat/", "notes.txt"), "holds no image; pack the folder")
    refused(workspace, packed("inner/pets.zip"), "holds inner/pets.zip: unpack that")
    refused(workspace, packed("labels.csv", content=b"filepath,label\na.png,a\n"), "holds no image")


def test_what_is_no_zip(workspace: Workspace) -> None:
    refused(workspace, io.BytesIO(b""), "no zip or damaged")
    refused(workspace, io.BytesIO(PICTURE), "no zip or damaged")
    refused(workspace, io.BytesIO(packed(*pets()).getvalue()[:-40]), "no zip or damaged")
    broken = bytearray(packed(*pets(), content=os.urandom(500)).getvalue())
    broken[100] ^= 255
    refused(workspace, io.BytesIO(bytes(broken)), "no zip or damaged")


def test_a_file_that_is_also_a_folder_leaves_nothing(workspace: Workspace) -> None:
    refused(workspace, packed("cat.png", "cat.png/0.png", "dog/0.png"), "cannot write")


def csv(*lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join(("filepath,label", *lines)).encode())


def images(root: Path) -> Path:
    for place in range(4):
        (root / "photos").mkdir(parents=True, exist_ok=True)
        (root / "photos" / f"{place}.png").write_bytes(PICTURE)
    return root


def test_a_csv_of_images_on_this_machine(workspace: Workspace, tmp_path: Path) -> None:
    root = images(tmp_path / "pets")
    lines = [f"photos/{place}.png,{'ab'[place % 2]}" for place in range(4)]
    table = add_csv("my labels.csv", csv(*lines), workspace, (tmp_path,), root)
    spec = find_dataset(str(table), workspace)
    assert (spec.root, spec.title) == (root, "pets/my-labels.csv")
    assert read_rows(spec).image_ids.tolist() == [f"photos/{place}.png" for place in range(4)]
    absolute = [f"{root}/{line}" for line in lines]
    spec = find_dataset(str(add_csv("labels.csv", csv(*absolute), workspace, (tmp_path,))), workspace)
    assert spec.root == root / "photos"
    assert len(read_rows(spec)) == 4


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (csv("photos/0.png,a"), "names its images by paths that start in a folder"),
        (csv("/etc/passwd,a"), "is not in a folder that may be looked through"),
        (csv("{root}/photos/0.png,a", "{root}/gone.png,b"), "1 file named in labels.csv is missing"),
        (csv(), "has no image|names no image"),
        (io.BytesIO(b""), "labels.csv is empty"),
        (io.BytesIO(b"a,b\n1,2\n"), "labels.csv has no column filepath"),
        (io.BytesIO(b"filepath,label\n\xff\xfe,a\n"), "is not UTF-8"),
    ],
)
def test_a_csv_without_images(workspace: Workspace, tmp_path: Path, content: io.BytesIO, match: str) -> None:
    root = images(tmp_path / "pets")
    file = io.BytesIO(content.getvalue().replace(b"{root}", str(root).encode()))
    with pytest.raises(ErrataError, match=match) as caught:
        add_csv("labels.csv", file, workspace, (tmp_path,))
    assert ".part" not in str(caught.value)
    assert left(workspace) == []


def test_a_csv_that_is_too_large(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploaded, "MOST_MB", 0)
    with pytest.raises(ErrataError, match="is larger than 0 MB"):
        add_csv("labels.csv", csv("a.png,a"), workspace, (tmp_path,))


def test_an_upload_is_removed_and_nothing_else(workspace: Workspace, tmp_path: Path) -> None:
    kept, removed = (add_zip(name, packed(*pets(name)), workspace) for name in ("a.zip", "b.zip"))
    for elsewhere in (workspace.uploads, workspace.root, tmp_path / "none"):
        remove_upload(elsewhere, workspace)
    remove_upload(removed, workspace)
    assert kept.is_dir()
    assert {path.parts[len(workspace.uploads.parts)] for path in left(workspace)} == {kept.parent.name}
