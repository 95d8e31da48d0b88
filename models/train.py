"""Training one network, the whole method in sight."""

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from lightning.fabric import Fabric
from torch import Tensor
from torch.nn import functional

from models.architectures import Classifier
from models.arrays import BoolArray, ByteArray, FloatArray, IntArray
from models.augment import AUGMENTATIONS
from models.devices import default_device, has_bfloat16
from models.errors import ErrataError, unknown
from models.images import InputSpec


@dataclass(frozen=True)
class TrainConfig:
    """How a network is trained from scratch."""

    epochs: int = 10
    batch_size: int = 32  # images
    peak_lr: float = 2e-3  # of the one-cycle schedule (Smith & Topin 2018, arXiv:1708.07120)
    weight_decay: float = 5e-2  # AdamW
    label_smoothing: float = 0.05
    augmentation: str = "flip-crop"

    def __post_init__(self) -> None:
        if self.augmentation not in AUGMENTATIONS:
            raise unknown("augmentation", self.augmentation, AUGMENTATIONS)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-able values."""
        return asdict(self)


@dataclass(frozen=True)
class EpochMetrics:
    """What one epoch did; accuracies in [0, 1], losses in nats."""

    epoch: int
    train_loss: float
    train_accuracy: float  # on the augmented images, while the weights were moving
    val_loss: float
    val_accuracy: float
    seconds: float


def make_fabric() -> Fabric:
    """Return the device and precision to train with: bfloat16 where the device computes in it, else float32."""
    device = default_device()
    return Fabric(accelerator=device, devices=1, precision="bf16-mixed" if has_bfloat16(device) else "32-true")


def normalise(images: Tensor, spec: InputSpec) -> Tensor:
    """Return uint8 images, shape (B, S, S, 3), as normalised floats, shape (B, 3, S, S), channels last in memory."""
    mean = torch.tensor(spec.mean, device=images.device) * 255
    std = torch.tensor(spec.std, device=images.device) * 255
    return images.float().sub_(mean).div_(std).permute(0, 3, 1, 2)  # in place: new memory costs more than arithmetic


def train(
    classifier: Classifier,
    pixels: ByteArray,
    labels: IntArray,
    learn: BoolArray,
    choose: BoolArray,
    spec: InputSpec,
    config: TrainConfig,
    seed: int,
    fabric: Fabric,
    on_epoch: Callable[[EpochMetrics], None] | None = None,
) -> Classifier:
    """Train the classifier and return it in evaluation mode with the weights of its best epoch.

    Args:
        classifier: freshly initialised.
        pixels: images, uint8, shape (N, S, S, 3), best a memory map.
        labels: class indices, shape (N,).
        learn: rows to learn from, shape (N,).
        choose: rows of the inner split that choose the best epoch by log loss, shape (N,); none = keep the last epoch.
        spec: normalisation.
        config: the method.
        seed: order of the batches and augmentation; dropout draws from torch's own generator.
        fabric: device and precision.
        on_epoch: told after every epoch.

    Raises:
        ErrataError: the loss is no longer a number.
    """
    classifier.to(fabric.device).to(memory_format=torch.channels_last)
    network, optimiser = fabric.setup(
        classifier,
        torch.optim.AdamW(classifier.parameters(), config.peak_lr, weight_decay=config.weight_decay, fused=True),
    )
    own = np.flatnonzero(learn)
    steps = config.epochs * -(-len(own) // config.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.peak_lr, total_steps=steps)
    generator = torch.Generator().manual_seed(seed)
    augment = AUGMENTATIONS[config.augmentation]
    best_loss, best = float("inf"), classifier.state_dict()
    for epoch in range(1, config.epochs + 1):
        started = time.perf_counter()
        loss_sum, right = torch.zeros((), device=fabric.device), torch.zeros((), device=fabric.device)
        network.train()
        for images, given in batches(pixels, labels, own, config.batch_size, generator):
            wanted = given.to(fabric.device)
            logits = network(normalise(augment(images.to(fabric.device), generator), spec))
            loss = functional.cross_entropy(logits.float(), wanted, label_smoothing=config.label_smoothing)
            optimiser.zero_grad()
            fabric.backward(loss)
            optimiser.step()
            schedule.step()
            loss_sum += loss.detach() * len(wanted)  # read once an epoch: a look at a GPU's value waits for the GPU
            right += (logits.detach().argmax(1) == wanted).sum()
        train_loss, train_accuracy = float(loss_sum) / len(own), float(right) / len(own)
        if not math.isfinite(train_loss):
            raise ErrataError(
                f"the loss became {train_loss} in epoch {epoch} at learning rate {config.peak_lr}; try a smaller one"
            )
        val_loss, val_accuracy = evaluate(classifier, pixels, labels, choose, spec, fabric)
        if not choose.any() or val_loss <= best_loss:
            best_loss, best = val_loss, copy.deepcopy(classifier.state_dict())
        if on_epoch:
            seconds = time.perf_counter() - started
            on_epoch(EpochMetrics(epoch, train_loss, train_accuracy, val_loss, val_accuracy, seconds))
    classifier.load_state_dict(best)
    return classifier.eval()


def batches(
    pixels: ByteArray, labels: IntArray, rows: IntArray, size: int, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield shuffled batches of `rows`: images (B, S, S, 3) uint8 and labels (B,)."""
    order = rows[torch.randperm(len(rows), generator=generator).numpy()]
    for start in range(0, len(order), size):
        take = np.sort(order[start : start + size])  # ascending reads are kinder to the memory map
        yield torch.from_numpy(pixels[take]), torch.from_numpy(labels[take])


def evaluate(
    classifier: Classifier, pixels: ByteArray, labels: IntArray, rows: BoolArray, spec: InputSpec, fabric: Fabric
) -> tuple[float, float]:
    """Return the mean log loss and the accuracy over `rows`; (nan, nan) without any."""
    if not rows.any():
        return math.nan, math.nan
    logits, _ = infer(classifier, pixels, rows, spec, fabric)
    scores, wanted = torch.from_numpy(logits), torch.from_numpy(labels[rows])
    return float(functional.cross_entropy(scores, wanted)), float((scores.argmax(1) == wanted).float().mean())


@torch.inference_mode()
def infer(
    classifier: Classifier,
    pixels: ByteArray,
    rows: BoolArray,
    spec: InputSpec,
    fabric: Fabric,
    batch_size: int = 64,
) -> tuple[FloatArray, FloatArray]:
    """Return logits, shape (R, K), and embeddings, shape (R, D), of the R chosen rows, in row order."""
    classifier.eval()
    logits, embeddings = [], []
    own = np.flatnonzero(rows)
    for start in range(0, len(own), batch_size):
        images = torch.from_numpy(pixels[own[start : start + batch_size]]).to(fabric.device)
        with fabric.autocast():
            embedded = classifier.backbone(normalise(images, spec))
            logits.append(classifier.head(embedded).float().cpu())
        embeddings.append(embedded.float().cpu())
    return torch.cat(logits).numpy(), torch.cat(embeddings).numpy()
