"""`errata` as a script whose trainings save their state after every epoch: to be killed, and for torchrun."""

import os
import time
from multiprocessing.connection import Connection

from app.cli import main
from models.processors import processes
from models.training import fabric, state

_save, _begin = state.TrainingState.save, processes._begin
PAUSE_S = float(os.environ.get("PAUSE_S", "0"))


def save_slowly(self: state.TrainingState) -> None:
    """Save, and wait: a test has to reach a training before its last epoch, however fast the machine is."""
    _save(self)
    time.sleep(PAUSE_S)


def begin(lifeline: Connection) -> None:
    """Begin as a process that trains does. It has to import this module for that, and so changes the same below."""
    _begin(lifeline)


if __name__ == "__main__":
    from tests.helpers.processes import train_process  # noqa: F401  # changes what follows, by this name as below

    main()
else:
    state.SAVE_EVERY_S = 0
    state.TrainingState.save = save_slowly  # type: ignore[method-assign]
    processes._begin = begin
    processes.PROCESSES_PAY_FROM = int(os.environ.get("PROCESSES_PAY_FROM", processes.PROCESSES_PAY_FROM))
    fabric.ANSWER_S = float(os.environ.get("ANSWER_S", fabric.ANSWER_S))
