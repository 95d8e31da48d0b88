"""The first stages: each content decoded once, problems by content, copies by hashes and by embeddings."""

import hashlib
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from curation.datasets.rows import Rows
from curation.images.checked_rows import METHOD, CheckedRows
from curation.images.checking import EmbeddingSource, check_listed, group_duplicates, note_problems
from curation.images.problems import CHECKS
from curation.workspace.folders import Workspace
from curation.workspace.stages import Stages
from models.arrays import FloatArray
from models.files.npz import read_arrays
from models.files.runs import Run
from models.images import decode as decoding
from models.processors.processes import processes
from tests.curation.images.test_registration import cropped, landscape
from tests.helpers.reliability import record
from tests.models.cluster.crashing import Faulting

IDS = ("test/a.png", "test/b.png", "train/a.png", "train/b.png")  # test/b.png shows a fourth of what train/b.png does
EMBEDDINGS = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0.1]], np.float32)


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    root = tmp_path / "images"
    for seed, image_id in enumerate(IDS):
        (root / image_id).parent.mkdir(parents=True, exist_ok=True)
        landscape(seed).save(root / image_id)
    cropped(landscape(3), 0, 0, 0.12, 0.12).save(root / "test/b.png")
    splits = np.array([image_id.split("/")[0] for image_id in IDS])
    return Rows(root, ("a", "b"), np.array(IDS), np.array([0, 1, 0, 1]), splits)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the images that were decoded since."""
    names: list[str] = []
    decode: Callable[..., object] = decoding.decoded  # what every reading of a picture goes through

    def counting(path: Path, *arguments: object) -> object:
        names.append(path.name)
        return decode(path, *arguments)

    for module in ("check", "decode"):
        monkeypatch.setattr(f"models.images.{module}.decoded", counting)
    return names


def stages(workspace: Workspace, run: str = "run") -> Stages:
    return Stages(Run(workspace.runs / run))


def checked(rows: Rows, workspace: Workspace) -> CheckedRows:
    return check_listed(rows, workspace, stages(workspace))


def relabelled(rows: Rows) -> Rows:
    """Return the images with other labels, splits and order."""
    order = np.argsort(rows.image_ids)[::-1]
    splits = np.where(rows.splits == "train", "test", "train")
    return Rows(rows.root, ("b", "a", "c"), rows.image_ids[order], 1 - rows.labels[order], splits[order])


def test_embeddings_find_a_crop_and_are_asked_for_once(rows: Rows, workspace: Workspace) -> None:
    asked = []

    def embeddings() -> FloatArray:
        asked.append(1)
        return EMBEDDINGS

    images = checked(rows, workspace)
    for _ in range(2):
        duplicates = group_duplicates(images, workspace, stages(workspace), EmbeddingSource("net", embeddings))
    assert len(asked) == 1
    assert duplicates.shared().tolist() == [False, True, False, True]
    assert duplicates.leaks(rows.splits).tolist() == [False, True, False, False]
    group_duplicates(images, workspace, stages(workspace), EmbeddingSource("another net", embeddings))
    assert len(asked) == 2


def test_without_embeddings_copies_are_found_by_their_hashes(rows: Rows, workspace: Workspace) -> None:
    landscape(2).point(lambda value: value * 0.9).save(rows.paths[0])
    duplicates = group_duplicates(checked(rows, workspace), workspace, stages(workspace))
    assert duplicates.groups[0] == duplicates.groups[2]


def test_problems_are_noted_once_and_again_for_other_images(rows: Rows, workspace: Workspace) -> None:
    landscape(0).point(lambda value: value * 0.1).save(rows.paths[0])
    records = []
    for change in (None, None, "labels", "images"):
        if change == "labels":
            rows = replace(rows, labels=1 - rows.labels)
        if change == "images":
            landscape(9).save(rows.paths[3])
        command = stages(workspace)
        problems = note_problems(check_listed(rows, workspace, command), workspace, command)
        records.append(command.records[-1])
    assert [record.name for record in records] == ["problems"] * 4
    assert [record.reused for record in records] == [False, True, True, False]
    assert problems.scores.shape == (4, len(CHECKS))
    dark = problems.scores[:, CHECKS.index("dark")] < 0.32
    assert dark.tolist() == [True, False, False, False]


def audit_images(rows: Rows, workspace: Workspace, run: str) -> dict[str, bool]:
    """Go through the first stages in a run folder; return stage -> whether it was reused."""
    command = stages(workspace, run)
    images = check_listed(rows, workspace, command)
    note_problems(images, workspace, command)
    place = {image_id: row for row, image_id in enumerate(IDS)}
    embeddings = EMBEDDINGS[[place[image_id] for image_id in images.rows.image_ids.tolist()]]
    group_duplicates(images, workspace, command, EmbeddingSource("net", lambda: embeddings))
    return {record.name: record.reused for record in command.records}


def test_other_labels_of_the_same_images_in_another_audit_decode_and_compare_nothing(
    rows: Rows, workspace: Workspace, decoded: list[str]
) -> None:
    audit_images(rows, workspace, "audit-given")
    assert decoded
    decoded.clear()
    first = checked(rows, workspace)
    audit_images(relabelled(rows), workspace, "audit-given-v1")
    again = check_listed(relabelled(rows), workspace, stages(workspace, "audit-given-v1"))
    assert decoded == []
    assert again.sha256s.tolist() == first.sha256s[::-1].tolist()
    assert again.hashes.tolist() == first.hashes[::-1].tolist()
    assert again.sizes_px.tolist() == first.sizes_px[::-1].tolist()


def test_other_labels_of_the_same_images_in_the_same_audit_only_list_them_anew(
    rows: Rows, workspace: Workspace, decoded: list[str]
) -> None:
    audit_images(rows, workspace, "audit-given")
    decoded.clear()
    changed = replace(rows, labels=1 - rows.labels, splits=np.where(rows.splits == "train", "test", "train"))
    assert audit_images(changed, workspace, "audit-given") == {"images": False, "problems": True, "duplicates": True}
    assert decoded == []


def test_some_of_the_images_decode_and_compare_nothing(rows: Rows, workspace: Workspace, decoded: list[str]) -> None:
    audit_images(rows, workspace, "audit-given")
    decoded.clear()
    audit_images(rows.where(np.array([False, True, True, True])), workspace, "audit-given-v1")
    assert decoded == []


def test_a_changed_image_is_decoded_and_compared_again_and_no_other_is_read(
    rows: Rows, workspace: Workspace, decoded: list[str]
) -> None:
    audit_images(rows, workspace, "audit-given")
    landscape(9).save(rows.root / "test/a.png")
    decoded.clear()
    assert not any(audit_images(rows, workspace, "audit-given").values())
    assert decoded.count("a.png") >= 2  # read and checked, its problems measured; b.png is a candidate at most


@pytest.mark.parametrize("run", ["audit-given", "audit-other"])
def test_what_an_earlier_method_read_is_read_again(
    rows: Rows, workspace: Workspace, decoded: list[str], run: str
) -> None:
    audit_images(rows, workspace, "audit-given")
    images = CheckedRows.load(workspace.runs / "audit-given")
    replace(images, hashes=images.hashes ^ np.uint64(1), method=METHOD - 1).save(workspace.runs / "audit-given")
    decoded.clear()
    assert not audit_images(rows, workspace, run)["images"]
    assert sorted(decoded) == ["a.png", "a.png", "b.png", "b.png"]  # no pixels are measured and no pairs compared again
    again = CheckedRows.load(workspace.runs / run)
    assert again.method == METHOD
    np.testing.assert_array_equal(again.hashes, images.hashes)


def test_images_read_by_version_0_1_are_read_again_and_measured_and_compared_no_more(
    rows: Rows, workspace: Workspace, decoded: list[str]
) -> None:
    audit_images(rows, workspace, "audit-given")
    file = workspace.runs / "audit-given" / "rows.npz"
    arrays = read_arrays(file)
    del arrays["method"]
    np.savez(file, allow_pickle=False, **arrays)
    decoded.clear()
    assert audit_images(rows, workspace, "audit-given") == {"images": False, "problems": True, "duplicates": True}
    assert len(decoded) == 4
    audit_images(rows, workspace, "audit-given-v1")
    assert len(decoded) == 4


def test_a_damaged_table_of_another_audit_is_no_error(rows: Rows, workspace: Workspace) -> None:
    (workspace.runs / "audit-other").mkdir(parents=True)
    (workspace.runs / "audit-other" / "rows.npz").write_bytes(b"PK")
    assert len(checked(rows, workspace).rows) == 4


class DeadlyChecks:
    """Stands for `KnownChecks` before a decoder with a segmentation fault at the second image of the test."""

    def __init__(self, workspace: Workspace) -> None:
        content = hashlib.sha256((workspace.root.parent / "images" / IDS[1]).read_bytes()).hexdigest()
        self.get = Faulting(content)


def check_deadly(rows: Rows, workspace: Workspace) -> CheckedRows:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("curation.images.known_checks.KnownChecks", DeadlyChecks)
        return checked(rows, workspace)


@pytest.mark.faults
def test_the_same_command_again_gets_past_an_image_that_ended_the_process(rows: Rows, workspace: Workspace) -> None:
    with pytest.raises(BrokenProcessPool), processes(1) as pool:
        pool.submit(check_deadly, rows, workspace).result()
    images = check_deadly(rows, workspace)
    assert images.rows.image_ids.tolist() == [IDS[0], *IDS[2:]]
    assert [(image_id, "ends the process that decodes it" in why) for image_id, why in images.skipped] == [
        (IDS[1], True)
    ]
    assert not list(workspace.runs.glob("*/.checks"))
    record("Faults", "a segmentation fault while a few images are decoded", 1, "the same command again names it")
