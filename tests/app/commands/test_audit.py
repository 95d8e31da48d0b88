"""What `errata audit` says at its end."""

import shlex
from pathlib import Path

import pytest

from app.commands import audit as audit_command
from curation.audit.config import AuditConfig
from curation.workspace.folders import Workspace
from tests.helpers.drawn_folder import draw_folder
from tests.helpers.small_audit import small_audit


def test_the_command_to_go_on_with_can_be_pasted_though_the_folder_has_a_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    pictures = draw_folder(tmp_path / "my photos", train=4, test=1)
    finished = small_audit(Workspace(tmp_path / "home"), cams=0)
    monkeypatch.setattr(audit_command, "run_audit", lambda *_: finished)

    audit_command.audit(str(pictures), AuditConfig())

    command = capsys.readouterr().out.split("open it with: ")[1]
    assert shlex.split(command) == ["errata", "review", str(pictures)]
