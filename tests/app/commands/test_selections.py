"""`errata selections`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from curation.review.selections import save_selection, selection_names
from curation.workspace.folders import Workspace
from tests.helpers.typed_command import exit_code

WORST = "test/sea/0.png"

pytestmark = pytest.mark.usefixtures("audit")

Selections = Callable[..., str]


@pytest.fixture
def selections(capsys: pytest.CaptureFixture[str]) -> Selections:
    """Run `errata selections tiny …`; return what it prints, or the sentence with which it refuses."""

    def run(*arguments: object) -> str:
        code = exit_code("selections", "tiny", *arguments)
        printed = capsys.readouterr()
        assert code in (0, 2)
        return printed.err if code else printed.out

    return run


def test_listed_shown_added_and_forgotten(workspace: Workspace, selections: Selections, tmp_path: Path) -> None:
    assert selections().startswith("tiny has no selections; draw one on the map")
    save_selection(workspace, "tiny", "hazy", [WORST, "test/sea/1.png"], "map of a net")
    header, line = selections().splitlines()
    assert header.split() == ["selection", "images", "made", "from", "created"]
    assert line.split()[:3] == ["hazy", "2", "map"]
    assert selections("--show", "hazy") == f"{WORST}\ntest/sea/1.png\n"
    (tmp_path / "ids.txt").write_text(f"{WORST}\n\n")
    added = selections("--add", "mine", "--images", tmp_path / "ids.txt")
    assert added == "selection mine of tiny holds 1 image\n"
    assert selections("--remove", "hazy") == "selection hazy of tiny is forgotten\n"
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
def test_wrong_options_are_refused(selections: Selections, arguments: list[str], sentence: str) -> None:
    refusal = selections(*arguments)
    assert refusal.startswith("errata: ")
    assert sentence in refusal


def test_an_unknown_image_is_refused(workspace: Workspace, selections: Selections, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("test/sea/99.png\n")
    refusal = selections("--add", "mine", "--images", tmp_path / "ids.txt")
    assert "names 'test/sea/99.png', which is not an image of tiny" in refusal
    assert selection_names(workspace, "tiny") == ()


def test_a_file_that_is_no_text_is_refused(selections: Selections, tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_bytes(b"\x89PNG\xff")
    refusal = selections("--add", "mine", "--images", file)
    assert "ids.txt is not UTF-8; give a text file with an image_id a line" in refusal
    file.write_text(WORST, encoding="utf-8-sig")  # as Windows editors save it
    assert selections("--add", "mine", "--images", file) == "selection mine of tiny holds 1 image\n"


def test_a_data_set_that_was_not_audited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "empty"))
    assert exit_code("selections", "scenes") == 2
    assert "run `errata audit scenes`" in capsys.readouterr().err
