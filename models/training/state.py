"""The state of a training on disk, so that a killed training resumes to the same numbers."""

import copy
import io
import time
from pathlib import Path
from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from models.errors import ErrataError
from models.files.atomic import atomic
from models.networks.architectures import Classifier

SAVE_EVERY_S = 20.0  # an epoch of a small network takes less; its state need not be written each time


class TrainingState:
    """Everything that changes from epoch to epoch: weights, optimiser, schedule, random numbers, the best so far."""

    def __init__(
        self,
        classifier: Classifier,
        optimiser: Optimizer,
        schedule: LRScheduler,
        generator: torch.Generator,
        file: Path | None,
    ):
        self.curve: list[dict[str, Any]] = []  # an entry an epoch
        self.parts = 1
        self.best_loss, self.best_epoch = float("inf"), 0
        self.best = copy.deepcopy(classifier.state_dict())
        self._parts: dict[str, Any] = {"weights": classifier, "optimiser": optimiser, "schedule": schedule}
        self._classifier, self._generator, self._file = classifier, generator, file
        self._saved = time.monotonic()

    def keep_best(self, loss: float, epoch: int) -> None:
        """Remember the weights as the best so far."""
        self.best_loss, self.best_epoch = loss, epoch
        self.best = copy.deepcopy(self._classifier.state_dict())

    def save(self) -> None:
        """Write the state, unless it was written less than 20 s ago."""
        if self._file is None or time.monotonic() - self._saved < SAVE_EVERY_S:
            return
        cuda = torch.cuda.get_rng_state() if torch.cuda.is_available() else torch.empty(0)
        content = {
            **{name: part.state_dict() for name, part in self._parts.items()},
            "best": self.best,
            "about": [self.curve, self.parts, self.best_loss, self.best_epoch],
            "random": [self._generator.get_state(), torch.get_rng_state(), cuda],
        }
        written = io.BytesIO()
        torch.save(content, written)
        # Not by torch: a full disk must give the same error as everywhere. Path.write_bytes would keep the buffer then.
        with atomic(self._file) as temporary, temporary.open("wb") as file:
            file.write(written.getbuffer())
        self._saved = time.monotonic()

    def resume(self) -> None:
        """Read the state that an earlier process wrote, if there is one.

        Raises:
            ErrataError: the file is damaged or of another network.
        """
        if self._file is None or not self._file.exists():
            return
        try:
            content = torch.load(self._file, map_location="cpu", weights_only=True)
            for name, part in self._parts.items():
                part.load_state_dict(content[name])
            self.best = content["best"]
            self.curve, self.parts, self.best_loss, self.best_epoch = content["about"]
            order, weights_rng, cuda = content["random"]
        except Exception as error:  # torch raises whatever the damaged bytes lead to
            raise ErrataError(
                f"{self._file} is damaged or of another training ({type(error).__name__}); "
                "delete it to train from the start"
            ) from error
        self._generator.set_state(order)
        torch.set_rng_state(weights_rng)
        if len(cuda) and torch.cuda.is_available():
            torch.cuda.set_rng_state(cuda)
