"""`errata report`: what it prints and refuses."""

from pathlib import Path

import pytest

from curation.workspace.folders import Workspace
from tests.helpers.typed_command import exit_code

pytestmark = pytest.mark.usefixtures("audit")


def test_without_a_file_it_is_refused(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("report", "tiny") == 2
    assert "name a file for the report" in capsys.readouterr().err


def test_it_prints_what_the_report_holds(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("report", "tiny", "--json", tmp_path / "r.json") == 0
    output = capsys.readouterr().out
    assert "30 images, 0 judged, 0 curated versions, 0 trainings, 2 compared" in output
    assert f"written: {tmp_path / 'r.json'}" in output
