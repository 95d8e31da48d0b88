"""A sheet applied to other people's copies: moved, renamed, corrected before, of another data set."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.handover.sheet import ErrataSheet, errata_sheet
from curation.handover.sheet_apply import (
    APPLIED,
    DIFFERENT,
    NOT_FOUND,
    RIGHT,
    apply_sheet,
    write_corrected,
    write_labels,
)
from curation.images.unchanged import file_sha256
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import SKIPPED, small_audit

NOTHING = {APPLIED: 0, RIGHT: 0, NOT_FOUND: 0, DIFFERENT: 0}


@pytest.fixture(scope="module")
def root_and_sheet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ErrataSheet]:
    workspace = Workspace(tmp_path_factory.mktemp("home"))
    small_audit(workspace, cams=0)
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ana", "test/sea/0.png", "relabel", ("forest",)))
    ledger.decide(Decision("ana", "train/street/1.png", "relabel", ("sea",)))
    ledger.decide(Decision("ana", "test/sea/1.png", "exclude"))
    ledger.decide(Decision("ana", "test/sea/2.png", "ambiguous", ("forest", "sea")))
    version = make_version(workspace, "tiny", VersionRequest("v1"))
    return version.rows.root, errata_sheet(workspace, load_version(workspace, "tiny", "v1"))


@pytest.fixture
def sheet(root_and_sheet: tuple[Path, ErrataSheet]) -> ErrataSheet:
    return root_and_sheet[1]


@pytest.fixture
def copy(root_and_sheet: tuple[Path, ErrataSheet], tmp_path: Path) -> Path:
    shutil.copytree(root_and_sheet[0], tmp_path / "copy")
    (tmp_path / "copy" / SKIPPED[0]).unlink()
    return tmp_path / "copy"


def tree(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): file_sha256(path) for path in folder.rglob("*") if path.is_file()}


def test_counts(sheet: ErrataSheet, copy: Path) -> None:
    # the ambiguous image keeps its label: a program that reads one label needs no change
    assert apply_sheet(sheet, copy).counts() == NOTHING | {APPLIED: 3, RIGHT: 1}


def test_a_class_that_was_read_as_another(sheet: ErrataSheet, copy: Path) -> None:
    for split in ("train", "test"):
        (copy / split / "sea").rename(copy / split / "Sea")
    assert apply_sheet(sheet, copy).counts() != NOTHING | {APPLIED: 3, RIGHT: 1}
    assert apply_sheet(replace(sheet, merged=(("Sea", "sea"),)), copy).counts() == NOTHING | {APPLIED: 3, RIGHT: 1}


@pytest.mark.parametrize("files", ["copy", "hardlink"])
def test_a_corrected_copy(sheet: ErrataSheet, copy: Path, tmp_path: Path, files: str) -> None:
    before = tree(copy)
    write_corrected(apply_sheet(sheet, copy), tmp_path / "out" / "new", files)
    assert tree(copy) == before
    after = tree(tmp_path / "out" / "new")
    assert len(after) == len(before) - 1
    assert before["test/sea/1.png"] not in after.values()
    places = {sha256: place for place, sha256 in after.items()}
    assert places[before["test/sea/0.png"]].startswith("test/forest/0-")
    assert places[before["train/street/1.png"]].startswith("train/sea/1-")
    assert places[before["test/sea/2.png"]] == "test/sea/2.png"
    again = apply_sheet(sheet, tmp_path / "out" / "new").counts()
    assert again == NOTHING | {RIGHT: 3, NOT_FOUND: 1}  # the excluded one is gone


def test_moved_renamed_changed_and_missing(sheet: ErrataSheet, copy: Path) -> None:
    (copy / "test/sea/0.png").rename(copy / "train/sea/other name.PNG")
    (copy / "train/street/1.png").rename(copy / "train/forest/new.png")  # somebody gave it another label
    (copy / "test/sea/1.png").unlink()
    application = apply_sheet(sheet, copy)
    assert application.counts() == {APPLIED: 1, RIGHT: 1, NOT_FOUND: 1, DIFFERENT: 1}
    outcomes = {
        image.image_id: (image.label, image.new_label, image.outcome) for image in application.images if image.outcome
    }
    assert outcomes == {
        "train/sea/other name.PNG": ("sea", "forest", APPLIED),
        "train/forest/new.png": ("forest", "forest", DIFFERENT),
        "test/sea/2.png": ("sea", "sea", RIGHT),
    }
    assert [erratum.image_id for erratum in application.not_found] == ["test/sea/1.png"]


def test_copies_of_one_file_are_corrected_each_by_its_label(sheet: ErrataSheet, copy: Path) -> None:
    shutil.copy(copy / "test/sea/0.png", copy / "train/sea/twin.png")
    shutil.copy(copy / "test/sea/0.png", copy / "train/forest/twin.png")
    shutil.copy(copy / "test/sea/0.png", copy / "train/street/twin.png")
    assert apply_sheet(sheet, copy).counts() == NOTHING | {APPLIED: 4, RIGHT: 2, DIFFERENT: 1}
    erratum = replace(sheet.errata[0], image_id="x", label="street", new_label="sea", labels=("sea",))
    longer = replace(sheet, errata=(*sheet.errata, erratum))
    new_labels = {image.image_id: image.new_label for image in apply_sheet(longer, copy).images}
    assert (new_labels["train/street/twin.png"], new_labels["test/sea/0.png"]) == ("sea", "forest")


def test_classes_without_splits_and_a_csv(sheet: ErrataSheet, copy: Path, tmp_path: Path) -> None:
    flat = tmp_path / "flat"
    shutil.copytree(copy / "test", flat)
    application = apply_sheet(sheet, flat)
    assert application.counts() == NOTHING | {APPLIED: 2, RIGHT: 1, NOT_FOUND: 1}
    write_corrected(application, tmp_path / "new", "copy")
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"sea", "forest", "street"}
    (copy / "labels.csv").write_text("filepath,label\ntest/sea/0.png,sea\ntest/sea/2.png,sea\n")
    application = apply_sheet(sheet, copy / "labels.csv")
    assert application.counts() == NOTHING | {APPLIED: 1, RIGHT: 1, NOT_FOUND: 2}
    write_labels(application, tmp_path / "labels.csv")
    assert (tmp_path / "labels.csv").read_text().splitlines() == [
        "filepath,label,split,labels,label_before,outcome",
        "test/sea/0.png,forest,,forest,sea,applied",
        "test/sea/2.png,sea,,sea|forest,sea,already right",
    ]


def test_another_data_set(sheet: ErrataSheet, copy: Path) -> None:
    for path in copy.rglob("*.png"):
        path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ErrataError, match=r"has none of the 4 images of this sheet: it is not a copy of 'tiny'"):
        apply_sheet(sheet, copy)
    assert apply_sheet(replace(sheet, errata=()), copy).counts() == NOTHING


def test_the_copy_is_never_written(sheet: ErrataSheet, copy: Path, tmp_path: Path) -> None:
    application, before = apply_sheet(sheet, copy), tree(copy)
    (tmp_path / "link").symlink_to(copy)
    for place in (copy, copy / "new", tmp_path / "link" / "new", copy / ".." / "copy" / "new"):
        with pytest.raises(ErrataError, match="which is never changed; name a place outside it"):
            write_corrected(application, place, "copy")
        with pytest.raises(ErrataError, match="which is never changed"):
            write_labels(application, place / "labels.csv")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("")
    with pytest.raises(ErrataError, match="is there already and not empty"):
        write_corrected(application, tmp_path / "full", "copy")
    with pytest.raises(ErrataError, match="no way to place files 'symlink'"):
        write_corrected(application, tmp_path / "new", "symlink")
    assert tree(copy) == before
    assert not (tmp_path / "new").exists()


def test_a_malicious_sheet_writes_nothing_outside_its_folder(sheet: ErrataSheet, copy: Path, tmp_path: Path) -> None:
    evil = replace(sheet.errata[0], new_label="../../evil", labels=("../../evil",))
    write_corrected(apply_sheet(replace(sheet, errata=(evil,)), copy), tmp_path / "deep" / "new", "copy")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["new"]
    class_folders = {path.name for path in (tmp_path / "deep/new/test").iterdir()}
    assert class_folders == {"sea", "forest", "street", "%2E.%2F..%2Fevil"}


def test_a_place_without_images_is_refused(sheet: ErrataSheet, tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match="no image folder or CSV at"):
        apply_sheet(sheet, tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ErrataError, match="no image in"):
        apply_sheet(sheet, tmp_path / "empty")
