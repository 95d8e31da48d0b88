"""The drawn data set: planted errors are recorded, names reveal nothing, no folder is left incomplete."""

import csv
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from curation.datasets.scenery.scenes import PLANTED, SCENE_CLASSES, TRUTH_COLUMNS, draw_scenes, plan
from models.arrays import FloatArray
from models.errors import ErrataError

SMALL: dict[str, Any] = {"train_per_class": 10, "test_per_class": 5, "size_px": 32}
COPIES = ("near_duplicate", "exact_duplicate", "conflicting_duplicate", "leak")


def files_of(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.rglob("*")
        if p.is_file()
    }


def truth_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scenes") / "scenes"
    draw_scenes(folder, **SMALL)
    return folder


def test_same_seed_same_bytes_other_seed_other_bytes(drawn: Path, tmp_path: Path) -> None:
    draw_scenes(tmp_path / "again", **SMALL)
    draw_scenes(tmp_path / "other", **SMALL, seed=1)
    assert files_of(tmp_path / "again") == files_of(drawn)
    first, another = files_of(drawn), files_of(tmp_path / "other")
    assert first.keys() == another.keys()
    assert not any(first[name] == another[name] for name in first)


def test_processes_draw_the_same_bytes(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.datasets.scenery.scenes._PROCESSES_PAY_FROM", 50)  # the originals, not the few copies
    seen: list[int] = []
    draw_scenes(tmp_path / "again", **SMALL, progress=lambda done, total: seen.append(done))
    assert files_of(tmp_path / "again") == files_of(drawn)
    assert seen == list(range(1, 91))

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_scenes(tmp_path / "stopped", **SMALL, progress=stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again"]


def test_truth_agrees_with_the_files(drawn: Path) -> None:
    rows = truth_of(drawn)
    assert tuple(rows[0]) == TRUTH_COLUMNS
    assert {r["image_id"] for r in rows} == set(files_of(drawn)) - {"truth.csv"}
    assert all(r["image_id"].split("/")[:2] == [r["split"], r["label"]] for r in rows)
    assert Counter((r["split"], r["label"]) for r in rows) == {
        (split, name): count for split, count in (("train", 10), ("test", 5)) for name in SCENE_CLASSES
    }


def test_images_are_square_rgb_photographs(drawn: Path) -> None:
    for row in truth_of(drawn):
        with Image.open(drawn / row["image_id"]) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (32, 32))
            if row["kind"] == "clean":
                assert np.asarray(image).std() > 4, row


def test_every_kind_is_planted_as_often_as_it_says() -> None:
    pictures = plan({"train": 300, "test": 100}, np.random.default_rng(0))
    for split, total in (("train", 1800), ("test", 600)):
        counts = Counter(p.kind for p in pictures if p.split == split)
        for kind, share in PLANTED.items():
            assert counts[kind] == (0 if (kind, split) == ("leak", "train") else round(share * total))
        assert counts["clean"] >= 0.86 * total


def test_true_labels_mean_what_their_kind_says() -> None:
    for p in plan({"train": 40, "test": 20}, np.random.default_rng(3)):
        if p.kind in ("flipped", "conflicting_duplicate"):
            assert p.true_label in SCENE_CLASSES
            assert p.true_label != p.label
        elif p.kind == "ambiguous":
            assert p.label in p.true_label.split("|")
            assert len(set(p.true_label.split("|")) & set(SCENE_CLASSES)) == 2
        else:
            assert p.true_label == ("" if p.kind == "no_class" else p.label)


def test_most_flips_are_between_lookalikes() -> None:
    flips = [p for p in plan({"train": 1000}, np.random.default_rng(0)) if p.kind == "flipped"]
    pairs = [{p.label, p.true_label} for p in flips]
    alike = sum(pair in ({"glacier", "mountain"}, {"buildings", "street"}) for pair in pairs)
    assert 0.45 < alike / len(pairs) < 0.75


@settings(max_examples=20, deadline=None)
@given(train=st.integers(5, 60), test=st.integers(5, 40), seed=st.integers(0, 2**31))
@example(train=5, test=5, seed=102)  # the first plan leaves a class without a clean picture to copy
def test_copies_have_a_clean_source_and_all_names_are_distinct(train: int, test: int, seed: int) -> None:
    pictures = plan({"train": train, "test": test}, np.random.default_rng(seed))
    assert len({p.image_id for p in pictures}) == len(pictures) == 6 * (train + test)
    for p in pictures:
        assert (p.source is not None) == (p.kind in COPIES)
        if p.source is not None:
            source = pictures[p.source]
            assert source.kind == "clean"
            assert source.split == ("train" if p.kind == "leak" else p.split)
            assert (source.label == p.label) == (p.kind != "conflicting_duplicate")


def test_exact_duplicates_share_bytes_and_near_ones_look_alike(drawn: Path) -> None:
    twins = Counter(files_of(drawn).values())
    rows = truth_of(drawn)
    digests = files_of(drawn)
    for row in rows:
        if row["kind"] in ("exact_duplicate", "conflicting_duplicate"):
            assert twins[digests[row["image_id"]]] >= 2, row
        if row["kind"] == "flipped":
            assert twins[digests[row["image_id"]]] == 1
    small = {r["image_id"]: thumbnail(drawn / r["image_id"]) for r in rows}
    for row in rows:
        if row["kind"] == "near_duplicate":
            mine = small[row["image_id"]]
            nearest = max(float(np.corrcoef(mine, small[o])[0, 1]) for o in small if o != row["image_id"])
            assert twins[digests[row["image_id"]]] == 1
            assert nearest > 0.8


def thumbnail(path: Path) -> FloatArray:
    with Image.open(path) as image:
        return np.asarray(image.convert("L").resize((8, 8)), dtype=np.float32).ravel()


def test_the_number_in_a_name_says_nothing_of_the_kind() -> None:
    pictures = plan({"train": 300}, np.random.default_rng(0))
    numbers = np.array([int(p.image_id[-9:-4]) for p in pictures])
    planted = np.array([p.kind != "clean" for p in pictures])
    # 234 planted of 300 places: the mean place is 149.5 with a standard error of 86.6 / sqrt(234) = 5.7
    assert abs(numbers[planted].mean() - 149.5) < 3.5 * 5.7
    assert all(p.image_id.count("/") == 2 and p.kind not in p.image_id for p in pictures)


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    draw_scenes(tmp_path / "s", 5, 5, 32, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(i + 1, 60) for i in range(60)]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"train_per_class": 4}, "train_per_class is 4; draw at least 5"),
        ({"test_per_class": 0}, "test_per_class is 0; draw at least 5"),
        ({"size_px": 31}, "size_px is 31; choose 32 to 1024"),
        ({"size_px": 1025}, "size_px is 1025"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_sizes_are_refused_before_anything_is_written(tmp_path: Path, wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ErrataError, match=says):
        draw_scenes(tmp_path / "s", **(SMALL | wrong))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_drawing_leaves_nothing(tmp_path: Path, interruption: type[BaseException]) -> None:
    def stop(done: int, total: int) -> None:
        if done == 7:
            raise interruption

    with pytest.raises(interruption):
        draw_scenes(tmp_path / "s", **SMALL, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ErrataError, match="is there already and not empty"):
        draw_scenes(tmp_path, **SMALL)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_parent_that_is_a_file_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ErrataError, match="cannot write"):
        draw_scenes(tmp_path / "file" / "scenes", **SMALL)
