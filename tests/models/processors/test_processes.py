"""Trainings in processes of their own: each is done, errors come back, nothing outlives the one who asked."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import psutil
import pytest

import models.processors.processes as module
from models.errors import ErrataError
from models.processors.processes import PROCESSES_PAY_FROM, processes, side_by_side, training_workers
from tests.helpers import REPOSITORY
from tests.helpers.reliability import record


@dataclass(frozen=True)
class Job:
    """What a process is asked to do."""

    file: Path
    act: str = "write"


def work(job: Job) -> None:
    import torch

    if job.act == "fail":
        raise ErrataError("the loss became nan")
    if job.act == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if job.act == "hang":
        job.file.write_text(str(os.getpid()))
        time.sleep(60)
    job.file.write_text(str(torch.get_num_threads()))


def nothing() -> None:
    pass


def test_every_needed_task_is_done_with_the_threads_of_its_place(tmp_path: Path) -> None:
    jobs = [Job(tmp_path / str(i)) for i in range(3)]
    polls: list[int] = []
    side_by_side(work, jobs, [True, False, True], 2, lambda: polls.append(1))
    assert [job.file.exists() for job in jobs] == [True, False, True]
    assert jobs[0].file.read_text() == "1"  # its neighbour has the other processor, needed or not
    assert jobs[2].file.read_text() == "2"  # alone in the last round
    assert polls


def test_an_error_comes_back_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match=r"^the loss became nan$"):
        side_by_side(work, [Job(tmp_path / "a", "fail"), Job(tmp_path / "b", "hang")], [True, True], 2, nothing)


@pytest.mark.faults
def test_a_killed_process_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match=r"^a training process was ended from outside, .* where it stopped$"):
        side_by_side(work, [Job(tmp_path / "a", "die")], [True], 1, nothing)
    record("Faults", "SIGKILL of a training process, as for want of memory", 1, "one sentence that says how to go on")


def _gone(pid: int) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False


def test_cancelling_ends_the_processes(tmp_path: Path) -> None:
    job = Job(tmp_path / "a", "hang")

    def cancel() -> None:
        if job.file.exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side(work, [job], [True], 1, cancel)
    assert _gone(int(job.file.read_text()))


def test_they_end_with_a_killed_parent(tmp_path: Path) -> None:
    script = textwrap.dedent(
        f"""
        from pathlib import Path
        from models.processors.processes import side_by_side
        from tests.models.processors.test_processes import Job, nothing, work
        if __name__ == "__main__":
            side_by_side(work, [Job(Path({str(tmp_path / "a")!r}), "hang")], [True], 1, nothing)
        """
    )
    (tmp_path / "parent.py").write_text(script)
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    parent = subprocess.Popen([sys.executable, tmp_path / "parent.py"], env=environment)
    end = time.monotonic() + 60
    while not (tmp_path / "a").exists() or not (tmp_path / "a").read_text():
        assert time.monotonic() < end
        time.sleep(0.1)
    parent.kill()
    parent.wait()
    assert _gone(int((tmp_path / "a").read_text()))


def test_processes_are_for_long_work_without_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "cores", lambda: 3)
    monkeypatch.setattr("models.processors.devices.default_device", lambda: "cpu")
    assert training_workers(PROCESSES_PAY_FROM - 1) == 1
    assert training_workers(PROCESSES_PAY_FROM) == 3
    monkeypatch.setattr("models.processors.devices.default_device", lambda: "cuda")
    assert training_workers(PROCESSES_PAY_FROM) == 1


def test_the_main_module_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ModuleType("__main__")
    page.__file__ = str(tmp_path / "page.py")  # as Streamlit leaves it there while it draws a page
    (tmp_path / "page.py").write_text("raise SystemExit('the page ran')")
    monkeypatch.setitem(sys.modules, "__main__", page)
    with processes(1) as pool:
        assert pool.submit(abs, -3).result() == 3
    assert sys.modules["__main__"] is page
