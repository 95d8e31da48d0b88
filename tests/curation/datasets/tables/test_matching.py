"""Names of images that are spelt in another way: one image or a refusal, whatever the order, never two on one."""

import random as random_numbers
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.datasets.tables.matching import Matches, Named, images_of_names, match_names
from models.errors import ErrataError

IMAGES = ["train/a/1.png", "test/a/1.png", "train/b c.png"]


def read(image_ids: list[str], *names: str, standing: tuple[str, ...] = ()) -> Matches:
    return match_names(image_ids, [Named(name) for name in names], standing)


@pytest.mark.parametrize(
    ("name", "image_id"),
    [
        ("C:\\x\\train\\a\\1.png", "train/a/1.png"),
        ("https://h/x/test/a/1.png?sig=3", "test/a/1.png"),
        ("/data/local-files/?d=x/test/a/1.png", "test/a/1.png"),
        ("/data/local-files/?d=x%2Ftest%2Fa%2F1.png", "test/a/1.png"),
        ("/data/upload/7/deadbeef-b%20c.png", "train/b c.png"),
        ("/data/upload/b%20c.png", "train/b c.png"),
        ("b c", "train/b c.png"),
        ("TRAIN//A/1.PNG", "train/a/1.png"),
        ("s3://bucket/validation/b c.png", None),  # of another split
        ("none.png", None),
        ("a/1.png", None),  # two may be meant
        ("", None),
        ("/", None),
        ("..", None),
    ],
)
def test_which_image_is_meant(name: str, image_id: str | None) -> None:
    assert read(IMAGES, name).found == ({Named(name): image_id} if image_id else {})


def test_what_is_said() -> None:
    matches = read(IMAGES, "B%20C.PNG")
    said = (
        "1 name of x.csv is spelt otherwise than in the data set (% signs, case, folders) and taken for the only image"
    )
    assert matches.sentence("of x.csv") == f"{said} that fits: B%20C.PNG for train/b c.png"
    tie = read(IMAGES, "a/1.png")
    assert tie.doubt(Named("a/1.png")) == (
        "'a/1.png' may be test/a/1.png or train/a/1.png; name the images by their paths"
    )
    both = read(IMAGES, "b c", "B C.png")
    assert not both.found
    assert both.doubt(Named("b c")) == "B C.png, b c would all be train/b c.png; name each image once, by its path"


def test_a_name_that_stands_keeps_its_image(tmp_path: Path) -> None:
    meant, matches = images_of_names(["a/1.png", "a/1.jpg"], ["a/1.png", "b/2.png"], tmp_path)
    assert meant == {"a/1.png": "a/1.png"}
    assert matches.sentence() == ""
    inside = images_of_names([str(tmp_path / "b/2.png")], ["a/1.png", "b/2.png"], tmp_path)[0]
    assert list(inside.values()) == ["b/2.png"]
    with pytest.raises(ErrataError, match=r"two ways: '1' may be 1\.jpg or 1\.png"):
        images_of_names(["1"], ["1.png", "1.jpg"], tmp_path)


PARTS = st.sampled_from(["a", "A", "b", "é", "e\u0301", "train", "test", "x%20y", "x y"])
FILES = st.sampled_from(["1.png", "1.PNG", "1.jpg", "2.png", "é.png", "E\u0301.png", "1", "1%2Epng"])
PATHS = st.builds(lambda folders, file: "/".join([*folders, file]), st.lists(PARTS, max_size=3), FILES)
ROOTS = st.sampled_from(["", "", "/", "./", "C:\\", "https://h/"])
NAMES = st.builds(lambda root, path: root + path, ROOTS, PATHS)


@given(st.lists(PATHS, max_size=8, unique=True), st.lists(NAMES, max_size=8, unique=True), st.randoms())
def test_an_image_or_a_refusal(image_ids: list[str], names: list[str], random: random_numbers.Random) -> None:
    asked = [name for name in names if name not in image_ids]
    standing = set(names) & set(image_ids)
    matches = match_names(image_ids, [Named(name) for name in asked], standing)
    for some in (asked, image_ids):
        random.shuffle(some)
    assert match_names(image_ids, [Named(name) for name in asked], standing) == matches
    assert not set(matches.found) & (set(matches.several) | set(matches.together))
    assert not set(matches.found.values()) & standing
    assert set(matches.found.values()) <= set(image_ids)
    taken: dict[str, set[str]] = {}
    for named, image_id in matches.found.items():
        taken.setdefault(image_id, set()).add(named.name)
    for same in taken.values():  # names that are written in one way but for separators
        assert len({name.removeprefix("/").removeprefix("./") for name in same}) == 1
    assert all(len(fitting) > 1 for fitting in matches.several.values())
    assert bool(matches.sentence()) == bool(matches.found)


@given(PATHS, st.lists(PATHS, max_size=8), st.sampled_from(["./{}", "{}", "/somewhere/{}", "gs://b/{}"]))
def test_another_spelling_of_the_only_image_of_a_name(image_id: str, others: list[str], form: str) -> None:
    """Renaming folders in front and separators finds the image where no other has its file name."""
    stem = "only_this"
    image_id = f"{image_id.rpartition('/')[0] or 'c'}/{stem}.png"
    for name in (form.format(image_id), form.format(image_id).replace("/", "\\")):
        found = match_names([image_id, *others], [Named(name)]).found
        assert found == {Named(name): image_id}
