"""A decision log of 100,000 lines: seconds to write, read and replay it."""

import tempfile
import time
from pathlib import Path

from curation.decisions.log import DecisionLog
from curation.decisions.state import replay
from tests.helpers.log_writer import some_decision

LINES, IMAGES, REVIEWERS = 100_000, 25_000, 3


def run(folder: Path) -> None:
    """Print the times; the images of the folder are not used."""
    with tempfile.TemporaryDirectory() as temporary:
        log = DecisionLog(Path(temporary) / "log.jsonl")
        decisions = [some_decision(n % IMAGES, reviewer=f"r{n % REVIEWERS}") for n in range(LINES)]
        start = time.perf_counter()
        with log.writing() as writer:
            writer.append(decisions)
        written = time.perf_counter()
        entries = [entry for _, entry in log.read().entries]
        read = time.perf_counter()
        state = replay(entries)
        replayed = time.perf_counter()
    print(f"{LINES:,} lines: written in {written - start:.1f} s, read in {read - written:.1f} s,", end=" ")
    print(f"replayed in {replayed - read:.1f} s; {sum(state.counts().values()):,} verdicts in force")
