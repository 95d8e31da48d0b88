"""Shared by the tests of commands: `errata` in this process, on a workspace of its own, and without permissions."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.typed_command import Run, exit_code


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the workspace that the commands use; it does not exist yet."""
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ERRATA_DATA", str(tmp_path / "data"))
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process and return exit code, output and errors."""

    def command(*arguments: str) -> tuple[int, str, str]:
        code = exit_code(*arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


@pytest.fixture
def nobody(run: Run) -> Iterator[None]:
    """Run as a user without rights, because root may write anywhere; it can import nothing that is not loaded yet."""
    if os.geteuid() != 0:
        yield
        return
    for arguments in (("issues", "scenes"), ("audit", "scenes", "--folds", "1")):
        run(*arguments)  # imports what the tests need
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
