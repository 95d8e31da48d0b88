"""`errata draw --runs` as people type it; the drawing itself is replaced."""

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


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int, str]]:
    """Return what would be drawn, as (run, architecture, class, image)."""
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
        (("test/sea/0.png", "--runs", WEAK), "have no network of their own; name their members"),
        (("test/sea/99.png", "--runs", STRONG), "tiny has no image 'test/sea/99.png'"),
        (("train/sea/0.png", "--runs", STRONG), "did not hold out 'train/sea/0.png'"),
        (("test/sea/0.png", "--runs", STRONG, "--label", "forst"), "no class 'forst'; did you mean 'forest'"),
        (("test/sea/0.png", "--label", "sea"), "--label goes with --runs"),
    ],
)
def test_draw_refuses_wrong_input(
    workspace: Workspace,
    capsys: pytest.CaptureFixture[str],
    drawn: list[tuple[str, str, int, str]],
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    (workspace.runs / f"{STRONG}-s0" / "checkpoint.safetensors").touch()
    assert exit_code("draw", NAME, *arguments) == 2
    assert sentence in " ".join(capsys.readouterr().err.split())
    assert drawn == []
