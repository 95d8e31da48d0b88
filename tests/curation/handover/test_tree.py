"""Names that stay in their folder and are the same each time; files placed and verified."""

import errno
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.handover.tree import FILES, below_class, checked_files, class_folders, put, safe_name, targets, verify
from curation.images.unchanged import file_sha256
from models.errors import ErrataError

HOSTILE = [
    "../x",
    "a/b",
    "..",
    ".",
    "",
    "CON",
    "nul.txt",
    "a\\b",
    "x.",
    " x ",
    "a\nb",
    "C:",
    "%41",
    "A",
    "\ud800",
    "é" * 300,
]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("sea", "sea"),
        ("ice floe é 海", "ice floe é 海"),
        ("../x", "%2E.%2Fx"),
        ("a/b", "a%2Fb"),
        ("CON", "%43ON"),
        ("com1.png", "%63om1.png"),
        ("contour", "contour"),
        ("..", "%2E%2E"),
        (".hidden", "%2Ehidden"),
        ("x.", "x%2E"),
        (" x ", "%20x%20"),
        ("50%", "50%25"),
        ("a\tb", "a%09b"),
        ("", "%"),
    ],
)
def test_safe_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.lists(st.text() | st.sampled_from(HOSTILE), min_size=2, max_size=6, unique=True))
def test_safe_names_stay_different_and_in_their_folder(names: list[str]) -> None:
    safe = [safe_name(name) for name in names]
    assert len(set(safe)) == len(names)
    for name in safe:
        assert name not in ("", ".", "..")
        assert not set(name) & set('<>:"/\\|?*\0')
        assert len(name.encode()) <= 255
        assert Path("/root", name).parent == Path("/root")


def test_files_that_want_one_place_get_suffixes_of_their_own() -> None:
    wanted = [("train/sea", "0.png"), ("train/sea", "0.png"), ("train/sea", "1.png"), ("test/sea", "0.png")]
    places = targets(wanted, ["sea/0.png", "forest/0.png", "sea/1.png", "x/0.png"])
    assert places[2:] == ["train/sea/1.png", "test/sea/0.png"]
    assert len(set(places)) == 4
    assert all(place.startswith("train/sea/0-") and place.endswith(".png") for place in places[:2])
    # the same places in another order and without the other files
    assert targets(wanted[1::-1], ["forest/0.png", "sea/0.png"]) == [places[1], places[0]]
    upper = targets([("sea", "A.png"), ("sea", "a.png")], ["1", "2"])
    assert len({place.casefold() for place in upper}) == 2


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["0.png", "0.PNG", "é.png"])), max_size=12))
def test_no_two_files_have_one_place(wanted: list[tuple[str, str]]) -> None:
    keys = [str(number) for number in range(len(wanted))]
    places = targets(wanted, keys)
    assert len({place.casefold() for place in places}) == len(wanted)
    assert [place.split("/")[0] for place in places] == [folder for folder, _ in wanted]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    sources = [tmp_path / "from" / name for name in ("a.png", "b.png")]
    (tmp_path / "from").mkdir()
    for path in sources:
        path.write_text(path.name)
    (tmp_path / "to").mkdir()
    return sources


@pytest.mark.parametrize("how", ["copy", "hardlink", "symlink"])
def test_files_are_put_in_their_place(files: list[Path], tmp_path: Path, how: str) -> None:
    progress: list[int] = []
    put(tmp_path / "to", files, ["x/a.png", "y/z/b.png"], how, lambda done, total: progress.append(done))
    assert (tmp_path / "to/y/z/b.png").read_text() == "b.png"
    assert progress == [1, 2]
    placed = tmp_path / "to/x/a.png"
    assert placed.is_symlink() == (how == "symlink")
    assert placed.samefile(files[0]) == (how != "copy")
    hashes = [file_sha256(path) for path in files]
    verify(tmp_path / "to", ["x/a.png", "y/z/b.png"], hashes)
    with pytest.raises(ErrataError, match=r"x/a\.png was not written as it was read"):
        verify(tmp_path / "to", ["x/a.png", "y/z/b.png"], hashes[::-1])


@pytest.mark.parametrize("place", ["../a.png", "x/../../a.png", "/tmp/a.png", "."])
def test_no_place_outside(files: list[Path], tmp_path: Path, place: str) -> None:
    with pytest.raises(ErrataError, match="lies outside"):
        put(tmp_path / "to", files[:1], [place], "copy")
    assert list((tmp_path / "to").iterdir()) == []


def test_links_across_file_systems(files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def across(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setitem(FILES, "hardlink", across)
    with pytest.raises(ErrataError, match=r"cannot hardlink files into .*cross-device link.*; use --files copy"):
        put(tmp_path / "to", files[:1], ["a.png"], "hardlink")


def test_ways_to_place_files() -> None:
    assert checked_files("copy") == "copy"
    with pytest.raises(ErrataError, match=r"no way to place files 'hardlnk'; did you mean 'hardlink'\?"):
        checked_files("hardlnk")


def test_classes_have_folders_of_their_own_on_any_disk() -> None:
    folders = class_folders(["cat", "Cat", "dog", "CAT", "cafe\u0301", "caf\u00e9"])
    assert list(folders.values())[:3] == ["cat", folders["Cat"], "dog"]
    assert len({unicodedata.normalize("NFC", folder).casefold() for folder in folders.values()}) == 6
    assert class_folders(["cat", "Cat"])["Cat"] == folders["Cat"]


@pytest.mark.parametrize(
    ("image_id", "label", "below"),
    [
        ("train/sea/1.png", "sea", ()),
        ("train/sea/a/b c/1.png", "sea", ("a", "b c")),
        ("sea/x/1.png", "sea", ("x",)),
        ("images/train/1.png", "sea", ("images", "train")),
        ("train/1.png", "sea", ()),
        ("1.png", "sea", ()),
        ("train/Sea/a/1.png", "sea", ("a",)),
        ("train/cafe\u0301/1.png", "caf\u00e9", ()),
        ("train/sea/../1.png", "sea", ("%2E%2E",)),
    ],
)
def test_folders_below_a_class(image_id: str, label: str, below: tuple[str, ...]) -> None:
    assert below_class(image_id, label, ("Sea",)) == below
