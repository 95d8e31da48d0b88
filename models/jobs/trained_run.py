"""One training of one network: a run folder with its curve, checkpoint, predictions and figures."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from lightning_fabric import Fabric

from models.arrays import BoolArray, FloatArray, IntArray
from models.figures.metrics import evaluate
from models.figures.predictions import NO_FOLD, Predictions
from models.figures.softmax import softmax
from models.files.atomic import write_json, write_text
from models.files.runs import Run, computing
from models.images.examples import CachedViews, Examples, Pixels
from models.networks.architectures import parameter_count
from models.networks.checkpoint import CheckpointInfo, library_versions, save_checkpoint
from models.networks.classifier import Classifier
from models.networks.start import Network
from models.processors.devices import default_device
from models.processors.mapped import Held, Mapped
from models.training.config import TrainConfig
from models.training.fabric import answered, make_fabric, precision_of
from models.training.loop import EpochMetrics, train
from models.training.predict import infer


@dataclass(frozen=True)
class TrainJob:
    """One training, as it is handed to another process."""

    folder: Path  # the run folder
    about: dict[str, Any]  # more entries of config.json
    network: Network
    config: TrainConfig
    seed: int
    classes: tuple[str, ...]
    image_ids: npt.NDArray[np.str_]  # (N,)
    labels: IntArray  # (N,)
    learn: BoolArray  # (N,)
    val: BoolArray  # (N,) choose the best epoch
    test: BoolArray  # (N,)
    inputs: Mapped | Held  # uint8 (N, S, S, 3), or of a frozen backbone features (V, N, D)

    @property
    def finished(self) -> bool:
        """Whether the run is complete."""
        return (self.folder / "metrics.json").exists()


def train_run(job: TrainJob, report: Callable[[], None] | None = None) -> None:
    """Train, and write config.json, metrics.jsonl, checkpoint, predictions and, last, metrics.json.

    Args:
        job: what to train.
        report: called after every epoch.

    Raises:
        ErrataError: the recipe does not fit the network, the loss is no longer a number, or another process is at it.
    """
    fabric = make_fabric("float32" if job.network.mode == "frozen" else job.config.precision)
    config = {
        **job.about,
        "architecture": job.network.architecture,
        "mode": job.network.mode,
        "seed": job.seed,
        "classes": list(job.classes),
        "images": {"train": int(job.learn.sum()), "val": int(job.val.sum()), "test": int(job.test.sum())},
        "input": job.network.spec.to_dict(),
        "config": job.config.to_dict(),
        "device": default_device(),
        "devices": fabric.world_size,
        "precision": precision_of(fabric),
        "versions": library_versions(),
    }
    if fabric.is_global_zero:
        with computing(job.folder, config) as run, answered():
            _train(job, fabric, run, report)
    else:
        with answered():
            _train(job, fabric, None, None)


def _train(job: TrainJob, fabric: Fabric, run: Run | None, report: Callable[[], None] | None) -> None:
    curve: Sequence[EpochMetrics] = []

    def on_epoch(epochs: Sequence[EpochMetrics]) -> None:
        nonlocal curve
        curve = epochs
        write_text(job.folder / "metrics.jsonl", "".join(json.dumps(asdict(epoch)) + "\n" for epoch in epochs))
        if run:
            run.report("train", len(epochs), job.config.epochs)
        if report:
            report()

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(job.seed)
        classifier, examples = _start(job, fabric)
        state_file = job.folder / "state.pt"
        trained = train(
            classifier, examples, job.labels, job.learn, job.val, job.config, job.seed, fabric, on_epoch, state_file
        )
    if run is None:
        return
    spec, network = job.network.spec, job.network
    info = CheckpointInfo(
        network.architecture, job.classes, job.config.to_dict(), job.seed, mode=network.stored, input=spec
    )
    save_checkpoint(job.folder / "checkpoint.safetensors", _whole(trained, job), info)
    predictions = _predict(job, trained, examples, fabric)
    predictions.save(job.folder / "predictions.npz")
    state_file.unlink(missing_ok=True)
    write_json(job.folder / "metrics.json", _figures(job, predictions, curve))


def _start(job: TrainJob, fabric: Fabric) -> tuple[Classifier, Examples]:
    """Return the network and what it learns from; of a frozen backbone the head alone, and cached features."""
    if job.network.mode == "frozen":
        views = job.inputs.open()
        head = torch.nn.Linear(views.shape[2], len(job.classes))
        return Classifier(torch.nn.Identity(), head), CachedViews(views, fabric.device)
    examples = Pixels(job.inputs.open(), job.network.spec, job.config.augmentation, fabric.device)
    return job.network.build(len(job.classes)), examples


def _whole(trained: Classifier, job: TrainJob) -> Classifier:
    """Return what the checkpoint stores: the trained network, or the head with its frozen backbone."""
    if job.network.mode == "frozen":
        return Classifier(job.network.build(len(job.classes)).backbone, trained.head)
    return trained


def _predict(job: TrainJob, trained: Classifier, examples: Examples, fabric: Fabric) -> Predictions:
    """Return predictions of the images it did not learn from."""
    held_out = job.val | job.test
    if not held_out.any():
        return Predictions(job.image_ids[:0], np.zeros((0, len(job.classes)), np.float32), None, np.zeros(0, np.int64))
    logits, embeddings = infer(trained, examples, held_out, fabric)
    fold = np.full(len(logits), NO_FOLD)
    return Predictions(job.image_ids[held_out], softmax(logits), embeddings, fold)


def _figures(job: TrainJob, predictions: Predictions, curve: Sequence[EpochMetrics]) -> dict[str, Any]:
    seconds = sum(epoch.seconds for epoch in curve)
    held_out = job.val | job.test

    def figures_of(rows: BoolArray) -> dict[str, Any] | None:
        probs: FloatArray = predictions.probs[rows[held_out]]
        return evaluate(job.labels[rows], probs, job.classes) if rows.any() else None

    network = job.network
    return {
        "schema_version": 1,
        "val": figures_of(job.val),
        "test": figures_of(job.test),
        "seconds": seconds,
        "images_per_s": int(job.learn.sum()) * len(curve) / seconds,
        "epochs": len(curve),
        "parameters": parameter_count(network.architecture, len(job.classes), network.spec.size_px),
    }
