"""Training one network, the whole method in sight."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from lightning.fabric import Fabric
from torch import Tensor, nn
from torch.nn import functional

from models.arrays import BoolArray, ByteArray, FloatArray, IntArray
from models.augment import AUGMENTATIONS
from models.errors import ErrataError
from models.images import InputSpec


@dataclass(frozen=True)
class TrainConfig:
    """How a network is trained from scratch."""

    epochs: int = 14
    batch_size: int = 64  # images
    peak_lr: float = 3e-3  # of the one-cycle schedule (Smith & Topin 2018, arXiv:1708.07120)
    weight_decay: float = 5e-2  # AdamW
    label_smoothing: float = 0.05
    augmentation: str = "flip-crop"

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
    fabric = Fabric(accelerator="auto", devices=1, precision="32-true")
    return Fabric(accelerator="auto", devices=1, precision="bf16-mixed") if has_bfloat16(fabric.device) else fabric


def has_bfloat16(device: torch.device) -> bool:
    """Return whether the device multiplies bfloat16 in hardware (elsewhere it is emulated, and slower than float32)."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def normalise(images: Tensor, spec: InputSpec) -> Tensor:
    """Return uint8 images, shape (B, S, S, 3), as normalised floats, shape (B, 3, S, S), channels last in memory."""
    mean = torch.tensor(spec.mean, device=images.device) * 255
    std = torch.tensor(spec.std, device=images.device) * 255
    return ((images.float() - mean) / std).permute(0, 3, 1, 2)


def train(
    network: nn.Module,
    pixels: ByteArray,
    labels: IntArray,
    learn: BoolArray,
    choose: BoolArray,
    spec: InputSpec,
    config: TrainConfig,
    seed: int,
    fabric: Fabric,
    on_epoch: Callable[[EpochMetrics], None] | None = None,
) -> nn.Module:
    """Train the network and return it with the weights of its best epoch.

    Args:
        network: freshly initialised; takes (B, 3, S, S), returns logits (B, K).
        pixels: images, uint8, shape (N, S, S, 3), best a memory map.
        labels: class indices, shape (N,).
        learn: rows to learn from, shape (N,).
        choose: rows of the inner split that choose the best epoch by log loss, shape (N,); with none, the last epoch is kept.
        spec: normalisation.
        config: the method.
        seed: order of the batches and augmentation.
        fabric: device and precision.
        on_epoch: told after every epoch.

    Raises:
        ErrataError: the loss is no longer a number.
    """
    network = network.to(fabric.device, memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=config.peak_lr, weight_decay=config.weight_decay)
    network, optimiser = fabric.setup(network, optimiser)
    own = np.flatnonzero(learn)
    per_epoch = -(-len(own) // config.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.peak_lr, total_steps=config.epochs * per_epoch)
    generator = torch.Generator().manual_seed(seed)
    augment = AUGMENTATIONS[config.augmentation]
    best_loss, best = float("inf"), None
    for epoch in range(config.epochs):
        started, loss_sum, right = time.perf_counter(), 0.0, 0
        network.train()
        for images, wanted in batches(pixels, labels, own, config.batch_size, generator):
            inputs = augment(normalise(images.to(fabric.device), spec), generator)
            wanted = wanted.to(fabric.device)
            logits = network(inputs.contiguous(memory_format=torch.channels_last))
            loss = functional.cross_entropy(logits.float(), wanted, label_smoothing=config.label_smoothing)
            optimiser.zero_grad()
            fabric.backward(loss)
            optimiser.step()
            schedule.step()
            loss_sum += loss.item() * len(wanted)
            right += int((logits.argmax(1) == wanted).sum())
        if not np.isfinite(loss_sum):
            raise ErrataError(
                f"the loss became {loss_sum} in epoch {epoch + 1} at learning rate {config.peak_lr}; try a smaller one"
            )
        val_loss, val_accuracy = evaluate(network, pixels, labels, choose, spec, fabric)
        if not choose.any() or val_loss <= best_loss:
            best_loss, best = (
                val_loss,
                {name: value.detach().clone() for name, value in network.module.state_dict().items()},
            )
        if on_epoch:
            seconds = time.perf_counter() - started
            on_epoch(EpochMetrics(epoch + 1, loss_sum / len(own), right / len(own), val_loss, val_accuracy, seconds))
    trained: nn.Module = network.module
    if best is not None:
        trained.load_state_dict(best)
    return trained.eval()


def batches(
    pixels: ByteArray, labels: IntArray, rows: IntArray, size: int, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield shuffled batches of `rows`: images (B, S, S, 3) uint8 and labels (B,)."""
    order = rows[torch.randperm(len(rows), generator=generator).numpy()]
    for start in range(0, len(order), size):
        take = np.sort(order[start : start + size])  # ascending reads are kinder to the memory map
        yield torch.from_numpy(pixels[take]), torch.from_numpy(labels[take])


@torch.inference_mode()
def evaluate(
    network: nn.Module, pixels: ByteArray, labels: IntArray, rows: BoolArray, spec: InputSpec, fabric: Fabric
) -> tuple[float, float]:
    """Return the mean log loss and the accuracy over `rows`; (nan, nan) without any."""
    if not rows.any():
        return float("nan"), float("nan")
    logits, _ = infer(network, pixels, rows, spec, fabric)
    scores, wanted = torch.from_numpy(logits), torch.from_numpy(labels[rows])
    return float(functional.cross_entropy(scores, wanted)), float((scores.argmax(1) == wanted).float().mean())


@torch.inference_mode()
def infer(
    network: nn.Module,
    pixels: ByteArray,
    rows: BoolArray,
    spec: InputSpec,
    fabric: Fabric,
    batch_size: int = 256,
) -> tuple[FloatArray, FloatArray]:
    """Return logits, shape (R, K), and embeddings, shape (R, D), of the R chosen rows, in row order."""
    network.eval()
    inner = getattr(network, "module", network)
    logits, embeddings = [], []
    own = np.flatnonzero(rows)
    for start in range(0, len(own), batch_size):
        images = torch.from_numpy(pixels[own[start : start + batch_size]]).to(fabric.device)
        with fabric.autocast():
            embedded = inner.backbone(normalise(images, spec).contiguous(memory_format=torch.channels_last))
            logits.append(inner.head(embedded).float().cpu())
        embeddings.append(embedded.float().cpu())
    return torch.cat(logits).numpy(), torch.cat(embeddings).numpy()
