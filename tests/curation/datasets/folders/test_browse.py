"""The folder browser stays inside its roots, whatever links and paths try."""

from pathlib import Path

import pytest

from curation.datasets.folders.browse import browsing_roots, checked_inside, list_folder
from curation.workspace.folders import Workspace
from models.errors import ErrataError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    for name in ("photos/cat", "photos/.secret", ".ssh"):
        (home / name).mkdir(parents=True)
    for name in ("labels.csv", ".hidden.csv", "a.JPG", "b.txt"):
        (home / "photos" / name).touch()
    (tmp_path / "other").mkdir()
    (home / "photos" / "out").symlink_to(tmp_path / "other")
    (home / "photos" / "key").symlink_to(home / ".ssh")
    (home / "photos" / "in").symlink_to(home / "photos" / "cat")
    (home / "photos" / "loop").symlink_to(home / "photos" / "loop")
    return home


def test_a_folder_is_listed_without_hidden_files_and_links_that_lead_out(home: Path) -> None:
    listing = list_folder(home / "photos", (home,))
    assert listing.folders == ("cat", "in")
    assert listing.tables == ("labels.csv",)
    assert listing.images == 1
    assert listing.parent == home
    assert list_folder(home, (home,)).parent is None


@pytest.mark.parametrize("path", ["..", "photos/..//..", "photos/out", "/etc", ".ssh", "photos/key", "photos/.secret"])
def test_no_path_leaves_the_roots(home: Path, path: str) -> None:
    with pytest.raises(ErrataError, match="not in a folder that may be looked through"):
        list_folder(home / path, (home,))
    with pytest.raises(ErrataError, match="not in a folder that may be looked through"):
        checked_inside(home / path, (home,))


def test_a_folder_beside_a_root_with_its_name_as_beginning_is_outside(home: Path) -> None:
    (home.parent / "home2").mkdir()
    with pytest.raises(ErrataError, match="not in a folder"):
        list_folder(home.parent / "home2", (home,))


def test_what_is_no_folder_says_so(home: Path) -> None:
    with pytest.raises(ErrataError, match="cannot read the folder"):
        list_folder(home / "photos" / "nothing", (home,))


def test_the_roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("me", "data", "work"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.setenv("ERRATA_DATA", str(tmp_path / "data"))
    roots = browsing_roots(Workspace(tmp_path / "work" / "errata"))
    assert roots == (tmp_path / "me", tmp_path / "data", tmp_path / "work")
    assert Path("/") not in browsing_roots(Workspace(Path("/errata")))
