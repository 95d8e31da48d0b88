"""Jobs of the queue that only sleep, and say in their folder when they began and ended."""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from app.jobs.actions import enqueue
from app.jobs.queue import Job
from app.jobs.request import JobRequest
from curation.database.processes import start_background
from curation.workspace.folders import Workspace
from models.files.atomic import write_json

_SLEEPS = """
import sys, time
from pathlib import Path
from models.files.runs import computing
folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
with computing(folder, {}) as run:
    (folder / "began").write_text(repr(time.time()))
    time.sleep(seconds)
    (folder / "ended").write_text(repr(time.time()))
"""


def add_sleeper(workspace: Workspace, name: str, seconds: float = 0.0) -> Job:
    """Add a job to the queue that sleeps so many seconds when `start_sleeper` starts it."""
    return enqueue(workspace, JobRequest(("train", "tiny", "--recipe", name, f"{seconds:g}"), "tiny", name))


def start_sleeper(folder: Path, arguments: Sequence[str]) -> None:
    """Start a job as `app.jobs.process.start` does, but one that sleeps as long as its last argument says."""
    folder.mkdir(parents=True, exist_ok=True)
    launched = time.time()
    command = [sys.executable, "-c", _SLEEPS, str(folder), arguments[-1]]
    process = start_background(command, folder / "log.txt", dict(os.environ))
    write_json(folder / "launch.json", {"pid": process.pid, "at": launched, "arguments": list(arguments)})
