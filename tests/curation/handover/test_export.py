"""Exports: whole or absent, verified, and read back by the libraries that the formats are made for."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from curation.datasets.tables.reading import read_table
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.handover import export
from curation.handover.export import export_version
from curation.handover.formats import FORMATS
from curation.handover.tree import FILES
from curation.images.unchanged import file_sha256
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.versions.rows import CuratedRows
from curation.versions.store import Version, load_version
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import write_json
from tests.helpers import REPOSITORY
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import CLASSES, note_rows, small_audit

SAFE = [("../x", "%2E.%2Fx"), ("CON", "%43ON"), ("a/b", "a%2Fb")]
KINDS = list(FORMATS)


def curated(root: Path) -> Workspace:
    """Return a workspace with v1: a relabel into a class that has a file of that name, an exclude, two classes."""
    workspace = Workspace(root)
    small_audit(workspace, cams=0)
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ana", "test/sea/0.png", "relabel", ("forest",)))
    ledger.decide(Decision("ana", "test/sea/1.png", "exclude"))
    ledger.decide(Decision("ana", "test/street/0.png", "multi-label", ("street", "sea")))
    make_version(workspace, "tiny", VersionRequest("v1", drop_leaks=True))
    return workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return curated(tmp_path_factory.mktemp("home"))


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): file_sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.mark.parametrize("files", ["copy", "hardlink", "symlink"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_file_is_in_the_manifest(workspace: Workspace, tmp_path: Path, kind: str, files: str) -> None:
    folder, exported = export_version(workspace, "tiny", "v1", kind, tmp_path / "out", files)
    manifest = read_json(folder / "manifest.json")
    hashes = tree(folder)
    del hashes["manifest.json"]
    assert manifest["files"] == hashes
    version = load_version(workspace, "tiny", "v1")
    assert manifest["split_sha256"] == version.sha256
    assert manifest["counts"] == version.images.counts()
    assert manifest["left_out"] == {"exclude": 1, "leak": 1}
    assert (manifest["licence"], manifest["version"], manifest["format"]) == ("Apache-2.0", "v1", kind)
    assert len(exported.items) == len(version.rows) == 28
    assert sorted(item.sha256 for item in exported.items) == sorted(version.images.member_checked.sha256s.tolist())
    assert list(manifest["several_classes"].values()) == [["sea", "street"]]
    second_folder, _ = export_version(workspace, "tiny", "v1", kind, tmp_path / "again", files)
    second_hashes = tree(second_folder)
    del second_hashes["manifest.json"]
    assert second_hashes == hashes


def test_the_default_place_and_the_original(workspace: Workspace) -> None:
    folder, exported = export_version(workspace, "tiny", "original", "csv")
    assert folder == workspace.exports / "tiny-original-csv"
    assert len(exported.items) == 30
    assert exported.missing() == {}


# Read back


def test_torchvision_reads_it(workspace: Workspace, tmp_path: Path) -> None:
    from torchvision.datasets import ImageFolder

    folder, exported = export_version(workspace, "tiny", "v1", "imagefolder", tmp_path / "out")
    for split in ("train", "test"):
        dataset = ImageFolder(str(folder / split))
        assert dataset.classes == sorted(CLASSES)
        labels = {f"{folder}/{item.target}": item.label for item in exported.items if item.split == split}
        assert {path: dataset.classes[label] for path, label in dataset.samples} == labels
        assert dataset[0][0].size == (60, 40)
    names = [item.target for item in exported.items if item.image_id in ("test/sea/0.png", "test/forest/0.png")]
    assert len({Path(name).name for name in names}) == 2
    assert all(name.startswith("test/forest/0-") for name in names)


def test_errata_and_any_program_read_the_csv(workspace: Workspace, tmp_path: Path) -> None:
    folder, exported = export_version(workspace, "tiny", "v1", "csv", tmp_path / "out")
    entries = {(entry.image_id, entry.label, entry.split) for entry in read_table(folder / "labels.csv")}
    assert entries == {(item.target, item.label, item.split) for item in exported.items}
    with (folder / "labels.csv").open(newline="") as file:
        lines = {line["image_id"]: line for line in csv.DictReader(file)}
    assert lines["test/sea/0.png"]["given_label"] == "sea"
    assert (lines["test/sea/0.png"]["label"], lines["test/sea/0.png"]["decision"]) == ("forest", "relabel")
    assert lines["test/street/0.png"]["labels"] == "sea|street"


def test_datasets_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, version = awkward(tmp_path / "home")
    monkeypatch.setattr(export, "load_version", lambda *names: version)
    folder, exported = export_version(workspace, "tiny", "original", "huggingface", tmp_path / "out, ü")
    program = (
        "import json, sys; from datasets import load_dataset\n"
        "by_folder = load_dataset('imagefolder', data_dir=sys.argv[1])\n"
        "by_card = load_dataset(sys.argv[1])\n"
        "def images(rows):\n"
        "    name = rows.features['label'].int2str\n"
        "    return [[row['image_id'], name(row['label']), *row['image'].size] for row in rows]\n"
        "splits = [{split: images(rows) for split, rows in read.items()} for read in (by_folder, by_card)]\n"
        "print(json.dumps(splits))"
    )
    environment = {**os.environ, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    run = subprocess.run(
        [sys.executable, "-c", program, str(folder)], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    by_folder, by_card = json.loads(run.stdout.splitlines()[-1])
    assert by_folder.keys() == by_card.keys() == {"train", "test"}
    for split in ("train", "test"):
        labels = sorted([item.image_id, item.label, 60, 40] for item in exported.items if item.split == split)
        assert sorted(by_folder[split]) == sorted(by_card[split]) == labels


@pytest.mark.mongo
def test_fiftyone_reads_it(workspace: Workspace, tmp_path: Path, mongo_workspace: Workspace) -> None:
    from curation.database import store

    folder, exported = export_version(workspace, "tiny", "v1", "fiftyone", tmp_path / "out")
    fo = store.connect(mongo_workspace)
    dataset = fo.Dataset.from_dir(str(folder), dataset_type=fo.types.LegacyFiftyOneDataset, name="errata-export-test")
    try:
        labels = dict(zip(dataset.values("filepath"), dataset.values("curated.label"), strict=True))
        assert labels == {f"{folder}/{item.target}": item.label for item in exported.items}
        given = dict(zip(dataset.values("image_id"), dataset.values("ground_truth.label"), strict=True))
        assert given == {item.image_id: item.given for item in exported.items}
        assert dataset.count_sample_tags() == {
            split: sum(item.split == split for item in exported.items) for split in ("train", "test")
        }
        assert dataset.match({"image_id": "test/sea/0.png"}).values("reviewers") == [["ana"]]
        assert dataset.info["split_sha256"] == exported.sha256
    finally:
        dataset.delete()
    kind = fo.types.ImageClassificationDirectoryTree
    test_images = fo.Dataset.from_dir(str(folder / "data" / "test"), dataset_type=kind, name="errata-export-tree")
    try:
        expected = Counter(item.label for item in exported.items if item.split == "test")
        assert test_images.count_values("ground_truth.label") == expected
    finally:
        test_images.delete()


def awkward(root: Path) -> tuple[Workspace, Version]:
    """Return images in folders below the classes, two names of which differ by case only; files do so too."""
    workspace = Workspace(root)
    audit = small_audit(workspace, cams=0)
    names = []
    for place, image_id in enumerate(audit.rows.image_ids.tolist()):
        split, label, name = image_id.split("/")
        renamed = {"sea": "See, groß", "forest": "see, Groß"}.get(label, label)
        below = ("a b/Ünï", "A B", "2024, May/x")[place % 3] if label != "street" else f"{place % 2}"
        new = f"{split}/{renamed}/{below}/{name if place % 4 else name.upper()}"
        (audit.rows.root / new).parent.mkdir(parents=True, exist_ok=True)
        (audit.rows.root / image_id).rename(audit.rows.root / new)
        names.append(new)
    rows = replace(audit.rows, image_ids=np.array(names), classes=("See, groß", "see, Groß", "street"))
    images = CuratedRows.as_given(replace(audit.checked, rows=rows), audit.duplicates)
    return workspace, Version("tiny", "original", images, {"sha256": images.sha256()})


@pytest.mark.parametrize("kind", KINDS)
def test_names_folders_and_classes_that_a_disk_may_take_for_one(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from torchvision.datasets import ImageFolder

    workspace, version = awkward(tmp_path / "home")
    monkeypatch.setattr(export, "load_version", lambda *names: version)
    folder, exported = export_version(workspace, "tiny", "original", kind, tmp_path / "out")
    blind = [unicodedata.normalize("NFC", item.target).casefold() for item in exported.items]
    assert len(set(blind)) == len(blind)
    manifest = read_json(folder / "manifest.json")
    assert manifest["image_ids"] == {item.target: item.image_id for item in exported.items}
    class_folders = list(manifest["folders"].values())
    assert class_folders[0] == "See, groß"
    assert re.fullmatch("see, Groß-[0-9a-f]{8}", class_folders[1])
    for item in exported.items:
        stem, suffix = Path(item.image_id).stem, Path(item.image_id).suffix
        assert re.fullmatch(rf"{re.escape(stem)}(-[0-9a-f]+)?{re.escape(suffix)}", Path(item.target).name)
        below = item.image_id.split("/")[2:-1]
        assert item.target.split("/")[-1 - len(below) : -1] == below
    if kind == "imagefolder":
        read = ImageFolder(str(folder / "train"))
        assert sorted(read.classes) == sorted(class_folders)
        assert len(read) == 18
    if kind == "csv":
        entries = {entry.image_id: entry.label for entry in read_table(folder / "labels.csv")}
        assert entries == {item.target: item.label for item in exported.items}


# Class names


def test_hostile_class_names_stay_in_the_folder(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "home")
    small_audit(workspace, cams=0)
    rows_file = workspace.runs / "audit-tiny" / "rows.json"
    names = [name for name, _ in SAFE]
    write_json(rows_file, {**read_json(rows_file), "classes": names})
    note_rows(rows_file.parent)
    for kind in KINDS:
        folder, exported = export_version(workspace, "tiny", "original", kind, tmp_path / "deep" / kind)
        places = {item.target.removeprefix("images/").removeprefix("data/").split("/")[1] for item in exported.items}
        assert places == {safe for _, safe in SAFE}
        assert sorted(read_json(folder / "manifest.json")["folders"].items()) == SAFE
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == sorted(KINDS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "home"]


def test_unicode_and_spaces_and_a_class_that_looks_like_a_split(tmp_path: Path) -> None:
    from torchvision.datasets import ImageFolder

    workspace = Workspace(tmp_path / "home")
    small_audit(workspace, cams=0)
    rows_file = workspace.runs / "audit-tiny" / "rows.json"
    rows_file.write_text(rows_file.read_text().replace('"sea"', '"mer é 海"').replace('"forest"', '"my test"'))
    note_rows(rows_file.parent)
    folder, _ = export_version(workspace, "tiny", "original", "imagefolder", tmp_path / "out")
    assert ImageFolder(str(folder / "train")).classes == ["mer é 海", "my test", "street"]
    with pytest.raises(ErrataError, match="take the class 'my test' for a split; export it as csv"):
        export_version(workspace, "tiny", "original", "huggingface", tmp_path / "hf")
    assert not (tmp_path / "hf").exists()


# Whole or absent


def refused(
    workspace: Workspace, output: Path, kind: str = "imagefolder", version: str = "v1", files: str = "copy"
) -> str:
    with pytest.raises(ErrataError) as error:
        export_version(workspace, "tiny", version, kind, output, files)
    return str(error.value)


def test_full_folders_unknown_names_and_the_data_set_itself_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").write_text("mine")
    assert "is there already and not empty" in refused(workspace, tmp_path / "there")
    assert "is there already and not empty" in refused(workspace, tmp_path / "there" / "file")
    assert "cannot write" in refused(workspace, tmp_path / "there" / "file" / "below")
    assert (tmp_path / "there" / "file").read_text() == "mine"
    assert "no export format 'imagefoldr'; did you mean 'imagefolder'?" in refused(
        workspace, tmp_path / "o", "imagefoldr"
    )
    assert "no version of the labels 'v9'" in refused(workspace, tmp_path / "o", version="v9")
    assert "no way to place files 'move'" in refused(workspace, tmp_path / "o", files="move")
    root = load_version(workspace, "tiny", "v1").rows.root
    assert "lies in the data set itself" in refused(workspace, root / "cleaned")
    assert not (root / "cleaned").exists()
    (tmp_path / "empty").mkdir()
    assert export_version(workspace, "tiny", "v1", "imagefolder", tmp_path / "empty")[0] == tmp_path / "empty"


def test_a_full_disk_and_changed_images_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, output = curated(tmp_path / "home"), tmp_path / "out" / "here"

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("curation.handover.tree.shutil.copyfile", full)
        assert "No space left on device" in refused(workspace, output)
    with monkeypatch.context() as patch:
        patch.setattr(export, "put", lambda *_: None)
        assert "cannot read" in refused(workspace, output)
    with monkeypatch.context() as patch:
        patch.setitem(FILES, "copy", lambda source, target: target.write_bytes(source.read_bytes()[:-1]))
        assert "was not written as it was read; nothing was kept" in refused(workspace, output)
    assert list((tmp_path / "out").iterdir()) == []
    (load_version(workspace, "tiny", "v1").rows.root / "test/sea/0.png").write_bytes(b"changed")
    assert "1 changed (test/sea/0.png); nothing was exported" in refused(workspace, output)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_kill_in_the_middle_leaves_nothing_under_the_name(tmp_path: Path) -> None:
    workspace, output = curated(tmp_path / "home"), tmp_path / "out" / "here"
    program = (
        "import os, sys; from pathlib import Path; from curation.handover import tree\n"
        "from curation.handover.export import export_version; from curation.workspace.folders import Workspace\n"
        "done = []\n"
        "def copy(source, target):\n"
        "    target.write_bytes(source.read_bytes()); done.append(target)\n"
        "    if len(done) == 5: os.kill(os.getpid(), 9)\n"
        "tree.FILES['copy'] = copy\n"
        "export_version(Workspace(Path(sys.argv[1])), 'tiny', 'v1', 'imagefolder', Path(sys.argv[2]))"
    )
    arguments = [sys.executable, "-c", program, str(workspace.root), str(output)]
    run = subprocess.run(arguments, cwd=REPOSITORY, capture_output=True, check=False)
    assert run.returncode == -signal.SIGKILL
    left = list(output.parent.iterdir())
    assert [path.name[:6] for path in left] == [".here-"]
    assert any(left[0].rglob("*.png"))
    export_version(workspace, "tiny", "v1", "imagefolder", output)
    assert [path.name for path in output.parent.iterdir()] == ["here"]
