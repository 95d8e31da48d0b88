"""The training of one fold's model: the unit of work, the same on one machine and on a cluster's workers."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from models.arrays import IntArray
from models.figures.folds import inner_split, judging_folds
from models.figures.margins import Margins
from models.figures.predictions import NO_FOLD
from models.files.atomic import write_text
from models.files.npz import write_arrays
from models.images.examples import Pixels
from models.networks.architectures import find_architecture
from models.networks.checkpoint import CheckpointInfo, save_checkpoint
from models.networks.variants import build_classifier, parse_variant
from models.processors.mapped import Held, Mapped
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


def fold_outputs(folder: Path, k: int) -> Path:
    """Return the file of a fold's outputs for all images, which is written last."""
    return folder / f"fold-{k}.npz"


@dataclass(frozen=True)
class Fold:
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
        return fold_outputs(self.folder, self.k)

    @property
    def curve(self) -> Path:
        """The file with a line an epoch."""
        return self.folder / f"fold-{self.k}.jsonl"

    @property
    def checkpoint(self) -> Path:
        """The file of the trained network."""
        return self.folder / f"fold-{self.k}.safetensors"

    @property
    def files(self) -> tuple[Path, ...]:
        """All that the training writes, in the order in which it does."""
        return self.curve, self.checkpoint, self.outputs

    def epochs_done(self) -> int:
        """Return how many epochs are done; all where it is finished (it may have stopped early)."""
        if self.outputs.exists():
            return self.config.epochs
        return self.curve.read_text().count("\n") if self.curve.exists() else 0


def train_fold(fold: Fold, report: Callable[[], None] | None = None) -> None:
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
    save_checkpoint(fold.checkpoint, trained, info)
    logits, embeddings = infer(trained, examples, np.ones(len(examples), bool), fabric, scratch=fold.folder)
    write_arrays(fold.outputs, logits=logits, embeddings=embeddings, margins=margins.mean())
