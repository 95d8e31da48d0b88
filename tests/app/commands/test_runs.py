"""`errata runs`, `errata cancel` and `errata clean`: what is printed, and when nothing is asked."""

import io
import re
import sys

import pytest

from curation.workspace.folders import Workspace
from models.files.atomic import write_json
from tests.helpers.small_audit import small_audit
from tests.helpers.typed_command import exit_code


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    small_audit(workspace)
    write_json(workspace.runs / "audit-tiny" / "config.json", {"dataset": "tiny"})
    old = workspace.runs / "tiny-a-11111111"
    old.mkdir()
    (old / "fold-0.safetensors").write_bytes(b"\1" * 10_000)
    return workspace


def errata(*arguments: str) -> None:
    assert not exit_code(*arguments)


def test_runs(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    errata("runs")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["run", "state", "changed", "size"]
    assert re.fullmatch(r"audit-tiny +finished +\d{4}-\d\d-\d\d \d\d:\d\d +\d+ KB", lines[1])
    assert [line.split()[1] for line in lines[2:-1]] == ["unused", "used", "used"]
    assert re.fullmatch(r"4 runs, \d+ KB", lines[-1])
    errata("runs", "tiny")
    assert "audit-tiny" in capsys.readouterr().out
    errata("runs", "digits")
    assert capsys.readouterr().out.startswith("no runs of digits in ")


def test_clean_names_and_removes(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    old = workspace.runs / "tiny-a-11111111"
    errata("clean", "--dry-run")
    output = capsys.readouterr().out
    assert "runs/tiny-a-11111111  (models that no audit uses)" in output
    assert "12 KB could be freed; nothing was removed" in output
    errata("clean")  # no terminal here
    assert "give --yes to remove this" in capsys.readouterr().out
    assert old.exists()
    errata("clean", "--yes")
    assert "removed; 12 KB are free again" in capsys.readouterr().out
    assert not old.exists()
    errata("clean", "--yes")
    assert capsys.readouterr().out == "nothing to remove: everything is referred to\n"


@pytest.mark.parametrize(("answer", "there"), [("n", True), ("", True), ("y", False)])
def test_on_a_terminal_it_asks(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str, there: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{answer}\n"))
    errata("clean")
    assert "Remove this and free 12 KB? [y/N]" in capsys.readouterr().out
    assert (workspace.runs / "tiny-a-11111111").exists() is there


def test_cancel_without_a_run(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    errata("cancel", "tiny")
    errata("cancel", "audit-tiny")
    assert capsys.readouterr().out == "no audit of tiny is running\nno run audit-tiny is running\n"
    assert exit_code("cancel", "tinny") == 2
    assert "no data set or run 'tinny'; did you mean 'tiny'?" in capsys.readouterr().err
