"""Out-of-fold predictions: every training image is judged by a model that did not see it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from models.architectures import Classifier, find_architecture
from models.array_files import read_arrays, write_arrays
from models.arrays import ByteArray, FloatArray, IntArray, Progress
from models.checkpoint import CheckpointInfo, save_checkpoint
from models.files import write_text
from models.folds import inner_split
from models.heads import fit_heads
from models.predictions import NO_FOLD, Predictions
from models.train import EpochMetrics, TrainConfig, infer, make_fabric, train


@dataclass(frozen=True)
class Problem:
    """What is to be learned and who may see what."""

    image_ids: npt.NDArray[np.str_]  # (N,)
    labels: IntArray  # (N,)
    classes: tuple[str, ...]  # K
    fold: IntArray  # (N,) 0..F-1 for training images, NO_FOLD for the others: they are never trained on
    groups: IntArray  # (N,) duplicates share a group
    seed: int

    @property
    def n_folds(self) -> int:
        """F, the number of folds."""
        return int(self.fold.max()) + 1


def cross_validate_heads(architecture: str, problem: Problem, features: FloatArray, folder: Path) -> Predictions:
    """Fit one head for each fold on cached features; write checkpoints and predictions into `folder`.

    Args:
        architecture: name of a frozen architecture.
        problem: the labels and folds.
        features: embeddings of its backbone, shape (N, D).
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
        info = CheckpointInfo(architecture, problem.classes, {"penalty": float(heads.penalty[k])}, problem.seed)
        save_checkpoint(folder / f"fold-{k}.safetensors", classifier, info)
    probs = _own_or_mean(heads.probs(features), problem.fold)
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
) -> Predictions:
    """Train one network for each fold from scratch; write checkpoints, learning curves and predictions into `folder`.

    A fold whose files are there already is not trained again.

    Args:
        architecture: name of an architecture trained from scratch.
        problem: the labels and folds.
        pixels: images at the architecture's input size, uint8, shape (N, S, S, 3).
        config: the method.
        folder: the run folder.
        progress: told (epochs done, epochs in all).
    """
    logits, embeddings = [], []
    for k in range(problem.n_folds):

        def advance(done: int, k: int = k) -> None:
            if progress:
                progress(k * config.epochs + done, problem.n_folds * config.epochs)

        outputs = folder / f"fold-{k}.npz"
        if not outputs.exists():
            _train_fold(k, architecture, problem, pixels, config, folder, advance)
        arrays = read_arrays(outputs)
        logits.append(arrays["logits"])
        embeddings.append(arrays["embeddings"])
        advance(config.epochs)
    every = np.exp(np.stack(logits) - np.stack(logits).max(-1, keepdims=True))
    probs = _own_or_mean(every / every.sum(-1, keepdims=True), problem.fold)
    aligned = _own_or_mean(_aligned(np.stack(embeddings)), problem.fold)
    predictions = Predictions(problem.image_ids, probs, aligned, problem.fold)
    predictions.save(folder / "predictions.npz")
    return predictions


def _train_fold(
    k: int,
    architecture: str,
    problem: Problem,
    pixels: ByteArray,
    config: TrainConfig,
    folder: Path,
    advance: Callable[[int], None],
) -> None:
    """Train the model of fold k and write its curve, checkpoint and, last, its outputs for all N images."""
    entry, fabric = find_architecture(architecture), make_fabric()
    seed = problem.seed * 1000 + k
    own = (problem.fold != k) & (problem.fold != NO_FOLD)
    choose = inner_split(own, problem.labels, problem.groups, seed)
    curve: list[EpochMetrics] = []

    def on_epoch(metrics: EpochMetrics) -> None:
        curve.append(metrics)
        lines = (json.dumps({"fold": k, **asdict(line)}) for line in curve)
        write_text(folder / f"fold-{k}.jsonl", "\n".join(lines) + "\n")
        advance(len(curve))

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = entry.build(len(problem.classes))
        trained = train(
            classifier,
            pixels,
            problem.labels,
            own & ~choose,
            choose,
            entry.input,
            config,
            seed,
            fabric,
            on_epoch,
        )
    info = CheckpointInfo(architecture, problem.classes, config.to_dict(), seed)
    save_checkpoint(folder / f"fold-{k}.safetensors", trained, info)
    logits, embeddings = infer(trained, pixels, np.ones(len(pixels), bool), entry.input, fabric)
    write_arrays(folder / f"fold-{k}.npz", logits=logits, embeddings=embeddings)


def _own_or_mean(every: FloatArray, fold: IntArray) -> FloatArray:
    """Return, of every fold's model, shape (F, N, …), the held-out model's values for training rows, else the mean."""
    result: FloatArray = every.mean(0, dtype=np.float32)
    trained = np.flatnonzero(fold != NO_FOLD)
    result[trained] = every[fold[trained], trained]
    return result


def _aligned(embeddings: FloatArray) -> FloatArray:
    """Return embeddings of F separately trained networks, shape (F, N, D), rotated onto the first one's space.

    Each network has axes of its own; the orthogonal Procrustes solution over the same images makes them comparable
    without any label (Schoenemann 1966, doi:10.1007/BF02289451).
    """
    centred = embeddings - embeddings.mean(1, keepdims=True)
    first = centred[0]
    turned = [first]
    for other in centred[1:]:
        left, _, right = np.linalg.svd(other.T @ first)
        turned.append(other @ (left @ right))
    return np.stack(turned).astype(np.float32)


def read_curves(folder: Path, folds: Sequence[int]) -> dict[int, list[dict[str, float]]]:
    """Return the learning curve of each fold that has one: a list of epochs with their metrics."""
    found = {k: folder / f"fold-{k}.jsonl" for k in folds}
    return {
        k: [json.loads(line) for line in path.read_text().splitlines()] for k, path in found.items() if path.exists()
    }
