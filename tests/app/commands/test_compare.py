"""`errata compare` and `errata check` as people type them."""

import json
from pathlib import Path

import pytest

from curation.workspace.folders import Workspace
from tests.helpers.compared_runs import NAME, STRONG, WEAK, compared_runs
from tests.helpers.typed_command import exit_code


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    return compared_runs(workspace.root)


def test_compare_on_the_screen(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("compare", NAME) == 0
    output = capsys.readouterr().out
    assert "10 of 12 test images compared, 1 none-of-these, 1 unsure" in output
    line = next(line for line in output.splitlines() if line.startswith("scenes-lite0-frozen  "))
    assert "75.0 % (44.2 to 91.9)  " in line
    assert "95.0 % (65.5 to 99.5)" in line
    assert "trained on original: original picks scenes-simple, v1 scenes-lite0-frozen; original would pick" in output
    assert "v1: scenes-lite0-frozen +15.0 points" in output
    assert "p = 1 after 3 tests" in output
    assert "  errata train tiny --recipe scenes-simple --size 32 --epochs 3 --version v1" in output


def test_compare_to_files(workspace: Workspace, tmp_path: Path) -> None:
    html, file = tmp_path / "new" / "c.html", tmp_path / "new" / "c.json"
    arguments = ("--runs", f"{STRONG}-s0, {WEAK}", "--versions", "v1", "--html", str(html), "--json", str(file))
    assert exit_code("compare", NAME, *arguments) == 0
    figures = json.loads(file.read_text())
    seeds = {contestant["name"]: len(contestant["runs"]) for contestant in figures["contestants"]}
    assert seeds == {STRONG: 1, WEAK: 1}
    assert [version["version"] for version in figures["versions"]] == ["v1"]
    assert html.read_text().startswith("<!doctype html>")


def test_compare_refuses_unknown_names(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("compare", NAME, "--runs", "tiny-wek-33333333") == 2
    assert "did you mean 'tiny-weak-33333333'" in capsys.readouterr().err
    assert exit_code("compare", NAME, "--versions", "v7") == 2
    assert "no version of the labels 'v7'" in capsys.readouterr().err


def test_check(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    good = ("check", NAME, "--min-accuracy", "80%", "--version", "v1")
    assert exit_code(*good) == 0
    line = capsys.readouterr().out
    assert line.startswith("ok      tiny v1: accuracy of scenes-lite0-frozen, trained on v1: 100.0 %")
    assert exit_code(*good, "--no-leaks") == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("FAILED  tiny v1: leaks: 1 image")
    assert second.startswith("ok      ")
    assert exit_code("check", NAME, "--max-errors", "100%", "--min-accuracy", "0.81", "--runs", WEAK) == 0
    assert [line[:6] for line in capsys.readouterr().out.splitlines()] == ["ok    ", "ok    "]
    assert exit_code(*good, "--runs", WEAK, "--max-errors", "0%") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "name a condition to check"),
        (("--max-errors", "lots"), "--max-errors lots is not a share"),
        (("--min-accuracy", "101%"), "--min-accuracy 101% is not a share"),
        (("--no-leaks", "--version", "v7"), "no version of the labels 'v7'"),
        (("--min-accuracy", "5%", "--runs", "nobody"), "no trained run, recipe or architecture 'nobody'"),
        (("--max-errors", "5%", "--split", "all of it"), "no split 'all of it'"),
        (("--no-leaks", "--split", "tst"), "no split 'tst'; did you mean 'test'?"),
        (("--max-error",), "--max-error"),
    ],
)
def test_check_exits_with_2_on_bad_input(
    workspace: Workspace,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    assert exit_code("check", NAME, *arguments) == 2
    assert sentence in capsys.readouterr().err
