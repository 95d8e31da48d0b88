"""Training one network, the whole method in sight."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from lightning.fabric import Fabric
from torch import Tensor, nn
from torch.optim import Optimizer

from models.architectures import Classifier
from models.arrays import BoolArray, IntArray
from models.errors import ErrataError
from models.examples import Examples
from models.freezing import freeze_modules
from models.losses import LOSSES
from models.optimisers import OPTIMISERS
from models.predict import evaluate
from models.schedules import SCHEDULES
from models.train_config import TrainConfig
from models.training_state import TrainingState

LOOK_EVERY = 50  # steps between two looks at the losses: a look at a GPU's value waits for the GPU


class Step(NamedTuple):
    """What one step did."""

    loss: Tensor  # mean over its images, still on the device
    right: Tensor  # images classified as their label says
    size: int  # images
    rate: float  # learning rate


@dataclass(frozen=True)
class EpochMetrics:
    """What one epoch did; accuracies in [0, 1], losses in nats."""

    epoch: int
    train_loss: float
    train_accuracy: float  # on the augmented images, while the weights were moving
    val_loss: float | None  # None without rows to choose by
    val_accuracy: float | None
    learning_rate: float  # of its last step
    seconds: float
    parts: int = 1  # each batch went through in so many parts, for want of memory


def train(
    classifier: Classifier,
    examples: Examples,
    labels: IntArray,
    learn: BoolArray,
    choose: BoolArray,
    config: TrainConfig,
    seed: int,
    fabric: Fabric,
    on_epoch: Callable[[Sequence[EpochMetrics]], None] | None = None,
    state_file: Path | None = None,
) -> Classifier:
    """Train the classifier and return it in evaluation mode with the weights of its best epoch.

    Args:
        classifier: fresh, or with a pretrained backbone.
        examples: N inputs.
        labels: class indices, shape (N,).
        learn: rows to learn from, shape (N,).
        choose: rows that choose the best epoch by log loss, shape (N,); none = keep the last epoch.
        config: the method.
        seed: order of the batches and augmentation; dropout draws from torch's own generator.
        fabric: devices and precision.
        on_epoch: told the learning curve so far after every epoch.
        state_file: where the training stands is written there now and then and taken up from there.

    Raises:
        ErrataError: no such layer to freeze, the loss is no longer a number, or memory is short even with half batches.
    """
    classifier.to(fabric.device).to(memory_format=torch.channels_last)
    frozen = freeze_modules(classifier, config.freeze)
    trained = [parameter for parameter in classifier.parameters() if parameter.requires_grad]
    optimiser = OPTIMISERS[config.optimiser](trained, config)
    network, wrapped = fabric.setup(classifier, optimiser)
    own = np.flatnonzero(learn)
    schedule = SCHEDULES[config.schedule](optimiser, config, len(range(0, len(own), config.batch_size)))
    generator = torch.Generator().manual_seed(seed)
    state = TrainingState(classifier, optimiser, schedule, generator, state_file)
    state.resume()
    descent = _Descent(network, wrapped, examples, labels, config, generator, fabric)
    for epoch in range(len(state.curve) + 1, config.epochs + 1):
        if config.patience and epoch - state.best_epoch > config.patience:
            break
        started = time.perf_counter()
        network.train()
        for module in frozen:
            module.eval()
        steps: list[Step] = []
        for take in batches(own, config.batch_size, fabric, generator):
            rate = float(schedule.get_last_lr()[0])
            loss, right = descent.step(take, state)
            steps.append(Step(loss, right, len(take), rate))
            schedule.step()
            if len(steps) % LOOK_EVERY == 0:
                _check(steps, epoch)
        _check(steps, epoch)
        train_loss, train_accuracy = _means(steps, fabric)
        val_loss, val_accuracy = fabric.broadcast(evaluate(classifier, examples, labels, choose, fabric))
        if val_loss is None or val_loss <= state.best_loss:
            state.keep_best(math.inf if val_loss is None else val_loss, epoch)
        seconds = time.perf_counter() - started
        metrics = EpochMetrics(epoch, train_loss, train_accuracy, val_loss, val_accuracy, rate, seconds, state.parts)
        state.curve.append(asdict(metrics))
        if fabric.is_global_zero:
            state.save()
            if on_epoch:
                on_epoch([EpochMetrics(**line) for line in state.curve])
    classifier.load_state_dict(state.best)
    return classifier.eval()


def batches(rows: IntArray, size: int, fabric: Fabric, generator: torch.Generator) -> Iterator[IntArray]:
    """Yield shuffled batches of `rows`, shape (B,) each; of several processes each gets its share of every batch.

    A last batch of one image is left out where there are others: batch norm cannot learn from one value.
    """
    order = rows[torch.randperm(len(rows), generator=generator).numpy()]
    world = fabric.world_size
    for start in range(0, len(order), size):
        take = order[start : start + size]
        if start and len(take) < 2 * world:
            return
        yield np.sort(take[fabric.global_rank :: world])  # ascending reads are kinder to a memory map


@dataclass(frozen=True)
class _Descent:
    """What every step of one training needs."""

    network: nn.Module
    optimiser: Optimizer
    examples: Examples
    labels: IntArray
    config: TrainConfig
    generator: torch.Generator
    fabric: Fabric

    def step(self, take: IntArray, state: TrainingState) -> tuple[Tensor, Tensor]:
        """Take one step with the rows of a batch; return its loss and how many images were right."""
        loss, right = self._as_memory_allows(take, state)
        if self.config.clip_norm:
            self.fabric.clip_gradients(self.network, self.optimiser, max_norm=self.config.clip_norm)
        self.optimiser.step()
        return loss, right

    def _as_memory_allows(self, take: IntArray, state: TrainingState) -> tuple[Tensor, Tensor]:
        """Compute the gradients; where memory is short, in two parts from then on."""
        while True:
            try:
                return self._gradients(take, state.parts)
            except RuntimeError as error:
                if not _out_of_memory(error):
                    raise
                if state.parts > 1 or len(take) < 2 or self.fabric.world_size > 1:
                    raise ErrataError(
                        f"memory is too short for {len(take) // state.parts} images at a time; "
                        "use a smaller --batch-size or --size"
                    ) from error
                state.parts = 2

    def _gradients(self, take: IntArray, parts: int) -> tuple[Tensor, Tensor]:
        """Add up the gradients of the parts of a batch; return its mean loss and how many images were right."""
        self.optimiser.zero_grad()
        losses, right = [], []
        for part in np.array_split(take, min(parts, len(take))):
            wanted = torch.from_numpy(self.labels[part]).to(self.fabric.device)
            logits = self.network(self.examples.augmented(part, self.generator)).float()
            loss = LOSSES[self.config.loss](logits, wanted, self.config) * (len(part) / len(take))
            self.fabric.backward(loss)
            losses.append(loss.detach())
            right.append((logits.detach().argmax(1) == wanted).sum())
        return torch.stack(losses).sum(), torch.stack(right).sum()


def _out_of_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def _check(steps: Sequence[Step], epoch: int) -> None:
    """Raise if the loss of one of the steps since the last look is not a number."""
    first = (len(steps) - 1) // LOOK_EVERY * LOOK_EVERY
    losses = torch.stack([step.loss for step in steps[first:]]).tolist()
    for number, loss in enumerate(losses, first):
        if not math.isfinite(loss):
            raise ErrataError(
                f"the loss became {loss} in epoch {epoch}, step {number + 1}, at learning rate "
                f"{steps[number].rate:.3g}; try a smaller --peak-lr or --clip-norm 1"
            )


def _means(steps: Sequence[Step], fabric: Fabric) -> tuple[float, float]:
    """Return the mean loss and the accuracy of an epoch over all its images."""
    seen = sum(step.size for step in steps)
    loss = sum((step.loss * step.size for step in steps), torch.zeros((), device=fabric.device)) / seen
    right = sum((step.right for step in steps), torch.zeros((), device=fabric.device)) / seen
    both = fabric.all_reduce(torch.stack([loss, right]))
    assert isinstance(both, Tensor)  # noqa: S101 (a tensor goes in)
    return float(both[0]), float(both[1])
