"""One architecture's stages of an audit: features or pixels, then a model for each fold."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.datasets.rows import Rows
from curation.training.prepared import Prepared
from curation.workspace.names import slug
from curation.workspace.stages import Stages
from models.arrays import ByteArray, FloatArray, IntArray, Progress
from models.figures.folds import assign_folds
from models.figures.predictions import NO_FOLD
from models.files.atomic import digest, write_json
from models.jobs.cross_validate import Problem

if TYPE_CHECKING:
    from models.networks.classifier import Backbone

METHOD = 2  # raised when the same models judge otherwise: their runs are then made anew


@dataclass(frozen=True)
class Material:
    """What the models of an audit are made from."""

    prepared: Prepared
    dataset: str
    rows_key: str  # digest of images, labels and splits

    def features(self, architecture: str, backbone: "Backbone", progress: Progress | None = None) -> FloatArray:
        """Return the embeddings of an architecture's pretrained backbone, shape (N, D)."""
        from models.networks.architectures import find_architecture

        return self.prepared.features(architecture, backbone, find_architecture(architecture).input, progress)

    def evidence(self, variant: str) -> FloatArray:
        """Return all that the backbone of a frozen variant saw in the images, shape (N, D + E), memory-mapped."""
        from models.networks.architectures import find_architecture
        from models.networks.variants import parse_variant, pretrained_backbone

        known = parse_variant(variant)
        spec = find_architecture(known.architecture).input
        return self.prepared.evidence(known.architecture, pretrained_backbone(known), spec)

    def pixels(self, architecture: str, progress: Progress | None = None) -> ByteArray:
        """Return the images at an architecture's input size, uint8, shape (N, S, S, 3)."""
        from models.networks.architectures import find_architecture

        return self.prepared.pixels(find_architecture(architecture).input, progress)


def problem_of(rows: Rows, groups: IntArray, n_folds: int, seed: int) -> Problem:
    """Return what is to be learned: the train split in folds; the other images are of none.

    Args:
        rows: N images with given labels.
        groups: duplicates share a group, shape (N,), and a fold.
        n_folds: how many.
        seed: draws the folds.

    Raises:
        ErrataError: a class has fewer distinct training images than there are folds.
    """
    train = rows.splits == "train"
    fold = np.full(len(rows), NO_FOLD, np.int64)
    fold[train] = assign_folds(rows.labels[train], groups[train], rows.classes, n_folds, seed)
    return Problem(rows.image_ids, rows.labels, rows.classes, fold, groups, seed)


def out_of_fold_run(name: str, problem: Problem, material: Material) -> tuple[str, dict[str, Any]]:
    """Return the name of the run folder of a variant's fold models, and with what they are made."""
    from models.jobs.heads import PENALTIES
    from models.networks.architectures import find_architecture
    from models.networks.variants import parse_variant
    from models.training.recipes import OUT_OF_FOLD

    variant = parse_variant(name)
    frozen = variant.mode == "frozen"
    config: dict[str, Any] = {"penalties": PENALTIES} if frozen else OUT_OF_FOLD[variant.mode].to_dict()
    about = {
        "architecture": name,
        "input": find_architecture(variant.architecture).input.to_dict(),
        "folds": problem.n_folds,
        "seed": problem.seed,
        "config": config,
    }
    key = digest(material.rows_key, problem.groups.tolist(), about, METHOD)  # other copies, other folds
    return f"{material.dataset[:30]}-{slug(name)[:24]}-{key[:8]}", about  # at most 64 characters


def train_out_of_fold(name: str, problem: Problem, material: Material, stages: Stages) -> str:
    """Predict every image out of fold with one variant of an architecture; return the name of its run folder.

    Frozen features and decoded pixels are kept by content: another number of folds or another seed computes none again.
    """
    from models.networks.checkpoint import versions
    from models.networks.variants import parse_variant, pretrained_backbone

    variant = parse_variant(name)
    run, about = out_of_fold_run(name, problem, material)
    folder, spec = material.prepared.workspace.runs / run, about["input"]
    outputs = [folder / "predictions.npz", folder / "config.json"]  # in the order they are written
    if variant.mode == "frozen":
        inputs = [material.rows_key, spec, material.prepared.engine]
        stages.do(
            f"features {name}",
            inputs,
            [],
            lambda tell: material.features(variant.architecture, pretrained_backbone(variant), tell),
        )
    else:
        inputs = [material.rows_key, spec]
        stages.do(f"pixels {name}", inputs, [], lambda tell: material.pixels(variant.architecture, tell))

    def train(progress: Progress) -> None:
        if all(path.exists() for path in outputs):
            return  # by another command; the folder's name says from what and how
        _predict(name, problem, material, folder, progress)
        write_json(
            folder / "config.json",
            {**about, "dataset": material.dataset, "rows_key": material.rows_key, "versions": versions()},
        )

    stages.do(f"train {name}", [run], outputs, train)
    return run


def _predict(name: str, problem: Problem, material: Material, folder: Path, progress: Progress) -> None:
    from models.features.engines import weights_digest
    from models.jobs.cross_validate import cross_validate_heads, cross_validate_network
    from models.networks.variants import parse_variant, pretrained_backbone
    from models.training.recipes import OUT_OF_FOLD

    variant = parse_variant(name)
    if variant.mode == "frozen":
        backbone = pretrained_backbone(variant)
        features = material.features(variant.architecture, backbone)
        cross_validate_heads(name, problem, features, weights_digest(backbone), folder)
    else:
        pixels, config = material.pixels(variant.architecture), OUT_OF_FOLD[variant.mode]
        cross_validate_network(name, problem, pixels, config, folder, progress)
