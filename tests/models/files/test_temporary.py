"""What Errata writes among the system's temporary files is for its owner alone."""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.screens.splits.versions import _written
from curation.images.picture_file import PictureFile
from models.errors import ErrataError
from models.files.temporary import private_temporary_folder
from tests.helpers import REPOSITORY

OTHERS = 0o077  # what others may do


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of temporary files, where others may read what is made without a thought."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = os.umask(0)
    yield tmp_path
    os.umask(before)


def test_nobody_else_reads_temporary_files(place: Path) -> None:
    (place / "usual").touch()
    assert (place / "usual").stat().st_mode & OTHERS  # else this test could not fail
    assert private_temporary_folder().stat().st_mode & OTHERS == 0
    with PictureFile((2, 2)) as pictures:
        assert os.fstat(pictures._file.fileno()).st_mode & OTHERS == 0
    made: list[Path] = []

    def write(file: Path) -> None:
        made.append(file.parent)
        assert file.parent.is_relative_to(place)
        assert file.parent.stat().st_mode & OTHERS == 0
        file.write_bytes(b"table")

    assert _written(write) == b"table"
    assert not made[0].exists()


def test_all_temporary_files_are_made_so() -> None:
    """Python makes these for their owner alone; a name of one's own among the temporary files is for everybody."""
    private = {"TemporaryFile", "NamedTemporaryFile", "TemporaryDirectory", "mkdtemp", "mkstemp"}
    named = {"models/files/temporary.py", "curation/images/picture_file.py"}  # the second in a sentence
    for room in ("app", "curation", "models"):
        for file in (REPOSITORY / room).rglob("*.py"):
            text, name = file.read_text(encoding="utf-8"), file.relative_to(REPOSITORY).as_posix()
            used = set(re.findall(r"tempfile\.(\w+)", text)) - private
            assert used <= ({"gettempdir"} if name in named else set()), name
            assert not re.search(r"""["']/(var/)?tmp\b|environ.{1,6}TMPDIR""", text), name


def test_a_prepared_folder_is_not_used(place: Path) -> None:
    trap = place / f"errata-{os.getuid()}"
    (place / "elsewhere").mkdir(mode=0o700)
    trap.symlink_to(place / "elsewhere")
    with pytest.raises(ErrataError, match="not yours alone"):
        private_temporary_folder()
    trap.unlink()
    trap.mkdir(mode=0o755)
    with pytest.raises(ErrataError, match="not yours alone"):
        private_temporary_folder()
