"""Out-of-fold predictions: a model that did not see a training image predicts it."""

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from models.arrays import BoolArray, ByteArray, FloatArray, IntArray, Progress
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
    probs = heads.held_out(features, problem.judged_by)
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
        pixels: images at the size that the networks take, uint8, shape (N, S, S, 3).
        config: the method.
        folder: the run folder.
        progress: called with (epochs done, epochs in all).
        workers: folds trained side by side, a process each; by default `fold_workers`.
    """
    train_folds(architecture, problem, pixels, config, folder, progress, workers)
    arrays = [read_arrays(_outputs(folder, k)) for k in range(problem.n_folds)]
    probs = held_out_or_mean((softmax(fold_arrays["logits"]) for fold_arrays in arrays), problem.judged_by)
    embeddings = align_to_first(np.stack([fold_arrays["embeddings"] for fold_arrays in arrays]))
    aligned = held_out_or_mean(embeddings, problem.judged_by)
    if all("margins" in fold_arrays for fold_arrays in arrays):  # not of folds that an earlier Errata trained
        margins = np.stack([fold_arrays["margins"] for fold_arrays in arrays])
        write_arrays(folder / MARGINS, margins=mean_of_folds(margins))
    predictions = Predictions(problem.image_ids, probs, aligned, problem.fold)
    predictions.save(folder / "predictions.npz")
    return predictions


def train_folds(
    architecture: str,
    problem: Problem,
    pixels: ByteArray,
    config: TrainConfig,
    folder: Path,
    progress: Progress | None = None,
    workers: int | None = None,
    first: int | None = None,
) -> None:
    """Train the networks of the folds, or of the first few; those whose files are there already are not trained again.

    Args:
        architecture: as for `cross_validate_network`, which finds these folds trained; the others likewise.
        problem: see there.
        pixels: see there.
        config: see there.
        folder: see there.
        progress: see there.
        workers: see there.
        first: how many folds; all by default.
    """
    workers = workers or fold_workers(problem, config)
    folds = [_Fold(k, architecture, problem, by_name(pixels), config, folder) for k in range(problem.n_folds)]
    asked = folds[:first]
    needed = [fold.k < len(asked) and not fold.outputs.exists() for fold in folds]

    def report() -> None:
        if progress:
            progress(sum(fold.epochs_done() for fold in asked), len(asked) * config.epochs)

    if workers > 1:
        folder.mkdir(parents=True, exist_ok=True)
        side_by_side(_train_fold, folds, needed, workers, report)
    else:
        for fold in itertools.compress(folds, needed):
            _train_fold(fold, report)
    report()


def fold_workers(problem: Problem, config: TrainConfig) -> int:
    """Return how many folds are trained at a time: one for each processor where that saves time."""
    images = problem.n_folds * config.epochs * int((problem.fold != NO_FOLD).sum())
    return min(problem.n_folds, training_workers(images))


def held_out_probs(folder: Path, problem: Problem, first: int) -> tuple[BoolArray, FloatArray]:
    """Return what the networks of the first folds say of the images of their folds.

    Returns:
        which images these are, shape (N,), R of them, and their class probabilities in row order, shape (R, K).
    """
    logits = np.stack([read_arrays(_outputs(folder, k))["logits"] for k in range(first)])
    rows = (problem.fold != NO_FOLD) & (problem.fold < first)
    return rows, softmax(logits[problem.fold[rows], np.flatnonzero(rows)])


def _outputs(folder: Path, k: int) -> Path:
    return folder / f"fold-{k}.npz"


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
        return _outputs(self.folder, self.k)

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
    pixels = fold.pixels.open()
    spec = replace(find_architecture(variant.architecture).input, size_px=pixels.shape[1])
    examples = Pixels(pixels, spec, config.augmentation, fabric.device)
    seed = problem.seed * 1000 + k
    training = (problem.fold != k) & (problem.fold != NO_FOLD)
    # A fine-tuned network is best after its few epochs at a falling rate: all images to learn from gain more.
    choose = np.zeros(len(training), bool)
    if variant.mode != "finetuned":
        choose = inner_split(training, problem.labels, problem.groups, seed)
    fold.curve.unlink(missing_ok=True)  # of a training that was killed

    def on_epoch(curve: Sequence[EpochMetrics]) -> None:
        write_text(fold.curve, "".join(json.dumps({"fold": k, **asdict(epoch)}) + "\n" for epoch in curve))
        if report:
            report()

    learn, margins = training & ~choose, Margins(len(training), fabric.device)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = build_classifier(variant, len(problem.classes), spec.size_px)
        trained = train(
            classifier, examples, problem.labels, learn, choose, config, seed, fabric, on_epoch, margins=margins
        )
    info = CheckpointInfo(fold.architecture, problem.classes, config.to_dict(), seed, input=spec)
    save_checkpoint(fold.folder / f"fold-{k}.safetensors", trained, info)
    logits, embeddings = infer(trained, examples, np.ones(len(examples), bool), fabric)
    write_arrays(fold.outputs, logits=logits, embeddings=embeddings, margins=margins.mean())
