"""Lists of commands: tables by hand, JSON, and what a terminal shows of a long line; every listing command has both."""

import json
import os
import sys

import pytest

from app.commands.listing import minute, print_list, table_lines
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from tests.helpers.typed_command import exit_code

ROWS = [
    {"name": "sea", "images": 1200, "left_out": None, "tags": ["a", "b"], "hidden": 1},
    {"name": "street\n", "images": 3, "left_out": 0, "tags": [], "hidden": 2},
]


class Terminal:
    """Standard output as a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def test_a_table_by_hand() -> None:
    assert table_lines(("name", "images", "left_out", "tags"), ROWS, {"name": str.title}) == [
        "name        images  left out  tags",
        "Sea          1,200         -  a, b",
        "'Street\\n'       3         0",
    ]
    assert table_lines(("name", "images"), [], {}) == ["name  images"]
    assert minute("2026-01-31T12:00:59+01:00") == "2026-01-31 12:00"


def test_json_holds_all_values(capsys: pytest.CaptureFixture[str]) -> None:
    print_list(("name",), ROWS, as_json=True, end="not JSON")
    assert json.loads(capsys.readouterr().out) == ROWS
    print_list(("name",), [], as_json=True)
    assert json.loads(capsys.readouterr().out) == []


def test_a_terminal_cuts_lines_and_a_file_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("app.commands.listing.get_terminal_size", lambda: os.terminal_size((8, 24)))
    print_list(("name", "images"), ROWS[:1], as_json=False)
    assert capsys.readouterr().out == "name  images\nsea    1,200\n"
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    print_list(("name", "images"), ROWS[:1], as_json=False)
    assert terminal.text == "name  i…\nsea    …\n"


@pytest.mark.parametrize(
    ("command", "header"),
    [
        (("runs",), "run state changed size"),
        (("recipes",), "name architecture summary"),
        (("architectures",), "name parameters input px weights"),
        (("splits", "tiny"), "version images train val test changed left out parent sha256 made by"),
    ],
)
def test_every_list_has_a_header_and_json(
    workspace: Workspace, audit: Audit, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], header: str
) -> None:
    assert exit_code(*command) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == header.split()
    assert exit_code(*command, "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows
    assert {column.replace("_", " ") for column in rows[0]} >= {header.split()[0]}


@pytest.mark.parametrize("command", [("queue",), ("selections", "tiny"), ("decisions", "tiny"), ("runs", "tiny-x")])
def test_an_empty_list_is_json_too(
    workspace: Workspace, audit: Audit, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    if command[0] == "runs":
        command = ("runs", "digits")
    assert exit_code(*command, "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


def test_issues_on_a_terminal_are_a_table_of_the_first(
    workspace: Workspace, audit: Audit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("issues", "tiny", "--json") == 0
    values = json.loads(capsys.readouterr().out)
    assert len(values) == 30
    assert isinstance(values[0]["label_quality"], float)
    assert exit_code("issues", "tiny", "--limit", 3) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    monkeypatch.setattr("app.commands.listing.get_terminal_size", lambda: os.terminal_size((200, 24)))
    for limit, listed in ((None, 20), (2, 2), (0, 30)):
        monkeypatch.setattr(sys, "stdout", terminal := Terminal())
        assert exit_code("issues", "tiny", *([] if limit is None else ["--limit", limit])) == 0
        lines = terminal.text.splitlines()
        assert lines[0].split() == ["image", "id", "split", "label", "suggested", "label", "label", "quality", "rank"]
        if listed < 30:
            assert lines.pop().startswith(f"{listed} of 30 labels; --limit N shows more")
        assert len(lines) == listed + 1
