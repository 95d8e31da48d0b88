"""One step of gradient descent, in parts where memory is short, each process with its share of the batch."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

from models.arrays import IntArray
from models.errors import ErrataError
from models.figures.margins import Margins
from models.images.examples import Examples
from models.training.config import TrainConfig
from models.training.losses import LOSSES
from models.training.state import TrainingState


class Step(NamedTuple):
    """The result of one step."""

    loss: Tensor  # mean over its images, still on the device; with several processes, their mean is that mean
    right: Tensor  # how many of this process's images are classified as labelled
    size: int  # images, of all processes
    rate: float  # learning rate


@dataclass(frozen=True)
class Descent:
    """What every step of one training needs."""

    network: nn.Module
    optimiser: Optimizer
    examples: Examples
    labels: IntArray
    config: TrainConfig
    fabric: Fabric
    margins: Margins | None = None

    def step(self, batch: IntArray, draws: torch.Generator, state: TrainingState) -> tuple[Tensor, Tensor]:
        """Take one step with the rows of a batch, of which each process computes its share.

        Returns:
            its loss, which averaged over the processes is that of the batch, and how many of the share were right.
        """
        loss, right = self._as_memory_allows(batch, draws, state)
        if self.config.clip_norm:
            self.fabric.clip_gradients(self.network, self.optimiser, max_norm=self.config.clip_norm)
        self.optimiser.step()
        return loss, right

    def _as_memory_allows(self, batch: IntArray, draws: torch.Generator, state: TrainingState) -> tuple[Tensor, Tensor]:
        """Compute the gradients; from the first time that memory is short, in two parts."""
        while True:
            try:
                return self._gradients(batch, draws, state.parts)
            except RuntimeError as error:
                if not _out_of_memory(error):
                    raise
                if state.parts > 1 or len(batch) < 2 or self.fabric.world_size > 1:
                    raise ErrataError(
                        f"memory is too short for {len(batch) // state.parts} images at a time; "
                        "use a smaller --batch-size or --size"
                    ) from error
                state.parts = 2

    def _gradients(self, batch: IntArray, draws: torch.Generator, parts: int) -> tuple[Tensor, Tensor]:
        """Add up the gradients of the parts of a batch's share."""
        self.optimiser.zero_grad()
        losses, right = [], []
        world = self.fabric.world_size
        share = batch[self.fabric.global_rank :: world]
        for part in np.array_split(share, min(parts, len(share))):
            targets = torch.from_numpy(self.labels[part]).to(self.fabric.device)
            logits = self.network(self.examples.augmented(part, draws)).float()
            # Gradients are averaged over the processes, whose shares may differ by an image.
            loss = LOSSES[self.config.loss](logits, targets, self.config) * (len(part) * world / len(batch))
            self.fabric.backward(loss)
            losses.append(loss.detach())
            if self.margins:
                self.margins.add(part, logits.detach(), targets)
            right.append((logits.detach().argmax(1) == targets).sum())
        return torch.stack(losses).sum(), torch.stack(right).sum()


def _out_of_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
