"""Shared by the tests of commands: `errata` in this process, on a workspace of its own, and without permissions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from curation.datasets.catalog import CATALOG
from tests.helpers.nobody import folder_of_nobody
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
def nobody(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Run as a user without rights, in a folder of its own, because root may write anywhere."""
    for arguments in (("issues", "scenes"), ("audit", str(tmp_path))):
        run(*arguments)  # imports what the tests need
    catalog = CATALOG.read_bytes()  # nobody may be unable to read the repository's
    with folder_of_nobody() as folder:
        (folder / CATALOG.name).write_bytes(catalog)
        monkeypatch.setattr("curation.datasets.catalog.CATALOG", folder / CATALOG.name)
        yield folder
