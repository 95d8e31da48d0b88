"""An ensemble as a training: its members cross-validated or taken from runs, one linear layer on top, a run a seed."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from curation.datasets.catalog import DatasetSpec
from curation.datasets.rows import SPLITS, Rows
from curation.images.keys import rows_key
from curation.reports.training.write import write_run_report
from curation.results.trained import report_folder
from curation.training.combine import AVERAGE, ENSEMBLE, read_members, save_layers
from curation.training.data import TrainingData, training_data
from curation.training.ensemble_check import check_ensemble
from curation.training.out_of_fold import FoldModels, Material, fold_models, problem_of, train_fold_models
from curation.training.prepared import Prepared
from curation.training.request import OnRuns, TrainRequest, group_name
from curation.versions.working_copy import WorkingCopy, working_copy
from curation.workspace.folders import Workspace
from curation.workspace.names import MEAN_OF_FOLDS
from curation.workspace.run_files import read_config
from curation.workspace.stages import OnStage, Stages
from models.arrays import IntArray, Progress
from models.errors import ErrataError
from models.figures.folds import DEFAULT_FOLDS
from models.figures.metrics import evaluate
from models.figures.predictions import Predictions
from models.files.atomic import digest, write_json
from models.files.runs import computing
from models.jobs.ensemble import average, stack
from models.jobs.heads import PENALTIES
from models.networks.checkpoint import library_versions
from models.processors.devices import default_device
from models.training.recipes import OUT_OF_FOLD


@dataclass(frozen=True)
class _Plan:
    """One seed of an ensemble."""

    workspace: Workspace
    folder: Path
    config: dict[str, Any]
    to_train: tuple[FoldModels, ...]  # members to cross-validate; the others are runs of the workspace
    data: TrainingData
    n_folds: int
    seed: int


def run_ensemble(
    workspace: Workspace,
    spec: DatasetSpec,
    rows: Rows,
    request: TrainRequest,
    on_stage: OnStage | None = None,
    on_runs: OnRuns | None = None,
) -> list[Path]:
    """Fit an ensemble for each seed; return the run folders. A finished run, or member, is not trained again.

    The members are variants, cross-validated as an audit does, or runs of an audit of the same images.

    Args:
        workspace: where everything is kept.
        spec: the data set.
        rows: its images and labels.
        request: what to train; the recipe names the members.
        on_stage: told (stage, done, total).
        on_runs: told the run folders, one for each seed, before anything is trained.

    Raises:
        ErrataError: as `check_ensemble`, a member that was made from other images or labels, or anything else a person
            can fix.
    """
    check_ensemble(workspace, request)
    copy = working_copy(workspace, spec, rows, request.version)
    checked, duplicates = copy.images(on_stage=on_stage)
    data = training_data(checked, duplicates, request.classes, request.recipe.max_train_images).used()
    material = Material(Prepared(workspace, data.checked, request.engine), spec.name, rows_key(data.checked))
    plans = [_plan(copy, request, data, material, seed) for seed in request.seeds]
    if on_runs:
        on_runs([plan.folder for plan in plans])
    try:
        for plan in plans:
            if not (plan.folder / "metrics.json").exists():
                _train(plan, on_stage)
    finally:  # a failed or cancelled run has a page too
        started = [plan.folder for plan in plans if (plan.folder / "config.json").exists()]
        if started:
            write_run_report(started, report_folder(workspace, spec.name, started[0].name), data.checked.rows)
    return [plan.folder for plan in plans]


def _plan(copy: WorkingCopy, request: TrainRequest, data: TrainingData, material: Material, seed: int) -> _Plan:
    """Return what is to be done for one seed. Folder names are computed before the folders exist."""
    workspace, rows, members = copy.workspace, data.checked.rows, request.recipe.members
    runs = {name: name for name in members if (workspace.runs / name / "config.json").exists()}
    n_folds = _folds_of_runs(workspace, runs, material.rows_key) or _n_folds(rows, data.groups)
    to_train: tuple[FoldModels, ...] = ()
    if variants := [name for name in members if name not in runs]:
        problem = problem_of(rows, data.groups, n_folds, seed)
        to_train = tuple(fold_models(name, problem, material) for name in variants)
        runs |= {models.name: models.folder.name for models in to_train}
    methods = [OUT_OF_FOLD[mode].to_dict() for mode in sorted(OUT_OF_FOLD)]
    key = digest(material.rows_key, sorted(members), n_folds, methods, PENALTIES, request.version)
    config = {
        "dataset": material.dataset,
        "recipe": request.name,
        **copy.config,
        "rows_key": material.rows_key,
        "leaks": data.leaks,
        "max_train_images": request.recipe.max_train_images,
        "architecture": ENSEMBLE,
        "members": runs,
        "folds": n_folds,
        "seed": seed,
        "classes": list(rows.classes),
        "images": {split: int((rows.splits == split).sum()) for split in SPLITS},
        "input": {},
        "config": {"folds": n_folds, "members": sorted(runs), "penalties": list(PENALTIES)},
        "device": default_device(),
        "versions": library_versions(),
    }
    folder = workspace.runs / f"{group_name(material.dataset, request.name, key)}-s{seed}"
    return _Plan(workspace, folder, config, to_train, data, n_folds, seed)


def _folds_of_runs(workspace: Workspace, runs: Iterable[str], rows_key: str) -> int:
    """Return how many folds the runs that are named as members have; 0 where no run is named.

    Raises:
        ErrataError: a run was made from other images or labels.
    """
    n_folds = 0
    for name in runs:
        config = read_config(workspace.runs / name)
        if config.get("rows_key") != rows_key:
            raise ErrataError(
                f"{name} was made from other images or labels; name runs of the same data set as it is now"
            )
        n_folds = int(config["folds"])
    return n_folds


def _n_folds(rows: Rows, groups: IntArray) -> int:
    """Return as many folds as an audit takes, or fewer where a class has too few distinct training images."""
    train = rows.splits == "train"
    _, first = np.unique(groups[train], return_index=True)
    fewest = int(np.bincount(rows.labels[train][first], minlength=len(rows.classes)).min())
    return min(DEFAULT_FOLDS, max(2, fewest))


def _train(plan: _Plan, on_stage: OnStage | None) -> None:
    """Cross-validate the members, fit the layer, and write stack.npz, predictions.npz and, last, metrics.json."""
    rows, groups, folder = plan.data.checked.rows, plan.data.groups, plan.folder
    with computing(folder, plan.config) as run:
        stages = Stages(run, on_stage)
        for models in plan.to_train:
            train_fold_models(models, stages)
        members = read_members(plan.workspace, plan.config["members"])

        def work(_: Progress) -> None:
            stacked, mean = stack(members, rows.labels, groups, plan.seed), average(members)
            save_layers(stacked, folder)
            predictions, held_out = stacked.predictions, rows.splits != "train"
            assert predictions.fold is not None  # noqa: S101 - a stack has folds
            Predictions(
                predictions.image_ids[held_out], predictions.probs[held_out], None, predictions.fold[held_out]
            ).save(folder / "predictions.npz")
            write_json(folder / "metrics.json", _figures(rows, predictions, mean, members, plan.n_folds))

        outputs = [folder / "stack.npz", folder / "predictions.npz", folder / "metrics.json"]
        stages.do(f"train {ENSEMBLE}", plan.config["members"], outputs, work)


def _figures(
    rows: Rows, ensemble: Predictions, mean: Predictions, members: dict[str, Predictions], n_folds: int
) -> dict[str, Any]:
    """Return the figures of the ensemble as those of any training, with those of the mean and of each member."""

    def measured(predictions: Predictions, split: str) -> dict[str, Any] | None:
        chosen = rows.splits == split
        return evaluate(rows.labels[chosen], predictions.probs[chosen], rows.classes) if chosen.any() else None

    compared = {ENSEMBLE: ensemble, AVERAGE: mean, **members}
    return {
        "schema_version": 1,
        "val": measured(ensemble, "val"),
        "test": measured(ensemble, "test"),
        "average": measured(mean, "test"),
        "members": {name: measured(predictions, "test") for name, predictions in members.items()},
        "out_of_fold": {name: measured(predictions, "train") for name, predictions in compared.items()},
        "measured": MEAN_OF_FOLDS.format(n_folds),
    }
