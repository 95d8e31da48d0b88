"""Every image predicted by models that did not learn from it; copies are grouped before, since they share a fold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from curation.audit.choices import CANDIDATES, FROZEN, SMALL, Choice
from curation.audit.config import AuditConfig
from curation.datasets.catalog import DatasetSpec
from curation.images.checked_rows import CheckedRows
from curation.images.checking import EmbeddingSource, group_duplicates
from curation.images.duplicates import Duplicates
from curation.images.keys import bytes_key, rows_key
from curation.workspace.folders import Workspace
from curation.workspace.run_files import check_predictions
from curation.workspace.stages import Stages
from models.arrays import FloatArray
from models.figures.predictions import Predictions
from models.files.atomic import digest
from models.processors.cluster import Cluster

if TYPE_CHECKING:
    from curation.training.out_of_fold import Material
    from models.jobs.fold import Problem


OnPredicted = Callable[["Predicted", tuple[str, ...]], None]  # told what is predicted, and which architectures are not


@dataclass(frozen=True)
class Predicted:
    """The run folders with the predictions of N images, and the copies that were kept together."""

    duplicates: Duplicates
    runs: Mapping[str, str]  # architecture -> name of its run folder
    members: Mapping[str, tuple[str, ...]]  # of the architectures that combine others
    material: "Material | None" = None  # what the models were made from; None: predicted elsewhere
    choices: tuple[Choice, ...] = ()  # of architectures, where the audit chose them
    offer: str = ""  # one sentence: what would find more errors


def train_models(
    workspace: Workspace,
    spec: DatasetSpec,
    checked: CheckedRows,
    config: AuditConfig,
    stages: Stages,
    on_predicted: OnPredicted | None = None,
    cluster: Cluster | None = None,
) -> Predicted:
    """Train a model for each fold of each architecture, and combine the architectures where the config says so.

    Args:
        workspace: where runs are kept.
        spec: the data set.
        checked: its images.
        config: names the architectures.
        stages: of the audit.
        on_predicted: called with what has been predicted whenever an architecture is trained and others have to be.
        cluster: machines that compute; this one alone by default.
    """
    from curation.audit.fine_tuning import more_than_named
    from curation.audit.training_time import missing_weights
    from curation.audit.voters import Budget, Voters
    from curation.training.combine import combine
    from curation.training.out_of_fold import Material, problem_of, train_out_of_fold
    from curation.training.prepared import Prepared

    material = Material(Prepared(workspace, checked, config.engine, cluster), spec.name, rows_key(checked))
    if config.auto:
        first = SMALL if missing_weights(FROZEN) else FROZEN
        duplicates = group_copies(material, replace(config, architectures=(first,)), stages)
    else:
        duplicates = group_copies(material, config, stages)
    problem = problem_of(checked.rows, duplicates.groups, config.folds, config.seed)

    def trained_so_far(runs: Mapping[str, str], others: tuple[str, ...]) -> None:
        missing = tuple(name for name in others if not _is_predicted(name, problem, material))
        if on_predicted and runs and missing:
            on_predicted(Predicted(duplicates, dict(runs), {}, material), missing)

    if config.minutes is not None:
        voters = Voters(problem, material, stages, Budget(config.minutes, len(checked.rows), stages.started))
        for place, name in enumerate(CANDIDATES):
            voters.consider(name)
            if name == FROZEN:  # of the others, only the small network is sure to vote
                trained_so_far(voters.runs, CANDIDATES[place + 1 : place + 2])
        return Predicted(duplicates, voters.runs, {}, material, tuple(voters.choices))
    trained: dict[str, str] = {}
    for place, name in enumerate(config.members):
        trained[name] = train_out_of_fold(name, problem, material, stages)
        trained_so_far(trained, config.members[place + 1 :])
    more = more_than_named(config, trained, problem, material, stages)
    combined = {name: combine(name, trained, problem, material, stages) for name in config.combinations}
    members = dict.fromkeys(combined, config.members)
    return Predicted(duplicates, {**trained, **more.runs, **combined}, members, material, more.choices, more.offer)


def _is_predicted(name: str, problem: "Problem", material: "Material") -> bool:
    from curation.training.out_of_fold import fold_models

    return (fold_models(name, problem, material).folder / "predictions.npz").exists()


def group_copies(material: "Material", config: AuditConfig, stages: Stages) -> Duplicates:
    """Group copies by hashes and by the features of the first frozen architecture, which are computed before.

    These embeddings know nothing of the labels. Without a frozen architecture, hashes are all there is.
    """
    from curation.training.out_of_fold import compute_features
    from models.networks.variants import parse_variant, pretrained_backbone

    checked, workspace = material.prepared.checked, material.prepared.workspace
    variants = {name: parse_variant(name) for name in config.members}
    frozen = next((name for name, variant in variants.items() if variant.mode == "frozen"), None)
    if frozen is None:
        return group_duplicates(checked, workspace, stages)
    variant = variants[frozen]
    compute_features(frozen, variant, material, stages)

    def features() -> FloatArray:
        return material.features(variant.architecture, pretrained_backbone(variant))

    key = digest(variant.architecture, *material.features_inputs(variant))
    return group_duplicates(checked, workspace, stages, EmbeddingSource(key, features))


def take_predictions(
    workspace: Workspace, spec: DatasetSpec, checked: CheckedRows, name: str, predictions: Predictions, stages: Stages
) -> Predicted:
    """Take the predictions of a model trained elsewhere; its embeddings, if any, help to find copies.

    Args:
        workspace: where they are kept, in a run folder of their own.
        spec: the data set.
        checked: its N images.
        name: of the model.
        predictions: of these images, in their order, and of images that cannot be read.
        stages: of the audit.
    """
    readable = np.flatnonzero(np.isin(predictions.image_ids, checked.rows.image_ids))
    predictions = predictions.take(readable, workspace.runs)
    arrays = [predictions.probs, predictions.embeddings, predictions.fold]
    key = digest(bytes_key(predictions.image_ids), [None if array is None else bytes_key(array) for array in arrays])
    run = f"{spec.name}-{name}"[:55] + f"-{key[:8]}"
    output, read = workspace.runs / run / "predictions.npz", partial(check_predictions, workspace.runs / run)
    stages.do(f"predictions {name}", [key], [output], lambda _: predictions.save(output), read=read)
    embeddings = predictions.embeddings
    source = None if embeddings is None else EmbeddingSource(bytes_key(embeddings), lambda: embeddings)
    return Predicted(group_duplicates(checked, workspace, stages, source), {name: run}, {})
