"""The training of one network: the whole method on one screen."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from models.arrays import BoolArray, IntArray
from models.errors import ErrataError
from models.figures.margins import Margins
from models.images.examples import Examples
from models.networks.architectures import Classifier
from models.networks.freezing import freeze_modules
from models.training.batches import batches, check_shares, draws_of_epoch
from models.training.config import TrainConfig
from models.training.descent import Descent, Step
from models.training.optimisers import OPTIMISERS
from models.training.predict import loss_and_accuracy
from models.training.schedules import SCHEDULES
from models.training.state import TrainingState

CHECK_EVERY = 50  # steps between two checks of the losses: to read a GPU's value is to wait for the GPU


@dataclass(frozen=True)
class EpochMetrics:
    """The figures of one epoch; accuracies in [0, 1], losses in nats."""

    epoch: int
    train_loss: float
    train_accuracy: float  # on the augmented images, while the weights were moving
    val_loss: float | None  # None without rows to choose by
    val_accuracy: float | None
    learning_rate: float  # of its last step
    seconds: float
    parts: int = 1  # in how many parts each batch was computed: 2 where memory is short


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
    margins: Margins | None = None,
) -> Classifier:
    """Train the classifier and return it in evaluation mode with the weights of its best epoch.

    Args:
        classifier: fresh, or with a pretrained backbone.
        examples: N inputs.
        labels: class indices, shape (N,).
        learn: rows to learn from, shape (N,), bool.
        choose: rows that choose the best epoch by log loss, shape (N,), bool; without any, the last epoch is kept.
        config: the method.
        seed: order of the batches and augmentation; dropout draws from torch's own generator.
        fabric: devices and precision.
        on_epoch: called with the learning curve so far, after every epoch and when a training is resumed.
        state_file: the state of the training is written there now and then, and read from there to resume.
        margins: collects how far each label leads in every step of this process; steps before a resume are missing.

    Raises:
        ErrataError: no such layer to freeze, fewer rows to learn from than processes, the loss is no longer a number,
            or memory is short even with half batches.
    """
    classifier.to(fabric.device).to(memory_format=torch.channels_last)
    frozen = freeze_modules(classifier, config.freeze)
    trained = [parameter for parameter in classifier.parameters() if parameter.requires_grad]
    optimiser = OPTIMISERS[config.optimiser](trained, config)
    network, wrapped = fabric.setup(classifier, optimiser)
    learned_rows = np.flatnonzero(learn)
    check_shares(len(learned_rows), config.batch_size, fabric.world_size)
    schedule = SCHEDULES[config.schedule](optimiser, config, len(range(0, len(learned_rows), config.batch_size)))
    generator = torch.Generator().manual_seed(seed)
    state = TrainingState(classifier, optimiser, schedule, generator, state_file)
    state.resume()
    if on_epoch and state.curve and fabric.is_global_zero:  # it may have been killed after its last epoch
        on_epoch([EpochMetrics(**epoch) for epoch in state.curve])
    descent = Descent(network, wrapped, examples, labels, config, fabric, margins)
    for epoch in range(len(state.curve) + 1, config.epochs + 1):
        if config.patience and epoch - state.best_epoch > config.patience:
            break
        started = time.perf_counter()
        network.train()
        for module in frozen:
            module.eval()
        steps: list[Step] = []
        draws = draws_of_epoch(generator, fabric.global_rank)
        for batch in batches(learned_rows, config.batch_size, generator, fabric.world_size):
            rate = float(schedule.get_last_lr()[0])
            loss, right = descent.step(batch, draws, state)
            steps.append(Step(loss, right, len(batch), rate))
            schedule.step()
            if len(steps) % CHECK_EVERY == 0:
                _check_losses(steps, epoch, fabric)
        _check_losses(steps, epoch, fabric)
        train_loss, train_accuracy = _means(steps, fabric)
        val_loss, val_accuracy = fabric.broadcast(loss_and_accuracy(classifier, examples, labels, choose, fabric))
        if val_loss is None or val_loss <= state.best_loss:
            state.keep_best(math.inf if val_loss is None else val_loss, epoch)
        seconds = time.perf_counter() - started
        metrics = EpochMetrics(epoch, train_loss, train_accuracy, val_loss, val_accuracy, rate, seconds, state.parts)
        state.curve.append(asdict(metrics))
        if fabric.is_global_zero:
            state.save()
            if on_epoch:
                on_epoch([EpochMetrics(**epoch) for epoch in state.curve])
    classifier.load_state_dict(state.best)
    return classifier.eval()


def _check_losses(steps: Sequence[Step], epoch: int, fabric: Fabric) -> None:
    """Raise, in every process, if the loss of one of the steps since the last check is not a number."""
    first = (len(steps) - 1) // CHECK_EVERY * CHECK_EVERY
    losses = _mean(torch.stack([step.loss for step in steps[first:]]), fabric)
    for number, loss in enumerate(losses.tolist(), first):
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
    mean_loss, mean_right = _mean(torch.stack([loss, right]), fabric).tolist()
    return mean_loss, mean_right * fabric.world_size


def _mean(values: Tensor, fabric: Fabric) -> Tensor:
    """Return the mean over the processes."""
    mean = fabric.all_reduce(values, reduce_op="mean")
    assert isinstance(mean, Tensor)  # noqa: S101 (a tensor goes in)
    return mean
