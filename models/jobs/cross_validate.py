"""Out-of-fold predictions: a model that did not see a training image predicts it."""

import itertools
import logging
from pathlib import Path

import numpy as np
import torch

from models.arrays import BoolArray, ByteArray, Features, FloatArray, Progress
from models.errors import ErrataError
from models.figures.alignment import write_aligned
from models.figures.margins import mean_of_folds
from models.figures.predictions import MARGINS, NO_FOLD, Predictions, held_out_or_mean
from models.figures.softmax import softmax
from models.files.npz import Like, read_arrays, write_arrays
from models.files.scratch import scratch_rows
from models.jobs.fold import Fold, Problem, fold_outputs, train_fold
from models.jobs.fold_shards import train_on_cluster
from models.jobs.heads import fit_heads
from models.networks.architectures import Classifier
from models.networks.checkpoint import CheckpointInfo, save_checkpoint
from models.processors.cluster import Cluster
from models.processors.mapped import by_name
from models.processors.processes import side_by_side, threads_of_place, training_workers
from models.training.config import TrainConfig

_OUTPUTS = {
    "logits": Like("numbers", ("N", "K"), finite=True, left_in_file=True),
    "embeddings": Like("numbers", ("N", "D"), finite=True, left_in_file=True),
    "margins": Like("numbers", ("N",), optional=True),
}
_log = logging.getLogger(__name__)


def cross_validate_heads(
    architecture: str, problem: Problem, features: Features, backbone: str, folder: Path
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
    cluster: Cluster | None = None,
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
        cluster: machines that train, a fold each; this one alone by default.
    """
    train_folds(architecture, problem, pixels, config, folder, progress, workers, cluster=cluster)
    arrays = [read_arrays(fold_outputs(folder, k), like=_OUTPUTS) for k in range(problem.n_folds)]
    probs = held_out_or_mean((softmax(fold_arrays["logits"]) for fold_arrays in arrays), problem.judged_by)
    embeddings = [fold_arrays["embeddings"] for fold_arrays in arrays]
    n, width = embeddings[0].shape
    aligned = scratch_rows(n, width, folder)
    write_aligned(embeddings, problem.judged_by, aligned)
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
    cluster: Cluster | None = None,
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
        cluster: as for `cross_validate_network`.
    """
    workers = workers or fold_workers(problem, config)
    folds = [Fold(k, architecture, problem, by_name(pixels), config, folder) for k in range(problem.n_folds)]
    asked = folds[:first]
    for fold in asked:
        _drop_damaged(fold)
    needed = [fold.k < len(asked) and not fold.outputs.exists() for fold in folds]

    def report() -> None:
        if progress:
            progress(sum(fold.epochs_done() for fold in asked), len(asked) * config.epochs)

    if cluster is not None:
        # A fold has the threads that it has without a cluster, because its numbers depend on them.
        threads = [threads_of_place(k, len(folds), workers) for k in range(len(folds))]
        if workers == 1:
            threads = [torch.get_num_threads()] * len(folds)
        compress = itertools.compress
        train_on_cluster(cluster, list(compress(folds, needed)), list(compress(threads, needed)), report)
    elif workers > 1:
        folder.mkdir(parents=True, exist_ok=True)
        side_by_side(train_fold, folds, needed, workers, report)
    else:
        for fold in itertools.compress(folds, needed):
            train_fold(fold, report)
    report()


def _drop_damaged(fold: Fold) -> None:
    """Remove the outputs of a fold that cannot be read, with a warning: it is trained again."""
    try:
        if fold.outputs.exists():
            read_arrays(fold.outputs, like=_OUTPUTS)
    except ErrataError as error:
        if isinstance(error.__cause__, OSError):  # it cannot be read now, and may be whole
            raise
        _log.warning("%s: it is trained again", str(error).partition(";")[0])
        fold.outputs.unlink(missing_ok=True)


def fold_workers(problem: Problem, config: TrainConfig) -> int:
    """Return how many folds are trained at a time: one for each processor where that saves time."""
    images = problem.n_folds * config.epochs * int((problem.fold != NO_FOLD).sum())
    return min(problem.n_folds, training_workers(images))


def held_out_probs(folder: Path, problem: Problem, first: int) -> tuple[BoolArray, FloatArray]:
    """Return what the networks of the first folds say of the images of their folds.

    Returns:
        which images these are, shape (N,), R of them, and their class probabilities in row order, shape (R, K).
    """
    logits = np.stack([read_arrays(fold_outputs(folder, k))["logits"] for k in range(first)])
    rows = (problem.fold != NO_FOLD) & (problem.fold < first)
    return rows, softmax(logits[problem.fold[rows], np.flatnonzero(rows)])
