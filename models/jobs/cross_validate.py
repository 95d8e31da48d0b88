"""Out-of-fold predictions: a model that did not see a training image predicts it."""

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from models.arrays import ByteArray, FloatArray, IntArray, Progress
from models.figures.alignment import align_to_first
from models.figures.folds import inner_split, judging_folds
from models.figures.margins import Margins, mean_of_folds
from models.figures.predictions import MARGINS, NO_FOLD, Predictions, held_out_or_mean
from models.figures.softmax import softmax
from models.files.atomic import write_text
from models.files.npz import read_arrays, write_arrays
from models.images.examples import Pixels
from models.jobs.heads import fit_heads
from models.networks.architectures import Classifier, find_architecture
from models.networks.checkpoint import CheckpointInfo, save_checkpoint
from models.networks.variants import build_classifier, parse_variant
from models.processors.mapped import Held, Mapped, by_name
from models.processors.processes import side_by_side, training_workers
from models.training.config import TrainConfig
from models.training.fabric import make_fabric
from models.training.loop import EpochMetrics, train
from models.training.predict import infer


@dataclass(frozen=True)
class Problem:
    """What is to be learned, and which model may see which image."""

    image_ids: npt.NDArray[np.str_]  # (N,)
    labels: IntArray  # (N,)
    classes: tuple[str, ...]  # K
    fold: IntArray  # (N,) 0..F-1 for training images, NO_FOLD for all others, which no model trains on
    groups: IntArray  # (N,) duplicates share a group
    seed: int

    @property
    def n_folds(self) -> int:
        """F, the number of folds."""
        return int(self.fold.max()) + 1

    @property
    def judged_by(self) -> IntArray:
        """The fold whose model judges each image, (N,); NO_FOLD: the mean of all, none of which saw it or a copy."""
        return judging_folds(self.fold, self.groups)


def cross_validate_heads(
    architecture: str, problem: Problem, features: FloatArray, backbone: str, folder: Path
) -> Predictions:
    """Fit one head for each fold on cached features; write checkpoints and predictions into `folder`.

    Args:
        architecture: name of a frozen architecture.
        problem: the labels and folds.
        features: embeddings of its backbone, shape (N, D).
        backbone: digest of its weights; the heads are refused with any other backbone.
        folder: the run folder.
    """
    folds = np.arange(problem.n_folds)
    rows = (problem.fold[None] != folds[:, None]) & (problem.fold[None] != NO_FOLD)  # (F, N)
    heads = fit_heads(features, problem.labels, rows, problem.groups, len(problem.classes), problem.seed)
    for k in folds:
        classifier = Classifier(torch.nn.Identity(), torch.nn.Linear(features.shape[1], len(problem.classes)))
        classifier.head.load_state_dict(
            {"weight": torch.from_numpy(heads.weight[k]), "bias": torch.from_numpy(heads.bias[k])}
        )
        chosen = {"penalty": float(heads.penalty[k])}
        info = CheckpointInfo(architecture, problem.classes, chosen, problem.seed, backbone=backbone)
        save_checkpoint(folder / f"fold-{k}.safetensors", classifier, info)
    probs = held_out_or_mean(heads.probs(features), problem.judged_by)
    predictions = Predictions(problem.image_ids, probs, np.asarray(features), problem.fold)
    predictions.save(folder / "predictions.npz")
    return predictions


def cross_validate_network(
    architecture: str,
    problem: Problem,
    pixels: ByteArray,
    config: TrainConfig,
    folder: Path,
    progress: Progress | None = None,
    workers: int | None = None,
) -> Predictions:
    """Train one network for each fold; write checkpoints, learning curves and predictions into `folder`.

    A fold whose files are there already is not trained again.

    Args:
        architecture: a variant whose network is trained.
        problem: the labels and folds.
        pixels: images at the architecture's input size, uint8, shape (N, S, S, 3).
        config: the method.
        folder: the run folder.
        progress: called with (epochs done, epochs in all).
        workers: folds trained side by side, a process each; by default one for each processor where that saves time.
    """
    if workers is None:
        images = problem.n_folds * config.epochs * int((problem.fold != NO_FOLD).sum())
        workers = min(problem.n_folds, training_workers(images))
    folds = [_Fold(k, architecture, problem, by_name(pixels), config, folder) for k in range(problem.n_folds)]
    needed = [not fold.outputs.exists() for fold in folds]

    def report() -> None:
        if progress:
            progress(sum(fold.epochs_done() for fold in folds), len(folds) * config.epochs)

    if workers > 1:
        folder.mkdir(parents=True, exist_ok=True)
        side_by_side(_train_fold, folds, needed, workers, report)
    else:
        for fold in itertools.compress(folds, needed):
            _train_fold(fold, report)
    report()
    arrays = [read_arrays(fold.outputs) for fold in folds]
    logits = np.stack([fold_arrays["logits"] for fold_arrays in arrays])
    probs = held_out_or_mean(softmax(logits), problem.judged_by)
    embeddings = align_to_first(np.stack([fold_arrays["embeddings"] for fold_arrays in arrays]))
    aligned = held_out_or_mean(embeddings, problem.judged_by)
    if all("margins" in fold_arrays for fold_arrays in arrays):  # not of folds that an earlier Errata trained
        margins = np.stack([fold_arrays["margins"] for fold_arrays in arrays])
        write_arrays(folder / MARGINS, margins=mean_of_folds(margins))
    predictions = Predictions(problem.image_ids, probs, aligned, problem.fold)
    predictions.save(folder / "predictions.npz")
    return predictions


@dataclass(frozen=True)
class _Fold:
    """The training of one fold's model, as it is handed to another process."""

    k: int
    architecture: str
    problem: Problem
    pixels: Mapped | Held
    config: TrainConfig
    folder: Path

    @property
    def outputs(self) -> Path:
        """The file that is written last."""
        return self.folder / f"fold-{self.k}.npz"

    @property
    def curve(self) -> Path:
        """The file with a line an epoch."""
        return self.folder / f"fold-{self.k}.jsonl"

    def epochs_done(self) -> int:
        """Return how many epochs are done; all where it is finished (it may have stopped early)."""
        if self.outputs.exists():
            return self.config.epochs
        return self.curve.read_text().count("\n") if self.curve.exists() else 0


def _train_fold(fold: _Fold, report: Callable[[], None] | None = None) -> None:
    """Train the model of one fold and write its curve, checkpoint and, last, its outputs for all N images."""
    problem, config, k = fold.problem, fold.config, fold.k
    variant, fabric = parse_variant(fold.architecture), make_fabric(config.precision)
    spec = find_architecture(variant.architecture).input
    examples = Pixels(fold.pixels.open(), spec, config.augmentation, fabric.device)
    seed = problem.seed * 1000 + k
    training = (problem.fold != k) & (problem.fold != NO_FOLD)
    choose = inner_split(training, problem.labels, problem.groups, seed)
    fold.curve.unlink(missing_ok=True)  # of a training that was killed

    def on_epoch(curve: Sequence[EpochMetrics]) -> None:
        write_text(fold.curve, "".join(json.dumps({"fold": k, **asdict(epoch)}) + "\n" for epoch in curve))
        if report:
            report()

    learn, margins = training & ~choose, Margins(len(training), fabric.device)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = build_classifier(variant, len(problem.classes))
        trained = train(
            classifier, examples, problem.labels, learn, choose, config, seed, fabric, on_epoch, margins=margins
        )
    info = CheckpointInfo(fold.architecture, problem.classes, config.to_dict(), seed)
    save_checkpoint(fold.folder / f"fold-{k}.safetensors", trained, info)
    logits, embeddings = infer(trained, examples, np.ones(len(examples), bool), fabric)
    write_arrays(fold.outputs, logits=logits, embeddings=embeddings, margins=margins.mean())
