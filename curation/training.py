"""One architecture's stages of an audit: features or pixels, then a model for each fold."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from curation.results import CheckedRows, slug
from curation.stages import Stages
from curation.workspace import Workspace
from models.arrays import ByteArray, FloatArray, Progress
from models.cross_validate import Problem
from models.files import digest, write_json


def train_architecture(
    workspace: Workspace,
    dataset: str,
    architecture: str,
    problem: Problem,
    checked: CheckedRows,
    rows_key: str,
    engine: str,
    stages: Stages,
) -> str:
    """Predict every image out of fold with one architecture; return the name of its run folder.

    Frozen features and decoded pixels are kept by content: another number of folds or another seed computes none again.
    """
    from models.architectures import find_architecture
    from models.checkpoint import versions
    from models.heads import PENALTIES
    from models.train import TrainConfig

    entry = find_architecture(architecture)
    config = {"penalties": PENALTIES} if entry.frozen else asdict(TrainConfig())
    about = {
        "architecture": architecture,
        "input": entry.input.to_dict(),
        "folds": problem.n_folds,
        "seed": problem.seed,
        "config": config,
    }
    key = digest(rows_key, about)
    run = f"{dataset[:30]}-{slug(architecture)}-{key[:8]}"  # at most 63 characters
    folder = workspace.runs / run
    prepare = _features if entry.frozen else _pixels
    fit = prepare(workspace, architecture, problem, checked, engine, rows_key, folder, stages)

    def train(progress: Progress) -> None:
        fit(progress)
        write_json(folder / "config.json", {**about, "dataset": dataset, "rows_key": rows_key, "versions": versions()})

    stages.do(f"train {architecture}", [key], [folder / "predictions.npz", folder / "config.json"], train)
    return run


def _features(
    workspace: Workspace,
    architecture: str,
    problem: Problem,
    checked: CheckedRows,
    engine: str,
    rows_key: str,
    folder: Path,
    stages: Stages,
) -> Callable[[Progress], object]:
    """Run a frozen backbone over the images once; return what fits the heads."""
    from models.architectures import find_architecture
    from models.cross_validate import cross_validate_heads
    from models.features import extract_features

    entry = find_architecture(architecture)

    def features(progress: Progress | None = None) -> FloatArray:
        backbone = entry.build(len(problem.classes)).backbone
        paths, sha256s = checked.rows.paths, [str(sha256) for sha256 in checked.sha256s]
        return extract_features(
            architecture, backbone, entry.input, paths, sha256s, workspace.features, engine, progress
        )

    stages.do(f"features {architecture}", [rows_key, entry.input.to_dict(), engine], [], features)
    return lambda progress: cross_validate_heads(architecture, problem, features(), folder)


def _pixels(
    workspace: Workspace,
    architecture: str,
    problem: Problem,
    checked: CheckedRows,
    engine: str,
    rows_key: str,
    folder: Path,
    stages: Stages,
) -> Callable[[Progress], object]:
    """Decode and resize the images once; return what trains the networks."""
    from models.architectures import find_architecture
    from models.cross_validate import cross_validate_network
    from models.images import pixel_cache
    from models.train import TrainConfig

    entry = find_architecture(architecture)

    def pixels(progress: Progress | None = None) -> ByteArray:
        paths, sha256s = checked.rows.paths, [str(sha256) for sha256 in checked.sha256s]
        size_px, interpolation = entry.input.size_px, entry.input.interpolation
        return pixel_cache(paths, sha256s, size_px, interpolation, workspace.pixels, progress)

    stages.do(f"pixels {architecture}", [rows_key, entry.input.to_dict()], [], pixels)
    return lambda progress: cross_validate_network(architecture, problem, pixels(), TrainConfig(), folder, progress)
