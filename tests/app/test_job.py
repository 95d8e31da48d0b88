"""Commands as jobs: their folder tells where they stand and what they did."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.job import run_job
from app.jobs.process import job_folder, memory_mb, start, watch
from app.jobs.result import JobResult, read_result
from app.panels.running.training_progress import started_runs
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.runs import cancel, read_status
from tests.helpers.drawn_folder import draw_folder


def test_a_command_that_works_is_finished(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_job(tmp_path / "job", ["recipes"]) == 0
    assert watch(tmp_path / "job").state == "finished"
    assert read_result(tmp_path / "job") == JobResult("recipes", "finished")
    assert "scenes-simple" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["splits", "nonesuch"], "nonesuch"),
        (["nonesuch"], "No such command 'nonesuch'"),
        (["serve", "--port", "x"], "Invalid value for '--port'"),
    ],
)
def test_a_command_that_fails_says_why_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    assert run_job(tmp_path / "job", arguments) == 2
    progress = watch(tmp_path / "job")
    assert progress.state == "failed"
    assert sentence in progress.error
    result = read_result(tmp_path / "job")
    assert result is not None
    assert (result.state, result.error) == ("failed", progress.error)
    assert capsys.readouterr().err.startswith("errata: ")


def test_a_running_job_is_cancelled(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; import app.job as job\n"
        "job.cli = lambda *a, **k: time.sleep(60)\n"
        "sys.exit(job.run_job(Path(sys.argv[1]), ['train']))"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)])
    deadline = time.monotonic() + 60
    while (status := read_status(tmp_path)) is None or status.state != "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert memory_mb(tmp_path) > 10
    assert cancel(tmp_path)
    assert process.wait(20) == 130
    assert watch(tmp_path).state == "cancelled"
    assert memory_mb(tmp_path) == 0


def test_a_real_process_writes_its_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path))
    folder = job_folder(Workspace(tmp_path), "list")
    start(folder, ["recipes"])
    with pytest.raises(ErrataError, match="is running already"):
        start(folder, ["recipes"])
    deadline = time.monotonic() + 60
    while watch(folder).active and time.monotonic() < deadline:
        time.sleep(0.05)
    progress = watch(folder)
    assert progress.state == "finished"
    assert any("scenes-lite0-frozen" in line for line in progress.log)


def test_a_training_names_the_runs_of_every_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real training of two seeds; its curves are read from the folders that the result names."""
    home = Workspace(tmp_path / "home")
    monkeypatch.setenv("ERRATA_HOME", str(home.root))
    pictures = draw_folder(tmp_path / "few", train=4, test=2)
    options = ["--architecture", "simple_cnn", "--epochs", "1", "--seed", "5", "--seeds=2"]
    assert run_job(tmp_path / "job", ["train", str(pictures), *options]) == 0
    result = read_result(tmp_path / "job")
    assert result is not None
    assert (result.dataset, result.version, result.state) == ("few", "original", "finished")
    assert [name.rpartition("-")[2] for name in result.runs] == ["s5", "s6"]
    assert [(run.seed, len(run.curve)) for run in started_runs(home, result)] == [(5, 1), (6, 1)]
    assert Path(result.outputs["report"]).exists()
    status = read_status(tmp_path / "job")
    assert status is not None
    assert status.stage == "train"  # told by the command while it went on


def test_an_audit_that_fails_before_it_begins_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path))
    assert run_job(tmp_path / "audit", ["audit", "nonesuch"]) == 2
    result = read_result(tmp_path / "audit")
    assert result is not None
    assert (result.state, result.command) == ("failed", "audit")
    assert "no data set 'nonesuch'" in result.error
    assert read_status(tmp_path / "audit") is None  # the status of a run folder is the audit's own


def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match="is not a name"):
        job_folder(Workspace(tmp_path), "../x")


def test_the_memory_of_a_job_that_does_not_run_is_0(tmp_path: Path) -> None:
    assert memory_mb(tmp_path) == 0
