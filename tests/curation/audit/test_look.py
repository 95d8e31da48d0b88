"""A look at a data set before its audit: counts, splits, what is left out, and the sentence of a refusal."""

import os
from pathlib import Path

import pytest
from PIL import Image

from curation.audit import look as module
from curation.audit.forecast import ROUGH_S, START_S, forecast
from curation.audit.look import Look, look_at
from curation.datasets.finding import find_dataset
from curation.datasets.read_rows import read_rows
from curation.workspace.folders import Workspace
from models.files.atomic import write_json
from tests.helpers.small_audit import small_audit


def image(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), "teal").save(path)


def folder(root: Path, **counts: int) -> Path:
    """Make class folders: `train__cat=3` is train/cat with three images."""
    for name, count in counts.items():
        for place in range(count):
            image(root / name.replace("__", "/") / f"{place}.png")
    return root


def looked(path: Path, workspace: Workspace) -> Look:
    return look_at(find_dataset(str(path), workspace), workspace)


def test_counts_splits_and_what_is_left_out(workspace: Workspace, tmp_path: Path) -> None:
    root = folder(tmp_path / "pets", train__cat=7, train__dog=6, test__cat=2)
    (root / "notes.txt").write_text("-")
    (root / "train" / "cat" / "page.jpg").write_text("<html>")
    (root / "train" / "dog" / "empty.png").touch()
    (root / "train" / ".hidden.png").touch()
    image(root / "cover.png")
    look = looked(root, workspace)
    assert look.rows is not None
    assert look.rows.image_ids.tolist() == read_rows(find_dataset(str(root), workspace)).image_ids.tolist()
    assert look.splits == "Splits are read from the folders: train from train, test from test."
    assert {(skipped.reason, skipped.count) for skipped in look.skipped} == {
        ("not an image file", 1),
        ("outside the class folders, or on no list", 1),
        ("is not an image, whatever its name says", 1),
        ("is empty", 1),
    }
    assert look.refusal == ""


def test_drawn_splits_and_those_of_a_csv(workspace: Workspace, tmp_path: Path) -> None:
    root = folder(tmp_path / "pets", cat=10, dog=10)
    assert looked(root, workspace).splits.startswith("There are no split folders: 20% of each class")
    lines = [f"{name}/{place}.png,{name}" for name in ("cat", "dog") for place in range(9)]
    (root / "a.csv").write_text("\n".join(["filepath,label", *lines]))
    (root / "b.csv").write_text("\n".join(["filepath,label,split", *(f"{line},train" for line in lines)]))
    assert looked(root / "a.csv", workspace).splits.startswith("a.csv says no split: 20%")
    look = looked(root / "b.csv", workspace)
    assert look.splits == "Splits are read from b.csv: train. There is no test split; labels are still judged."
    assert [(skipped.reason, skipped.count) for skipped in look.skipped] == [
        ("not an image file", 1),
        ("not named in b.csv", 2),
    ]


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({}, "no image in"),
        ({"cat": 3}, "has only one class (cat)"),
        ({"cat": 1, "dog": 1}, "has a single training image of each class"),
        ({"test__cat": 8, "test__dog": 8}, "has no training image"),
    ],
)
def test_refusals_are_those_of_an_audit(
    workspace: Workspace, tmp_path: Path, counts: dict[str, int], sentence: str
) -> None:
    (tmp_path / "set").mkdir()
    assert sentence in looked(folder(tmp_path / "set", **counts), workspace).refusal


def test_files_that_are_no_images_count_for_the_refusal(workspace: Workspace, tmp_path: Path) -> None:
    root = folder(tmp_path / "set", train__cat=6, train__dog=6)
    for file in (root / "train" / "dog").iterdir():
        file.write_bytes(b"")
    refusal = looked(root, workspace).refusal
    assert "training images of one class only after 6 unreadable files were left out" in refusal


def test_a_folder_of_too_many_files_is_left_to_the_audit(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 3)
    look = looked(folder(tmp_path / "set", cat=2, dog=2), workspace)
    assert look.rows is None
    assert look.refusal == ""
    assert "more than 3 files" in look.note


def test_of_many_images_a_sample_is_read(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_READ", 5)
    look = looked(folder(tmp_path / "set", cat=7, dog=7), workspace)
    assert look.note.startswith("The first bytes of every 3th")


def test_a_named_pipe_holds_nothing_up(workspace: Workspace, tmp_path: Path) -> None:
    root = folder(tmp_path / "set", cat=7, dog=7)
    os.mkfifo(root / "cat" / "pipe.png")
    (root / "dead.png").symlink_to(root / "nothing.png")
    look = looked(root, workspace)
    assert {skipped.reason for skipped in look.skipped} == {"a pipe, a socket or a device", "a link to nothing"}


def test_the_forecast_is_that_of_finished_audits(workspace: Workspace) -> None:
    rough = forecast(workspace, 100)
    assert rough.audits == 0
    assert rough.seconds == pytest.approx(START_S + 100 * sum(ROUGH_S.values()))
    audit = small_audit(workspace)  # 30 images
    stage = {"name": "judge", "key": "-", "seconds": 60.0, "peak_mb": 1.0, "reused": False}
    write_json(audit.folder / "stages.json", {"judge": stage})
    measured = forecast(workspace, 100)
    assert measured.audits == 1
    assert measured.seconds == pytest.approx(rough.seconds + 100 * (2.0 - ROUGH_S["judge"]))
