"""Processes that write decisions until they are killed and note which ones are on the disk.

`python -S -m tests.helpers.log_writer LOG FOLDER` reads `start REVIEWER` and `kill PROCESS` from its input, line by
line. Each reviewer is a process of its own, forked to start at once, and notes the ids of its decisions in
FOLDER/REVIEWER. They write every line in small pieces, so that a kill tears many. It needs no site-packages: nothing of
what a decision needs lies there.
"""

import hashlib
import os
import signal
import sys
import time
from pathlib import Path

from curation.decisions.decision import Decision
from curation.decisions.log import DecisionLog

PIECE_BYTES, PIECE_S = 32, 0.0002
_write = os.write


def some_decision(
    image: int | str = 0,
    verdict: str = "relabel",
    *new_labels: str,
    reviewer: str = "ana",
    label: str = "sea",
    adjudicates: bool = False,
    batch: str = "",
) -> Decision:
    """Return a decision about image number such and such, not yet in a log; a relabel names `forest` by default."""
    name = f"{image}.png" if isinstance(image, int) else image
    labels = new_labels or (("forest",) if verdict == "relabel" else ())
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return Decision(reviewer, name, verdict, labels, label, sha256, adjudicates=adjudicates, batch=batch)


def in_pieces(descriptor: int, data: bytes) -> int:
    """Write as `os.write` on a slow disk: a little of it."""
    time.sleep(PIECE_S)
    return _write(descriptor, bytes(data[:PIECE_BYTES]))


def write_until_killed(log: DecisionLog, reviewer: str, notes: Path) -> None:
    os.write = in_pieces  # type: ignore[assignment]
    descriptor = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    image = 0
    while True:
        decision = log.append(some_decision(image, reviewer=reviewer))
        _write(descriptor, f"{decision.id}\n".encode())
        image += 1


def main() -> None:
    log, folder = DecisionLog(Path(sys.argv[1])), Path(sys.argv[2])
    for line in sys.stdin:
        order, argument = line.split()
        if order == "start":
            process = os.fork()
            if process == 0:
                write_until_killed(log, argument, folder / argument)
            print(process, flush=True)
        else:
            os.kill(int(argument), signal.SIGKILL)
            _, status = os.waitpid(int(argument), 0)
            print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
