"""One architecture's stages of an audit: features or pixels, then a model for each fold."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curation.prepared import Prepared
from curation.results import slug
from curation.stages import Stages
from models.arrays import ByteArray, FloatArray, Progress
from models.cross_validate import Problem
from models.files import digest, write_json


@dataclass(frozen=True)
class Material:
    """What the models of an audit are made from."""

    prepared: Prepared
    dataset: str
    rows_key: str  # digest of images, labels and splits

    def features(self, architecture: str, progress: Progress | None = None) -> FloatArray:
        """Return the embeddings of a pretrained backbone, shape (N, D)."""
        from models.architectures import find_architecture
        from models.variants import Variant, build_classifier

        backbone = build_classifier(Variant(architecture, "frozen"), n_classes=1).backbone
        return self.prepared.features(architecture, backbone, find_architecture(architecture).input, progress)

    def pixels(self, architecture: str, progress: Progress | None = None) -> ByteArray:
        """Return the images at an architecture's input size, uint8, shape (N, S, S, 3)."""
        from models.architectures import find_architecture

        return self.prepared.pixels(find_architecture(architecture).input, progress)


def train_out_of_fold(name: str, problem: Problem, material: Material, stages: Stages) -> str:
    """Predict every image out of fold with one variant of an architecture; return the name of its run folder.

    Frozen features and decoded pixels are kept by content: another number of folds or another seed computes none again.
    """
    from models.architectures import find_architecture
    from models.checkpoint import versions
    from models.heads import PENALTIES
    from models.recipes import OUT_OF_FOLD
    from models.variants import parse_variant

    variant = parse_variant(name)
    frozen = variant.mode == "frozen"
    spec = find_architecture(variant.architecture).input.to_dict()
    config: dict[str, Any] = {"penalties": PENALTIES} if frozen else OUT_OF_FOLD[variant.mode].to_dict()
    about = {
        "architecture": name,
        "input": spec,
        "folds": problem.n_folds,
        "seed": problem.seed,
        "config": config,
    }
    key = digest(material.rows_key, about)
    run = f"{material.dataset[:30]}-{slug(name)[:24]}-{key[:8]}"  # at most 64 characters
    folder = material.prepared.workspace.runs / run
    if frozen:
        inputs = [material.rows_key, spec, material.prepared.engine]
        stages.do(f"features {name}", inputs, [], lambda tell: material.features(variant.architecture, tell))
    else:
        inputs = [material.rows_key, spec]
        stages.do(f"pixels {name}", inputs, [], lambda tell: material.pixels(variant.architecture, tell))

    def train(progress: Progress) -> None:
        _predict(name, problem, material, folder, progress)
        write_json(
            folder / "config.json",
            {**about, "dataset": material.dataset, "rows_key": material.rows_key, "versions": versions()},
        )

    stages.do(f"train {name}", [key], [folder / "predictions.npz", folder / "config.json"], train)
    return run


def _predict(name: str, problem: Problem, material: Material, folder: Path, progress: Progress) -> None:
    from models.cross_validate import cross_validate_heads, cross_validate_network
    from models.recipes import OUT_OF_FOLD
    from models.variants import parse_variant

    variant = parse_variant(name)
    if variant.mode == "frozen":
        cross_validate_heads(name, problem, material.features(variant.architecture), folder)
    else:
        pixels, config = material.pixels(variant.architecture), OUT_OF_FOLD[variant.mode]
        cross_validate_network(name, problem, pixels, config, folder, progress)
