"""The `errata` command in a process of its own, to be killed and starved.

Forked from a server that has imported torch already: a test starts many of them. It trains for one epoch, and its map
needs no UMAP, which would compile for 20 s in every process.
"""

import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "app.commands.audit",
        "app.commands.versions",
        "curation.audit.run",
        "curation.handover.export",
        "curation.reports.audit.write",
        "curation.training.cam",
        "curation.training.out_of_fold",
        "models.jobs.cross_validate",
        "pymongo",
        "tests.helpers.processes.errata_process",
    ]
)
PATIENCE_S = 240


@dataclass(frozen=True)
class Kill:
    """When a command ends by SIGKILL."""

    after_s: float  # at once where 0
    stage: str = ""  # counted from the beginning of this stage; of the command where empty
    done: int = 0  # or from the moment at which the stage has done this much


@dataclass(frozen=True)
class Errata:
    """A started command."""

    process: ForkServerProcess
    output: Path
    errors: Path

    def ended(self) -> tuple[int, str, str]:
        """Wait for its end; return exit code, output and errors."""
        self.process.join(PATIENCE_S)
        assert not self.process.is_alive(), f"still running after {PATIENCE_S} s: {self.errors.read_text()}"
        return int(self.process.exitcode or 0), self.output.read_text(), self.errors.read_text()

    @property
    def seconds(self) -> float:
        """How long the command ran, once it has ended by itself."""
        return float(self.output.with_name("seconds.txt").read_text())

    def kill(self) -> None:
        """Send SIGKILL: nothing of it runs any more."""
        self.process.kill()
        self.process.join()


def start(home: Path, *arguments: str, largest_file: int | None = None, killed: Kill | None = None) -> Errata:
    """Start the command on the workspace `home`; writing beyond `largest_file` bytes fails like a full disk."""
    folder = Path(tempfile.mkdtemp(dir=home.parent, prefix="errata-"))
    output, errors = folder / "output.txt", folder / "errors.txt"
    process = _CONTEXT.Process(target=_main, args=(home, arguments, largest_file, killed, output, errors), daemon=True)
    process.start()
    return Errata(process, output, errors)


def errata(home: Path, *arguments: str, largest_file: int | None = None) -> tuple[int, str, str]:
    """Run the command; return exit code, output and errors."""
    running = start(home, *arguments, largest_file=largest_file)
    try:
        return running.ended()
    finally:
        running.kill()


def _main(
    home: Path, arguments: tuple[str, ...], largest_file: int | None, killed: Kill | None, output: Path, errors: Path
) -> None:
    import curation.audit.projection
    import models.training.recipes
    from app.cli import main
    from models.training.config import TrainConfig

    for stream, file in ((1, output), (2, errors)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), stream)
    if largest_file is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))
    os.environ["ERRATA_HOME"] = str(home)
    for name in (
        "FIFTYONE_DATABASE_URI",
        "ERRATA_DATABASE_URI",
    ):  # left by tests of the process that started the server
        os.environ.pop(name, None)
    models.training.recipes.OUT_OF_FOLD["scratch"] = TrainConfig(epochs=1)
    curation.audit.projection.project = lambda embeddings, seed, neighbours=15: embeddings[:, :2].copy()
    sys.argv = ["errata", *arguments]
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # it may have children
    if killed:
        _arrange(killed)
    began = time.perf_counter()
    try:
        main()
    finally:
        output.with_name("seconds.txt").write_text(str(time.perf_counter() - began))


def _arrange(killed: Kill) -> None:
    """Let this process die when it is due."""
    from models.files.runs import Run

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    due = threading.Timer(killed.after_s, die)
    due.daemon = True
    if not killed.stage:
        due.start()
        return
    report = Run.report

    def reported(self: Run, stage: str, done: int = 0, total: int = 0, *more: str, **others: str) -> None:
        report(self, stage, done, total, *more, **others)
        if (stage, done) == (killed.stage, killed.done) and due.ident is None:
            due.start() if killed.after_s else die()

    Run.report = reported  # type: ignore[method-assign]
