"""The architectures of an audit combined, as one more that is judged but has no vote of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curation.images.keys import bytes_key
from curation.workspace.folders import Workspace
from curation.workspace.run_files import check_predictions
from curation.workspace.run_names import begin_models
from curation.workspace.stages import Stages
from models.arrays import Progress
from models.figures.predictions import Predictions
from models.files.atomic import digest, write_json
from models.files.npz import write_arrays

if TYPE_CHECKING:
    from curation.training.out_of_fold import Material
    from models.jobs.ensemble import Stack
    from models.jobs.fold import Problem

COMBINATIONS = ENSEMBLE, AVERAGE = "ensemble", "average"  # named like architectures; made of all others that are named


def combine(name: str, runs: Mapping[str, str], problem: "Problem", material: "Material", stages: Stages) -> str:
    """Combine architectures that were cross-validated; return the name of the run folder.

    Args:
        name: `ensemble` (one linear layer on their out-of-fold logits) or `average` (of their probabilities).
        runs: architecture -> its run folder's name.
        problem: the labels and folds.
        material: what the models were made from.
        stages: of the audit.

    Raises:
        ErrataError: the members cannot be combined, see `models.jobs.ensemble.stack`.
    """
    from models.jobs.ensemble import average, stack
    from models.jobs.heads import PENALTIES
    from models.networks.checkpoint import library_versions

    members = read_members(material.prepared.workspace, runs)
    config: dict[str, Any] = {
        "architecture": name,
        "members": dict(sorted(runs.items())),
        "folds": problem.n_folds,
        "seed": problem.seed,
        "config": {"penalties": PENALTIES} if name == ENSEMBLE else {},
    }
    key = digest(material.rows_key, config, [bytes_key(predictions.probs) for predictions in members.values()])
    run = f"{begin_models(material.dataset)}{name}-{key[:8]}"
    folder = material.prepared.workspace.runs / run

    def work(_: Progress) -> None:
        if name == ENSEMBLE:
            stacked = stack(members, problem.labels, problem.groups, problem.seed)
            save_layers(stacked, folder)
            combined = stacked.predictions
        else:
            combined = average(members)
        combined.save(folder / "predictions.npz")
        made_from = {"dataset": material.dataset, "rows_key": material.rows_key}
        write_json(folder / "config.json", {**config, **made_from, "versions": library_versions()})

    outputs = [folder / "predictions.npz", folder / "config.json"]
    stages.do(f"train {name}", [key], outputs, work, read=lambda: check_predictions(folder))
    return run


def read_members(workspace: Workspace, runs: Mapping[str, str]) -> dict[str, Predictions]:
    """Return the predictions of each member, ordered by name, so that their order in the arguments does not matter.

    Raises:
        ErrataError: a run is not there, or damaged.
    """
    return {name: Predictions.load(workspace.runs / runs[name] / "predictions.npz") for name in sorted(runs)}


def save_layers(stacked: "Stack", folder: Path) -> None:
    """Write stack.npz: weight (F, K, M * K), bias (F, K) and the penalty that was chosen for each fold, (F,)."""
    heads = stacked.heads
    write_arrays(folder / "stack.npz", weight=heads.weight, bias=heads.bias, penalty=heads.penalty)
