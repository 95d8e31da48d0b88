"""Run folders, with real processes that are interrupted, ended and killed."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.runs import Run, Status, cancel, computing, read_status, terminated_as_interrupt
from tests.helpers.json_file import read_json
from tests.helpers.reliability import record

WORK = """
import sys, time
from pathlib import Path
from models.files.runs import computing
with computing(Path(sys.argv[1]), {"folds": 5}) as run:
    run.report("train", 1, 3)
    if sys.argv[2] == "stubborn":
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("ready", flush=True)
    time.sleep(60)
"""
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a process that computes `tmp_path / "run"` and wait until it does."""
    processes: list[subprocess.Popen[str]] = []

    def begin(kind: str = "") -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WORK, str(tmp_path / "run"), kind]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield begin
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def status_of(folder: Path) -> Status:
    status = read_status(folder)
    assert status is not None
    return status


def test_never_started(tmp_path: Path) -> None:
    assert read_status(tmp_path) is None
    assert not cancel(tmp_path)


def test_from_start_to_end(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "x"
    with computing(folder, {"folds": 5}) as run:
        assert (status_of(folder).state, status_of(folder).stage) == ("running", "starting")
        run.report("train", 2, 10)
        now = status_of(folder)
        assert (now.state, now.stage, now.done, now.total, now.pid) == ("running", "train", 2, 10, os.getpid())
        assert now.started <= now.updated <= time.time()
    assert status_of(folder).state == "finished"
    assert read_json(folder / "config.json") == {"folds": 5}


def test_a_failure_is_kept_with_its_sentence_and_stage(tmp_path: Path) -> None:
    def fail(run: Run) -> None:
        run.report("duplicates", 1, 2)
        raise ErrataError("there are no images")

    with pytest.raises(ErrataError), computing(tmp_path, {}) as run:
        fail(run)
    status = status_of(tmp_path)
    assert (status.state, status.stage, status.error) == ("failed", "duplicates", "there are no images")


def test_an_error_without_words_gives_its_name(tmp_path: Path) -> None:
    with pytest.raises(MemoryError), computing(tmp_path, {}):
        raise MemoryError
    assert status_of(tmp_path).error == "MemoryError"


def test_ctrl_c_is_a_cancellation(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), computing(tmp_path, {}):
        raise KeyboardInterrupt
    assert status_of(tmp_path).state == "cancelled"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_that_end_a_block_as_ctrl_c(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), terminated_as_interrupt(signal.SIGTERM, signal.SIGHUP):
        signal.raise_signal(number)
    assert signal.getsignal(number) == before


def test_the_signal_handler_is_put_back(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with computing(tmp_path, {}):
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_reports_are_rare_but_the_first_and_the_last_always_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    with computing(tmp_path, {}) as run:
        run.report("images", 0, 100_000)
        written = set[int]()
        for done in range(1, 2001):  # a report each millisecond, by a clock that this test winds
            now += 0.001
            monkeypatch.setattr("models.files.runs.time.time", partial(float, now))
            run.report("images", done, 100_000)
            written.add(read_json(tmp_path / "status.json")["done"])
        assert len(written) in (8, 9)  # one in 250 milliseconds, and the one before the loop
        run.report("images", 100_000, 100_000)
        assert read_json(tmp_path / "status.json")["done"] == 100_000


def test_sigterm_unwinds_and_reads_cancelled(tmp_path: Path, start: Start) -> None:
    process = start()
    assert status_of(tmp_path / "run").state == "running"
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    status = status_of(tmp_path / "run")
    assert (status.state, status.stage) == ("cancelled", "train")


def test_killed_reads_interrupted_before_and_after_its_parent_asks(tmp_path: Path, start: Start) -> None:
    process = start()
    process.kill()
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert status_of(tmp_path / "run").state == "interrupted"  # a zombie: still listed
    process.wait(30)
    assert status_of(tmp_path / "run").state == "interrupted"
    assert not cancel(tmp_path / "run")
    with computing(tmp_path / "run", {}):  # and its lock is free
        pass


@pytest.mark.faults
def test_one_process_at_a_time(tmp_path: Path, start: Start) -> None:
    process = start()
    sentence = f"^run is already being computed by process {process.pid}; wait for it or cancel it$"
    with pytest.raises(ErrataError, match=sentence), computing(tmp_path / "run", {"folds": 99}):
        pass
    assert read_json(tmp_path / "run" / "config.json") == {"folds": 5}
    assert status_of(tmp_path / "run").state == "running"
    record(
        "Faults", "the same run started twice at once", 1, "the second is refused in one sentence; the first goes on"
    )


def test_cancel(tmp_path: Path, start: Start) -> None:
    process = start()
    assert cancel(tmp_path / "run")
    assert process.wait(30) != 0
    assert status_of(tmp_path / "run").state == "cancelled"
    assert not cancel(tmp_path / "run")


def test_cancel_kills_what_does_not_listen(tmp_path: Path, start: Start) -> None:
    process = start("stubborn")
    assert cancel(tmp_path / "run", timeout_s=0.3)
    assert process.wait(30) == -signal.SIGKILL
    assert status_of(tmp_path / "run").state == "interrupted"


def test_a_process_id_given_to_another_process_is_not_taken_for_ours(tmp_path: Path) -> None:
    born = psutil.Process().create_time()
    for started, state in ((born + 5, "running"), (born - 3600, "interrupted")):
        write_json(tmp_path / "status.json", Status("running", os.getpid(), started, started).__dict__)
        assert status_of(tmp_path).state == state
    assert not cancel(tmp_path)  # or the tests would end here


def test_a_process_id_of_nobody(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    write_json(tmp_path / "status.json", Status("running", child.pid, time.time(), time.time()).__dict__)
    assert status_of(tmp_path).state == "interrupted"


@pytest.mark.parametrize("content", ["{", "null", '{"state": "running", "colour": "red"}', "[" * 20_000])
def test_a_damaged_status_is_that_of_an_interrupted_run(tmp_path: Path, content: str) -> None:
    (tmp_path / "status.json").write_text(content)
    status = status_of(tmp_path)
    assert (status.state, status.pid) == ("interrupted", 0)
    assert re.search(r"status\.json is damaged .*; delete it and run the command again", status.error)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    with (
        pytest.raises(ErrataError, match=r"cannot write .*runs/x: .*; set ERRATA_HOME to a folder you own"),
        computing(tmp_path / "runs" / "x", {}),
    ):
        pass
