"""The first stages: problems by content, copies by hashes and by embeddings that are only asked for when needed."""

from pathlib import Path

import numpy as np
import pytest

from curation.datasets.rows import Rows
from curation.images.checked_rows import CheckedRows
from curation.images.checking import check_listed, group_duplicates, note_problems
from curation.images.problems import CHECKS, ImageProblems
from curation.workspace.stages import Stages
from models.arrays import FloatArray
from models.files.runs import Run
from tests.curation.images.test_registration import cropped, landscape

IDS = ("test/a.png", "test/b.png", "train/a.png", "train/b.png")  # test/b.png shows a fourth of what train/b.png does


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    root = tmp_path / "images"
    for seed, image_id in enumerate(IDS):
        (root / image_id).parent.mkdir(parents=True, exist_ok=True)
        landscape(seed).save(root / image_id)
    cropped(landscape(3), 0, 0, 0.12, 0.12).save(root / "test/b.png")
    splits = np.array([image_id.split("/")[0] for image_id in IDS])
    return Rows(root, ("a", "b"), np.array(IDS), np.array([0, 1, 0, 1]), splits)


def stages(tmp_path: Path) -> Stages:
    return Stages(Run(tmp_path / "run"))


def checked(rows: Rows, tmp_path: Path) -> CheckedRows:
    return check_listed(rows, stages(tmp_path))


def test_embeddings_find_a_crop_and_are_asked_for_once(rows: Rows, tmp_path: Path) -> None:
    asked = []

    def embeddings() -> FloatArray:
        asked.append(1)
        return np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0.1]], np.float32)

    images = checked(rows, tmp_path)
    for _ in range(2):
        found = group_duplicates(images, stages(tmp_path), embeddings, "net")
    assert len(asked) == 1
    assert found.shared().tolist() == [False, True, False, True]
    assert found.leaks(rows.splits).tolist() == [False, True, False, False]
    group_duplicates(images, stages(tmp_path), embeddings, "another net")
    assert len(asked) == 2


def test_without_embeddings_copies_are_found_by_their_hashes(rows: Rows, tmp_path: Path) -> None:
    landscape(2).point(lambda value: value * 0.9).save(rows.paths[0])
    found = group_duplicates(checked(rows, tmp_path), stages(tmp_path))
    assert found.groups[0] == found.groups[2]


def test_problems_are_noted_once_and_again_for_other_images(rows: Rows, tmp_path: Path) -> None:
    landscape(0).point(lambda value: value * 0.1).save(rows.paths[0])
    records = []
    for change in (None, None, "labels", "images"):
        if change == "labels":
            rows = Rows(rows.root, rows.classes, rows.image_ids, 1 - rows.labels, rows.splits)
        if change == "images":
            landscape(9).save(rows.paths[3])
        own = stages(tmp_path)
        images = check_listed(rows, own)
        note_problems(images, tmp_path / "values", own)
        records.append(own.records[-1])
    assert [record.name for record in records] == ["problems"] * 4
    assert [record.reused for record in records] == [False, True, True, False]
    found = ImageProblems.load(tmp_path / "run" / "problems.npz")
    assert found.scores.shape == (4, len(CHECKS))
    dark = found.scores[:, CHECKS.index("dark")] < 0.32
    assert dark.tolist() == [True, False, False, False]
