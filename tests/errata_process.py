"""The `errata` command in a process of its own, to be killed and starved: one epoch of training, and a map without UMAP.

UMAP compiles for 20 s in every process; the audit in tests/test_pipeline.py that is not killed uses it.
"""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
_PROGRAM = """
import functools
import curation.projection, models.train
curation.projection.project = lambda embeddings, seed: embeddings[:, :2].copy()
models.train.TrainConfig = functools.partial(models.train.TrainConfig, epochs=1)
from app.cli import main
main()
"""


def start(home: Path, *arguments: str, before: str = "", **environment: str) -> "subprocess.Popen[str]":
    """Start the command on the workspace `home`; `before` is Python that the process runs first."""
    command = [sys.executable, "-W", "error::SyntaxWarning", "-c", before + _PROGRAM, *arguments]
    own = {**os.environ, "ERRATA_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    for name in ("FIFTYONE_DATABASE_URI", "ERRATA_DATABASE_URI"):  # left by tests of this process
        own.pop(name, None)
    return subprocess.Popen(
        command, cwd=REPOSITORY, env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip


def errata(home: Path, *arguments: str, before: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command and return how it ended."""
    process = start(home, *arguments, before=before, **environment)
    try:
        output, errors = process.communicate(timeout=240)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)
