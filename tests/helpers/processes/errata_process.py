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
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "curation.training.cam",
        "curation.training.out_of_fold",
        "models.jobs.cross_validate",
        "pymongo",
        "tests.helpers.processes.errata_process",
    ]
)
PATIENCE_S = 240


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

    def kill(self) -> None:
        """Send SIGKILL: nothing of it runs any more."""
        self.process.kill()
        self.process.join()


def start(home: Path, *arguments: str, largest_file: int | None = None) -> Errata:
    """Start the command on the workspace `home`; writing beyond `largest_file` bytes fails like a full disk."""
    folder = Path(tempfile.mkdtemp(dir=home.parent, prefix="errata-"))
    output, errors = folder / "output.txt", folder / "errors.txt"
    process = _CONTEXT.Process(target=_main, args=(home, arguments, largest_file, output, errors), daemon=True)
    process.start()
    return Errata(process, output, errors)


def errata(home: Path, *arguments: str, largest_file: int | None = None) -> tuple[int, str, str]:
    """Run the command; return exit code, output and errors."""
    running = start(home, *arguments, largest_file=largest_file)
    try:
        return running.ended()
    finally:
        running.kill()


def _main(home: Path, arguments: tuple[str, ...], largest_file: int | None, output: Path, errors: Path) -> None:
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
    main()
