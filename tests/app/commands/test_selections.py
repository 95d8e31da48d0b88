"""`errata selections`."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.commands.selections import selections
from curation.review.selections import save_selection, selection_names
from curation.workspace.folders import Workspace
from models.errors import ErrataError

WORST = "test/sea/0.png"


pytestmark = pytest.mark.usefixtures("audit")


def said(*arguments: str) -> str:
    found = CliRunner().invoke(selections, ["tiny", *arguments])
    if isinstance(found.exception, ErrataError):
        raise found.exception
    assert found.exit_code == 0, found.output
    return found.output


def test_listed_shown_added_and_forgotten(workspace: Workspace, tmp_path: Path) -> None:
    assert said().startswith("tiny has no selections; draw one on the map")
    save_selection(workspace, "tiny", "hazy", [WORST, "test/sea/1.png"], "map of a net")
    assert said().startswith("hazy  2 images  map of a net  20")
    assert said("--show", "hazy") == f"{WORST}\ntest/sea/1.png\n"
    (tmp_path / "ids.txt").write_text(f"{WORST}\n\n")
    assert said("--add", "mine", "--images", str(tmp_path / "ids.txt")) == "selection mine of tiny holds 1 image\n"
    assert said("--remove", "hazy") == "selection hazy of tiny is forgotten\n"
    assert selection_names(workspace, "tiny") == ("mine",)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--show", "a", "--remove", "b"], "exclude each other"),
        (["--add", "a"], "needs --images FILE"),
        (["--images", "x.txt"], "needs --images FILE"),
        (["--show", "hazy"], "no selection 'hazy'"),
        (["--remove", "hazy"], "no selection 'hazy'"),
    ],
)
def test_what_is_refused(workspace: Workspace, arguments: list[str], sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        said(*arguments)


def test_an_image_nobody_knows(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("test/sea/99.png\n")
    with pytest.raises(ErrataError, match=r"names 'test/sea/99.png', which is no image of tiny"):
        said("--add", "mine", "--images", str(tmp_path / "ids.txt"))
    assert selection_names(workspace, "tiny") == ()


def test_a_file_that_is_no_text(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_bytes(b"\x89PNG\xff")
    with pytest.raises(ErrataError, match=r"ids\.txt is not UTF-8; give a text file with an image_id a line"):
        said("--add", "mine", "--images", str(tmp_path / "ids.txt"))
    (tmp_path / "ids.txt").write_text(WORST, encoding="utf-8-sig")  # as Windows editors save it
    assert said("--add", "mine", "--images", str(tmp_path / "ids.txt")) == "selection mine of tiny holds 1 image\n"


def test_a_data_set_that_was_not_audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path))
    found = CliRunner().invoke(selections, ["scenes"])
    assert "run `errata audit scenes`" in str(found.exception)
