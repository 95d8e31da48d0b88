"""Zips that people name by their paths: unpacked once, read as folders, refused as those of the browser."""

import zipfile
from pathlib import Path

import pytest

from curation.datasets import catalog
from curation.datasets.finding import find_dataset
from curation.datasets.opening import open_dataset
from curation.workspace.folders import Workspace
from models.errors import ErrataError


def packed(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "-")
    return path


def test_a_zip_is_read_in_place(workspace: Workspace, tmp_path: Path) -> None:
    names = [f"pets/{split}/{name}/{split}.jpg" for split in ("Training", "Test Set") for name in ("cat", "dog")]
    path = packed(tmp_path / "pets.zip", *names, "pets/train.nef", "__MACOSX/pets/._1.jpg", "pets/Thumbs.db")
    spec, rows = open_dataset(str(path), workspace, 0)
    assert (spec.name, spec.source) == ("pets", str(path))
    assert rows.image_ids.tolist() == sorted(name.removeprefix("pets/") for name in names)
    assert rows.splits.tolist() == ["test", "test", "train", "train"]
    assert rows.notices == ("not read as images in pets.zip: 1 .nef",)
    assert spec.root.is_relative_to(workspace.unpacked)
    before = spec.root.stat().st_mtime_ns
    again, _ = open_dataset(str(path), workspace, 0)
    assert (again.root, again.root.stat().st_mtime_ns) == (spec.root, before)


def test_tables_in_a_zip(workspace: Workspace, tmp_path: Path) -> None:
    path = packed(tmp_path / "pets.zip", "images/1.jpg", "images/2.jpg")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("labels.csv", "filepath,label,split\n1.jpg,cat,train\n2.jpg,dog,train\n")
    assert open_dataset(str(path), workspace, 0)[1].classes == ("cat", "dog")


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["../cat/1.jpg"], "leads out of its folder; it was not unpacked"),
        (["cat/notes.md"], "pets.zip holds no image"),
        (["cat/1.jpg"], "has only one class"),
    ],
)
def test_zips_that_are_refused(workspace: Workspace, tmp_path: Path, names: list[str], sentence: str) -> None:
    path = packed(tmp_path / "pets.zip", *names)
    with pytest.raises(ErrataError, match=sentence):
        open_dataset(str(path), workspace, 0)


def test_what_is_no_zip(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("-")
    with pytest.raises(ErrataError, match=r"a\.zip is no zip or damaged"):
        open_dataset(str(tmp_path / "a.zip"), workspace, 0)
    assert not list(workspace.unpacked.rglob("*.jpg")) if workspace.unpacked.exists() else True
    with pytest.raises(ErrataError, match="no image folder or CSV at"):
        find_dataset(str(tmp_path / "missing.zip"), workspace)


def test_a_zip_of_datasets_yaml(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed(tmp_path / "pets.zip", "cat/1.jpg", "cat/2.jpg", "dog/1.jpg", "dog/2.jpg")
    block = "pets: {title: Pets, layout: folder, root: pets.zip, licence: CC0, source: a drawer, classes: [dog, cat]}\n"
    (tmp_path / "datasets.yaml").write_text(block)
    monkeypatch.setattr(catalog, "CATALOG", tmp_path / "datasets.yaml")
    monkeypatch.setenv("ERRATA_DATA", str(tmp_path))
    spec, rows = open_dataset("pets", workspace, 0)
    assert (spec.title, rows.classes, len(rows)) == ("Pets", ("dog", "cat"), 4)
