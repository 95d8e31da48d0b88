"""Names of data sets that are paths, tags or commands, before every command that takes one: a sentence each."""

import inspect
from pathlib import Path

import pytest

from app.cli import COMMANDS
from curation.words import COMMANDING
from tests.helpers.reliability import record
from tests.helpers.typed_command import exit_code, refusal

pytestmark = pytest.mark.faults
NAMES = (
    "../x",
    "../../etc",
    "<img src=x onerror=hit()>",
    "=cmd()",
    "a/../../b",
    "\x1b[2J",
    "-rf",
    "x" * 300,
    "a\0b",
)
MORE = {  # what a command needs beside the name
    "draw": ("10",),
    "split": ("--version", "v1"),
    "diff": ("original", "v1"),
    "sheet": ("--version", "v1", "--csv", "sheet.csv"),
    "export": ("--version", "v1"),
    "predict": ("picture.png",),
    "train": ("--recipe", "scenes-simple"),
    "review": ("--reviewer", "ana"),
}
TAKE_A_NAME = [command.__name__ for command in COMMANDS if "name" in inspect.signature(command).parameters]


@pytest.mark.parametrize("command", TAKE_A_NAME)
def test_a_name_that_is_none_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    place = tmp_path / "deep" / "here"
    place.mkdir(parents=True)
    (place / "picture.png").touch()
    monkeypatch.chdir(place)
    monkeypatch.setenv("ERRATA_HOME", str(place / "home"))
    monkeypatch.setenv("ERRATA_DATA", str(place / "data"))
    option = ("--name",) if command == "serve" else ("--",)
    for name in NAMES:
        code = exit_code(command, *MORE.get(command, ()), *option, name)
        written = capsys.readouterr()
        assert not COMMANDING.search(sentence := refusal((code, *written))), name
        assert "is a bug" not in sentence
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"deep/here/picture.png"}
    record("Hostile names", "a name of a data set that is a path, a tag or a command", len(NAMES), "one sentence")
