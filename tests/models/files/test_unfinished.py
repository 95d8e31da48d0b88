"""What a dead process left is removed, what a living one writes never."""

import fcntl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from curation.datasets.fetch import draw_or_unpack
from curation.datasets.finding import find_dataset
from curation.workspace.atomic_folder import atomic_folder
from curation.workspace.folders import Workspace
from models.files import unfinished
from models.files.atomic import atomic, write_json
from models.files.locks import try_lock
from models.files.runs import computing
from models.files.unfinished import sweep, unfinished_file, unfinished_folder

Make = Callable[[Path], AbstractContextManager[Path]]
WRITES = """
import sys, time
from pathlib import Path
from curation.workspace.atomic_folder import atomic_folder
from models.files.atomic import atomic
target = Path(sys.argv[1])
with atomic(target / "scores.npz") as file, atomic_folder(target / "scenes") as folder:
    file.write_text("half")
    (folder / "train").mkdir()
    (folder / "train" / "0.png").write_text("half")
    print("writing", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process in the middle of writing a file and a folder."""
    process = subprocess.Popen([sys.executable, "-c", WRITES, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_living_process_is_left_alone_and_a_killed_one_swept(tmp_path: Path, writer: "subprocess.Popen[str]") -> None:
    before = names(tmp_path)
    assert [name.split("-")[0] for name in before] == [".scenes", ".scores"]
    assert sweep(tmp_path) == []
    assert names(tmp_path) == before
    writer.kill()
    writer.wait()
    assert [path.name for path in sweep(tmp_path, dry_run=True)] == before == names(tmp_path)
    assert [path.name for path in sweep(tmp_path, "scores")] == before[1:]
    assert [path.name for path in sweep(tmp_path)] == before[:1]
    assert names(tmp_path) == []


def test_the_next_drawing_sweeps(tmp_path: Path, writer: "subprocess.Popen[str]") -> None:
    with atomic_folder(tmp_path / "scenes") as folder:
        (folder / "whole").touch()
        assert len(names(tmp_path)) == 3  # the other process still writes
    (tmp_path / "scenes" / "whole").unlink()
    writer.kill()
    writer.wait()
    with atomic_folder(tmp_path / "scenes"):
        pass
    assert [name.split("-")[0] for name in names(tmp_path)] == [".scores", "scenes"]


def test_the_next_fetch_and_the_next_audit_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    left = workspace.drawn / ".digits-0123abcd.part"
    left.mkdir(parents=True)
    draw_or_unpack(find_dataset("digits", workspace))
    assert names(workspace.drawn) == ["digits"]
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / ".rows-0123abcd.part.npz").touch()
    with computing(tmp_path / "runs", {}):
        assert "rows" not in " ".join(names(tmp_path / "runs"))


@pytest.mark.parametrize("name", [".scenes-backup", ".scenes-abcdefgh.part", "scenes-0123abcd.part", ".scenes.part"])
def test_what_people_name_themselves_is_never_touched(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert sweep(tmp_path) == sweep(tmp_path, "scenes") == []
    assert names(tmp_path) == [name]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / ".scenes-0123abcd.part").symlink_to(tmp_path / "mine")
    assert sweep(tmp_path) == []
    assert names(tmp_path) == [".scenes-0123abcd.part", "mine"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert sweep(tmp_path / "nowhere") == []
    with pytest.raises(FileNotFoundError), unfinished_folder(tmp_path / "nowhere" / "scenes"):
        pass


@pytest.mark.parametrize("make", [unfinished_file, unfinished_folder])
def test_nothing_is_left_after_an_exception(tmp_path: Path, make: Make) -> None:
    with pytest.raises(ZeroDivisionError), make(tmp_path / "x.npz"):
        raise ZeroDivisionError
    assert names(tmp_path) == []


@pytest.mark.parametrize("make", [unfinished_file, unfinished_folder])
def test_nothing_is_left_where_an_interrupt_follows_the_creation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    def interrupted(descriptor: int) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(unfinished, "try_lock", interrupted)  # called right after the file or folder was made
    with pytest.raises(KeyboardInterrupt), make(tmp_path / "x.npz"):
        raise AssertionError("the block must not begin")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("make", [unfinished_file, unfinished_folder])
def test_a_sweep_that_is_faster_than_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Make) -> None:
    """Between making and locking anybody may take it for left behind: then it is made again."""
    swept: list[bool] = []

    def late(descriptor: int) -> bool:
        if not swept:
            swept.append(True)
            monkeypatch.setattr(unfinished, "try_lock", try_lock)
            assert len(sweep(tmp_path)) == 1
        return try_lock(descriptor)

    monkeypatch.setattr(unfinished, "try_lock", late)
    with make(tmp_path / "x.npz") as hidden:
        assert swept
        assert hidden.exists()
        assert sweep(tmp_path) == []


def test_without_locks_nothing_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", refused)
    (tmp_path / ".x-0123abcd.part").touch()
    write_json(tmp_path / "y.json", 1)
    with atomic(tmp_path / "z.npz"):
        assert sweep(tmp_path) == []
    assert names(tmp_path) == [".x-0123abcd.part", "y.json", "z.npz"]
