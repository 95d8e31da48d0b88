"""`errata` as a script whose trainings save their state after every epoch: to be killed, and for torchrun."""

import os

import models.processors.processes
import models.training.fabric
import models.training.state
from app.cli import main

models.training.state.SAVE_EVERY_S = 0  # at the top, for the processes that it starts import this too
models.processors.processes.PROCESSES_PAY_FROM = int(
    os.environ.get("PROCESSES_PAY_FROM", models.processors.processes.PROCESSES_PAY_FROM)
)
models.training.fabric.ANSWER_S = float(os.environ.get("ANSWER_S", models.training.fabric.ANSWER_S))

if __name__ == "__main__":
    main()
