"""`errata compare`, `errata check` and `errata draw --runs` as people type them."""

import json
import sys
import types
from pathlib import Path

import pytest

from curation.comparison.contestants import choose_contestants
from curation.comparison.image_maps import map_file
from curation.results.cam_files import CamJob
from curation.workspace.folders import Workspace
from tests.helpers.compared_runs import NAME, STRONG, STRONG_V1, WEAK, compared_runs
from tests.helpers.typed_command import exit_code


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    return compared_runs(workspace.root)


def test_compare_on_the_screen(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
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


def test_compare_to_files(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    html, file = tmp_path / "new" / "c.html", tmp_path / "new" / "c.json"
    arguments = ("--runs", f"{STRONG}-s0, {WEAK}", "--versions", "v1", "--html", str(html), "--json", str(file))
    assert exit_code("compare", NAME, *arguments) == 0
    figures = json.loads(file.read_text())
    seeds = {contestant["name"]: len(contestant["runs"]) for contestant in figures["contestants"]}
    assert seeds == {STRONG: 1, WEAK: 1}
    assert [version["version"] for version in figures["versions"]] == ["v1"]
    assert html.read_text().startswith("<!doctype html>")


def test_compare_refuses_unknown_names(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("compare", NAME, "--runs", "tiny-wek-33333333") == 2
    assert "did you mean 'tiny-weak-33333333'" in capsys.readouterr().err
    assert exit_code("compare", NAME, "--versions", "v7") == 2
    assert "no version of the labels 'v7'" in capsys.readouterr().err


def test_check(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
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
        (("--max-errors", "lots"), "--max-errors lots is no share"),
        (("--min-accuracy", "101%"), "--min-accuracy 101% is no share"),
        (("--no-leaks", "--version", "v7"), "no version of the labels 'v7'"),
        (("--min-accuracy", "5%", "--runs", "nobody"), "no trained run, recipe or architecture 'nobody'"),
        (("--max-errors", "5%", "--split", "all of it"), "no split 'all of it'"),
        (("--no-leaks", "--split", "tst"), "no split 'tst'; did you mean 'test'?"),
        (("--max-error",), "--max-error"),
    ],
)
def test_check_exits_with_2_on_bad_input(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    assert exit_code("check", NAME, *arguments) == 2
    assert sentence in capsys.readouterr().err


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int, str]]:
    """Stand in for the drawing itself: what was asked for, as (run, architecture, class, image)."""
    asked: list[tuple[str, str, int, str]] = []

    def draw_cams(folder: Path, name: str, jobs: list[CamJob]) -> None:
        for job in jobs:
            asked.append((folder.name, name, job.target, job.path.name))
            job.output.parent.mkdir(exist_ok=True)
            job.output.touch()

    stand_in = types.ModuleType("curation.training.cam")
    stand_in.draw_cams = draw_cams  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "curation.training.cam", stand_in)
    return asked


def test_draw_what_runs_predict(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    drawn: list[tuple[str, str, int, str]],
) -> None:
    for run in (f"{STRONG}-s0", f"{STRONG_V1}-s0"):
        (workspace.runs / run / "checkpoint.safetensors").touch()
    names = ("draw", NAME, "test/street/0.png", "test/street/1.png", "--runs", "scenes-lite0-frozen,scenes-simple")
    assert exit_code(*names) == 0
    sea, street = 0, 2
    assert drawn == [
        (f"{STRONG}-s0", "efficientnet_lite0", sea, "0.png"),
        (f"{STRONG}-s0", "efficientnet_lite0", street, "1.png"),
        (f"{STRONG_V1}-s0", "efficientnet_lite0", street, "0.png"),
        (f"{STRONG_V1}-s0", "efficientnet_lite0", street, "1.png"),
    ]
    strong = choose_contestants(workspace, NAME, (STRONG,))[0]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == str(map_file(strong, "test/street/0.png", "sea"))
    assert exit_code(*names, "--label", "forest") == 0
    assert len(drawn) == 8
    assert {target for _, _, target, _ in drawn[4:]} == {1}
    assert exit_code(*names) == 0
    assert len(drawn) == 8  # nothing is drawn twice


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("test/sea/0.png", "--runs", WEAK), "there is no network to look into"),
        (("test/sea/99.png", "--runs", STRONG), "tiny has no image 'test/sea/99.png'"),
        (("train/sea/0.png", "--runs", STRONG), "did not hold out 'train/sea/0.png'"),
        (("test/sea/0.png", "--runs", STRONG, "--label", "forst"), "no class 'forst'; did you mean 'forest'"),
        (("test/sea/0.png", "--label", "sea"), "--label goes with --runs"),
    ],
)
def test_draw_refuses_wrong_input(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    drawn: list[tuple[str, str, int, str]],
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    (workspace.runs / f"{STRONG}-s0" / "checkpoint.safetensors").touch()
    assert exit_code("draw", NAME, *arguments) == 2
    assert sentence in " ".join(capsys.readouterr().err.split())
    assert drawn == []
