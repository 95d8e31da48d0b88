"""SIGKILL at random moments: the same command again ends with the files of a run that nothing disturbed."""

import hashlib
import os
import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.database.start import stop_database
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.handover.sheet import errata_sheet, write_sheet
from curation.results.audit import load_audit
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from tests.helpers.drawn_folder import draw_folder
from tests.helpers.processes.errata_process import Kill, errata, start
from tests.helpers.reliability import SEED, record, size
from tests.helpers.small_audit import small_audit

KILLS = int(os.environ.get("ERRATA_KILLS", "200"))  # of audits
SAME = "the same command again ends with the same files"
_NEVER_COMPARED = {"database", "servers", "jobs"}  # the server's own files, logs


@pytest.fixture
def randomly() -> random.Random:
    """What draws the moments; ERRATA_SEED=N repeats a run."""
    print(f"ERRATA_SEED={SEED}")
    return random.Random(SEED)


def contents(home: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that a command keeps; hidden ones are those it has not finished."""
    files = [path.relative_to(home) for path in home.rglob("*") if path.is_file()]
    compared = [path for path in files if not _NEVER_COMPARED & set(path.parts)]
    return {path.as_posix(): hashlib.sha256((home / path).read_bytes()).hexdigest() for path in compared}


def empty(home: Path) -> None:
    """Remove all of a workspace but its database, which takes seconds to start."""
    for path in home.iterdir():
        if path.name != "database":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def undisturbed(home: Path, arguments: list[str], before: Callable[[], None]) -> tuple[dict[str, str], float]:
    """Run the command twice; return which files it leaves, with a hash where that is the same both times.

    Args:
        home: the workspace.
        arguments: of the command.
        before: makes the workspace as it is before the command.

    Returns:
        path -> SHA-256, empty where the file tells times; and the seconds that the command takes.
    """
    seen, seconds = [], []
    for _ in range(2):
        before()
        running = start(home, *arguments)
        code, _, errors = running.ended()
        assert code == 0, errors
        seen.append(contents(home))
        seconds.append(running.seconds)
    assert seen[0].keys() == seen[1].keys()
    return {path: sha256 if seen[1][path] == sha256 else "" for path, sha256 in seen[0].items()}, min(seconds)


def differing(home: Path, expected: dict[str, str]) -> list[str]:
    """Return the files that are missing, too many or other than those expected."""
    left = contents(home)
    changed = [path for path, sha256 in expected.items() if path in left and sha256 not in ("", left[path])]
    return sorted([*(left.keys() ^ expected.keys()), *changed])


@pytest.mark.mongo
@pytest.mark.faults
@pytest.mark.timeout(3600)
@pytest.mark.skipif(size(0, 1) == 0, reason="long: tests/test_pipeline.py kills an audit in five of its stages")
def test_an_audit_killed_in_every_stage(tmp_path: Path, randomly: random.Random) -> None:
    pictures, home = draw_folder(tmp_path / "few", train=4, test=2), tmp_path / "home"
    home.mkdir()
    shape = ["--architectures", "simple_cnn_norm_dropout", "--folds", "2", "--cams", "1"]
    arguments, killed = ["audit", str(pictures), *shape], 0
    try:
        expected, _ = undisturbed(home, arguments, lambda: empty(home))
        seconds = {stage.name: stage.seconds for stage in load_audit(Workspace(home), "few").stages}
        while killed < KILLS:
            empty(home)
            for stage in seconds:
                if randomly.random() < 0.8:
                    after_s = randomly.uniform(0, seconds[stage])
                    running = start(home, *arguments, killed=Kill(after_s, stage))
                    running.process.join(240)
                    killed += running.process.exitcode == -signal.SIGKILL
            code, _, errors = errata(home, *arguments)
            assert code == 0, errors
            assert differing(home, expected) == [], f"ERRATA_SEED={SEED}, after {killed} kills"
    finally:
        stop_database(Workspace(home))
    record("Faults", f"SIGKILL at a random moment of each of the {len(seconds)} stages of an audit", killed, SAME)


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace with verdicts, the version v1, its sheet and a copy of the images."""
    root = tmp_path_factory.mktemp("reviewed")
    workspace = Workspace(root / "home")
    small_audit(workspace, cams=0)
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ana", "test/sea/0.png", "relabel", ("forest",)))
    ledger.decide(Decision("ana", "train/street/1.png", "relabel", ("sea",)))
    make_version(workspace, "tiny", VersionRequest("v1"))
    write_sheet(errata_sheet(workspace, load_version(workspace, "tiny", "v1")), root / "home" / "sheet.json")
    shutil.copytree(root / "home", root / "kept")
    return root


@pytest.mark.faults
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "arguments",
    [
        ["split", "tiny", "--version", "v2", "--drop-leaks"],
        ["export", "tiny", "--version", "v1", "--output", "{home}/exported"],
        ["export", "tiny", "--version", "v1", "--format", "csv", "--output", "{home}/exported"],
        ["apply", "{home}/sheet.json", "{home}/data/tiny", "--output", "{home}/corrected"],
        ["train", "{home}/data/tiny", "--architecture", "cnn3", "--size", "16", "--epochs", "2"],
    ],
    ids=lambda arguments: " ".join(arguments[:5]).replace("{home}/", ""),
)
def test_a_command_killed_at_random(reviewed: Path, randomly: random.Random, arguments: list[str]) -> None:
    home, kills, killed = reviewed / "home", size(1, 20), 0
    command = [argument.replace("{home}", str(home)) for argument in arguments]

    def restored() -> None:
        shutil.rmtree(home)
        shutil.copytree(reviewed / "kept", home, copy_function=shutil.copy2)

    expected, seconds = undisturbed(home, command, restored)
    for _ in range(kills):
        restored()
        running = start(home, *command, killed=Kill(randomly.uniform(0, seconds)))
        running.process.join(240)
        killed += running.process.exitcode == -signal.SIGKILL
        code, _, errors = errata(home, *command)
        if code:  # it was done when the kill came, and is never overwritten
            assert code == 2, errors
            assert "Traceback" not in errors
        assert differing(home, expected) == [], f"ERRATA_SEED={SEED}: {errors}"
    record("Faults", f"SIGKILL at a random moment of errata {arguments[0]}", killed, SAME)
