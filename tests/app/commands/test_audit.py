"""What `errata audit` says at its end."""

import shlex
from pathlib import Path

import pytest

from app.commands.audit import run
from curation.audit.config import AuditConfig
from curation.workspace.folders import Workspace
from tests.helpers.drawn_folder import draw_folder
from tests.helpers.small_audit import small_audit


def test_the_command_to_go_on_with_can_be_pasted_though_the_folder_has_a_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    pictures = draw_folder(tmp_path / "my photos", train=4, test=1)
    workspace = Workspace(tmp_path / "home")
    finished = small_audit(workspace, cams=0)
    monkeypatch.setattr("curation.audit.run.run_audit", lambda *_: finished)

    run(workspace, str(pictures), AuditConfig())

    command = capsys.readouterr().out.split("open it with: ")[1]
    assert shlex.split(command) == ["errata", "review", str(pictures)]
