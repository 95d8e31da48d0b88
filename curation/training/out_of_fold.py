"""One architecture's stages of an audit: features or pixels, then a model for each fold."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.datasets.rows import Rows
from curation.images.keys import content_key
from curation.training.prepared import Prepared
from curation.workspace.names import slug
from curation.workspace.run_files import check_predictions
from curation.workspace.run_names import begin_models
from curation.workspace.stages import Stages
from models.arrays import ByteArray, Features, IntArray, Progress
from models.errors import ErrataError
from models.figures.folds import assign_folds
from models.figures.predictions import NO_FOLD
from models.files.atomic import digest, write_json
from models.images.input_spec import InputSpec

if TYPE_CHECKING:
    from models.jobs.fold import Problem
    from models.networks.classifier import Backbone
    from models.networks.variants import Variant

METHOD = 2  # raised when fold models of the same config predict something else; their runs are then made anew


@dataclass(frozen=True)
class Material:
    """The images that the models of an audit learn from."""

    prepared: Prepared
    dataset: str
    rows_key: str  # digest of images, labels and splits

    def features(self, architecture: str, backbone: "Backbone", progress: Progress | None = None) -> Features:
        """Return the embeddings of an architecture's pretrained backbone, shape (N, D)."""
        from models.networks.architectures import find_architecture

        return self.prepared.features(architecture, backbone, find_architecture(architecture).input, progress)

    def features_inputs(self, variant: "Variant") -> list[Any]:
        """Return what the features of a frozen variant depend on beside the images."""
        from models.networks.architectures import find_architecture

        architecture = find_architecture(variant.architecture)
        source = architecture.weights.source if architecture.weights else ""
        return [source, architecture.input.to_dict(), self.prepared.engine]

    def evidence(self, name: str) -> Features:
        """Return the embeddings and stage outputs of a frozen variant, shape (N, D + E), memory-mapped."""
        from models.networks.architectures import find_architecture
        from models.networks.variants import parse_variant, pretrained_backbone

        variant = parse_variant(name)
        spec = find_architecture(variant.architecture).input
        return self.prepared.evidence(variant.architecture, pretrained_backbone(variant), spec)

    def pixels(self, variant: "Variant", progress: Progress | None = None) -> ByteArray:
        """Return the images at the size at which a variant's fold models take them, uint8, shape (N, S, S, 3)."""
        return self.prepared.pixels(input_of(variant), progress)


@dataclass(frozen=True)
class FoldModels:
    """A model for each fold, of one variant of an architecture: what they are made from, and where they are kept."""

    name: str  # the variant, as it is written
    variant: "Variant"
    problem: "Problem"
    material: Material
    config: dict[str, Any]  # what config.json says of the method; the name of the folder depends on all of it
    folder: Path  # of the run


def input_of(variant: "Variant") -> InputSpec:
    """Return what the fold models of a variant see of an image.

    Fine-tuned ones of the registry see a smaller one than frozen ones; not every network of a library takes that.
    """
    from models.networks.architectures import ARCHITECTURES, find_architecture
    from models.training.recipes import FINETUNED_PX

    spec = find_architecture(variant.architecture).input
    small = variant.mode == "finetuned" and variant.architecture in ARCHITECTURES
    return replace(spec, size_px=min(spec.size_px, FINETUNED_PX)) if small else spec


def problem_of(rows: Rows, groups: IntArray, n_folds: int, seed: int) -> "Problem":
    """Return the material to learn from: the train split in folds; the other images are in no fold.

    Args:
        rows: N images with given labels.
        groups: duplicates share a group, shape (N,), and a fold.
        n_folds: how many.
        seed: draws the folds.

    Raises:
        ErrataError: no class has two distinct training images.
    """
    from models.jobs.fold import Problem

    train = rows.splits == "train"
    fold = np.full(len(rows), NO_FOLD, np.int64)
    fold[train] = assign_folds(rows.labels[train], groups[train], rows.classes, n_folds, seed)
    return Problem(rows.image_ids, rows.labels, rows.classes, fold, groups, seed)


def fold_models(name: str, problem: "Problem", material: Material) -> FoldModels:
    """Return how the fold models of a variant are made, and in which run folder; nothing is computed.

    Raises:
        ErrataError: no such architecture or mode.
    """
    from models.jobs.heads import PENALTIES
    from models.networks.variants import parse_variant
    from models.training.recipes import OUT_OF_FOLD

    variant = parse_variant(name)
    frozen = variant.mode == "frozen"
    method: dict[str, Any] = {"penalties": PENALTIES} if frozen else OUT_OF_FOLD[variant.mode].to_dict()
    config = {
        "architecture": name,
        "input": input_of(variant).to_dict(),
        "folds": problem.n_folds,
        "seed": problem.seed,
        "config": method,
    }
    engine = [material.prepared.engine] if frozen and material.prepared.engine != "auto" else []
    key = digest(material.rows_key, problem.groups.tolist(), config, METHOD, *engine)  # other copies, other folds
    run = f"{begin_models(material.dataset)}{slug(name)[:24]}-{key[:8]}"  # at most 64 characters
    return FoldModels(name, variant, problem, material, config, material.prepared.workspace.runs / run)


def train_out_of_fold(name: str, problem: "Problem", material: Material, stages: Stages) -> str:
    """Predict every image out of fold with one variant of an architecture; return the name of its run folder.

    Raises:
        ErrataError: no such architecture or mode, or an image or pretrained weights cannot be read.
    """
    models = fold_models(name, problem, material)
    train_fold_models(models, stages)
    return models.folder.name


def train_fold_models(models: FoldModels, stages: Stages) -> None:
    """Train the fold models, unless they are there already.

    Frozen features and decoded pixels are kept by content: another number of folds or seed computes them only once.
    """
    from models.networks.checkpoint import library_versions

    outputs = [models.folder / "predictions.npz", models.folder / "config.json"]  # in the order they are written
    _prepare_inputs(models, stages)

    def train(progress: Progress) -> None:
        if all(path.exists() for path in outputs) and _is_whole(models.folder):
            return  # another command made them; the name of the folder depends on all inputs
        _predict(models, progress)
        made_from = {"dataset": models.material.dataset, "rows_key": models.material.rows_key}
        write_json(models.folder / "config.json", {**models.config, **made_from, "versions": library_versions()})

    folder, read = models.folder, partial(check_predictions, models.folder)
    stages.do(f"train {models.name}", [folder.name], outputs, train, fills=folder.name, read=read)


def _is_whole(folder: Path) -> bool:
    """Return whether what the training of fold models wrote can be read."""
    try:
        check_predictions(folder)
    except ErrataError as error:
        if isinstance(error.__cause__, OSError):  # it cannot be read now, and may be whole
            raise
        return False
    return True


def compute_features(name: str, variant: "Variant", material: Material, stages: Stages) -> None:
    """Compute the features of a frozen variant; they are kept by content, and a second call finds them.

    Args:
        name: the variant, as it is written; of the stage.
        variant: the same, read.
        material: the images.
        stages: of the audit or training.
    """
    from models.networks.variants import pretrained_backbone

    def compute(progress: Progress) -> None:
        material.features(variant.architecture, pretrained_backbone(variant), progress)

    inputs = [content_key(material.prepared.checked), *material.features_inputs(variant)]
    stages.do(f"features {name}", inputs, [], compute)


def _prepare_inputs(models: FoldModels, stages: Stages) -> None:
    """Compute the features of a frozen backbone, or decode the images, where they are not kept yet."""
    variant, material = models.variant, models.material
    if variant.mode == "frozen":
        compute_features(models.name, variant, material, stages)
    else:
        inputs = [content_key(material.prepared.checked), models.config["input"]]
        stages.do(f"pixels {models.name}", inputs, [], lambda progress: material.pixels(variant, progress))


def _predict(models: FoldModels, progress: Progress) -> None:
    from models.features.engines import weights_digest
    from models.jobs.cross_validate import cross_validate_heads, cross_validate_network
    from models.networks.variants import pretrained_backbone
    from models.training.recipes import OUT_OF_FOLD

    variant, material = models.variant, models.material
    if variant.mode == "frozen":
        backbone = pretrained_backbone(variant)
        features = material.features(variant.architecture, backbone)
        cross_validate_heads(models.name, models.problem, features, weights_digest(backbone), models.folder)
    else:
        pixels, config = material.pixels(variant), OUT_OF_FOLD[variant.mode]
        cross_validate_network(
            models.name, models.problem, pixels, config, models.folder, progress, cluster=material.prepared.cluster
        )
