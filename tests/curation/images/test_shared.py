"""Images are read once for an audit and all trainings, and again when they change."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from curation.datasets.catalog import DatasetSpec
from curation.datasets.opening import open_dataset
from curation.datasets.rows import Rows
from curation.images.shared import checked_images
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.runs import computing
from tests.helpers.drawn_folder import draw, draw_folder

Opened = tuple[Workspace, DatasetSpec, Rows]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    workspace = Workspace(tmp_path / "home")
    return workspace, *open_dataset(str(draw_folder(tmp_path / "few", train=4, test=2)), workspace, 0)


def stages(opened: Opened) -> list[str]:
    """Return the stages that reading the images went through."""
    seen: list[str] = []
    checked_images(*opened, on_stage=lambda stage, done, total: seen.append(stage))
    return seen


def test_read_once(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(stages(opened)) == {"images", "duplicates"}
    checked, duplicates = checked_images(*opened)
    assert len(checked.rows) == len(duplicates.groups) == len(opened[2]) - 1  # one is broken
    assert stages(opened) == []
    folder = opened[0].runs / "images-few"
    with computing(folder, {}):  # so that a training may begin while another does
        assert stages(opened) == []


def test_read_again_when_a_file_changes(opened: Opened) -> None:
    stages(opened)
    path = opened[2].root / "train" / "dots" / "00.png"
    before, _ = checked_images(*opened)
    draw("dots", 77).save(path)
    os.utime(path, ns=(1, 1))
    assert "images" in stages(opened)
    after, _ = checked_images(*opened)
    assert (before.sha256s != after.sha256s).sum() == 1


def test_those_of_an_audit_are_taken(opened: Opened) -> None:
    stages(opened)
    runs = opened[0].runs
    (runs / "images-few").rename(runs / "audit-few")
    assert stages(opened) == []
    assert not (runs / "images-few").exists()


def test_a_process_that_comes_second_reads_nothing(opened: Opened) -> None:
    with pytest.raises(ErrataError, match="the images of few changed while training began; run the same command again"):
        checked_images(*opened, first=False)
    stages(opened)
    checked_images(*opened, first=False)
    relabelled = replace(opened[2], labels=opened[2].labels[::-1].copy())
    with pytest.raises(ErrataError, match="changed while training began"):
        checked_images(opened[0], opened[1], relabelled, first=False)
