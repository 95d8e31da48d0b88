"""An ensemble as a training: its members cross-validated or found, one linear layer on top, a run for each seed."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from curation.datasets.catalog import DatasetSpec
from curation.datasets.rows import Rows
from curation.images.checking import rows_key
from curation.images.shared import OnStage
from curation.reports.training.write import write_run_report
from curation.results.trained import group_of
from curation.training.combinations import ENSEMBLE
from curation.training.combine import read_members, save_layers
from curation.training.data import TrainingData, training_data
from curation.training.ensemble_check import check_ensemble
from curation.training.out_of_fold import Material, out_of_fold_run, problem_of, train_out_of_fold
from curation.training.prepared import Prepared
from curation.training.request import TrainRequest
from curation.versions.working_copy import about_version, images_of_version
from curation.workspace.folders import Workspace
from curation.workspace.names import MEAN_OF_FOLDS, slug
from curation.workspace.stages import Stages
from models.arrays import BoolArray, FloatArray, IntArray, Progress
from models.errors import ErrataError
from models.figures.folds import DEFAULT_FOLDS
from models.figures.metrics import evaluate
from models.figures.predictions import Predictions
from models.files.atomic import digest, read_json, write_json
from models.files.runs import computing
from models.jobs.ensemble import average, stack


@dataclass(frozen=True)
class _Plan:
    """One seed of an ensemble."""

    folder: Path
    config: dict[str, Any]
    variants: tuple[str, ...]  # members to cross-validate; the others are runs that are there
    rows: Rows
    groups: IntArray  # (N,) duplicates share a group
    material: Material
    n_folds: int
    seed: int


def run_ensemble(
    workspace: Workspace, spec: DatasetSpec, rows: Rows, request: TrainRequest, on_stage: OnStage | None = None
) -> list[Path]:
    """Fit an ensemble for each seed; return the run folders. A finished run, or member, is not trained again.

    The members are variants, cross-validated as an audit does, or runs of an audit of the same images.

    Args:
        workspace: where everything is kept.
        spec: the data set.
        rows: its images and labels.
        request: what to train; the recipe names the members.
        on_stage: told (stage, done, total).

    Raises:
        ErrataError: as `check_ensemble`, a member that was made from other images or labels, or anything else a person
            can mend.
    """
    check_ensemble(workspace, request)
    checked, duplicates = images_of_version(workspace, spec, rows, request.version, on_stage=on_stage)
    chosen = training_data(checked, duplicates, request.classes, request.recipe.max_train_images)
    kept = chosen.learn | chosen.val | chosen.test
    chosen = _only(chosen, kept)
    groups = duplicates.groups[np.isin(checked.rows.image_ids, chosen.checked.rows.image_ids)]
    material = Material(Prepared(workspace, chosen.checked, request.engine), spec.name, rows_key(chosen.checked))
    plans = [_plan(workspace, request, chosen, groups, material, seed) for seed in request.seeds]
    try:
        for plan in plans:
            if not (plan.folder / "metrics.json").exists():
                _train(workspace, plan, on_stage)
    finally:  # a failed or cancelled one has a page too
        started = [plan.folder for plan in plans if (plan.folder / "config.json").exists()]
        if started:
            output = workspace.reports / spec.name / "runs" / group_of(started[0].name)
            write_run_report(started, output, chosen.checked.rows)
    return [plan.folder for plan in plans]


def _only(chosen: TrainingData, kept: BoolArray) -> TrainingData:
    """Return the images that take part: those --max-train-images left out must be of no fold and no test."""
    checked = chosen.checked
    fewer = replace(
        checked,
        rows=checked.rows.where(kept),
        sha256s=checked.sha256s[kept],
        hashes=checked.hashes[kept],
        sizes_px=checked.sizes_px[kept],
    )
    return TrainingData(fewer, chosen.learn[kept], chosen.val[kept], chosen.test[kept], chosen.leaks)


def _plan(
    workspace: Workspace, request: TrainRequest, chosen: TrainingData, groups: IntArray, material: Material, seed: int
) -> _Plan:
    """Return what is to be done for one seed; the members' folders are known before they are there."""
    from models.jobs.heads import PENALTIES
    from models.networks.checkpoint import versions
    from models.processors.devices import default_device
    from models.training.recipes import OUT_OF_FOLD

    rows, n_folds = chosen.checked.rows, _n_folds(chosen.checked.rows, groups)
    there = {name for name in request.recipe.members if (workspace.runs / name / "config.json").exists()}
    variants = tuple(name for name in request.recipe.members if name not in there)
    runs = {name: name for name in there}
    if variants:
        problem = problem_of(rows, groups, n_folds, seed)
        runs |= {name: out_of_fold_run(name, problem, material)[0] for name in variants}
    for name in there:
        about = read_json(workspace.runs / name / "config.json")
        if about["rows_key"] != material.rows_key:
            raise ErrataError(
                f"{name} was made from other images or labels; name runs of the same data set as it is now"
            )
        n_folds = int(about["folds"])
    of_training = [OUT_OF_FOLD[mode].to_dict() for mode in sorted(OUT_OF_FOLD)]
    key = digest(material.rows_key, sorted(request.recipe.members), n_folds, of_training, PENALTIES, request.version)
    group = f"{material.dataset[:21]}-{slug(request.name)[:20].replace('_', '-').strip('-')}-{key[:8]}"
    config = {
        "dataset": material.dataset,
        "recipe": request.name,
        **about_version(workspace, material.dataset, request.version),
        "rows_key": material.rows_key,
        "leaks": chosen.leaks,
        "max_train_images": request.recipe.max_train_images,
        "architecture": ENSEMBLE,
        "members": runs,
        "folds": n_folds,
        "seed": seed,
        "classes": list(rows.classes),
        "images": {split: int((rows.splits == split).sum()) for split in ("train", "val", "test")},
        "input": {},
        "config": {"folds": n_folds, "members": sorted(runs), "penalties": list(PENALTIES)},
        "device": default_device(),
        "versions": versions(),
    }
    folder = workspace.runs / f"{group}-s{seed}"
    return _Plan(folder, config, variants, rows, groups, material, n_folds, seed)


def _n_folds(rows: Rows, groups: IntArray) -> int:
    """Return as many folds as an audit takes, or fewer where a class has too few distinct training images."""
    train = rows.splits == "train"
    _, first = np.unique(groups[train], return_index=True)
    fewest = int(np.bincount(rows.labels[train][first], minlength=len(rows.classes)).min())
    return min(DEFAULT_FOLDS, max(2, fewest))


def _train(workspace: Workspace, plan: _Plan, on_stage: OnStage | None) -> None:
    """Cross-validate the members, fit the layer, and write stack.npz, predictions.npz and, last, metrics.json."""
    rows, folder = plan.rows, plan.folder
    with computing(folder, plan.config) as run:
        stages = Stages(run, on_stage)
        if plan.variants:
            problem = problem_of(rows, plan.groups, plan.n_folds, plan.seed)
            for name in plan.variants:
                train_out_of_fold(name, problem, plan.material, stages)
        members = read_members(workspace, plan.config["members"])

        def work(_: Progress) -> None:
            found, mean = stack(members, rows.labels, plan.groups, plan.seed), average(members)
            save_layers(found, folder)
            own, held_out = found.predictions, rows.splits != "train"
            assert own.fold is not None  # noqa: S101 - a stack has folds
            shown = Predictions(own.image_ids[held_out], own.probs[held_out], None, own.fold[held_out])
            shown.save(folder / "predictions.npz")
            write_json(folder / "metrics.json", _figures(rows, own, mean, members, plan.n_folds))

        outputs = [folder / "stack.npz", folder / "predictions.npz", folder / "metrics.json"]
        stages.do(f"train {ENSEMBLE}", plan.config["members"], outputs, work)


def _figures(
    rows: Rows, own: Predictions, mean: Predictions, members: dict[str, Predictions], n_folds: int
) -> dict[str, Any]:
    """Return the figures of the ensemble as those of any training, and of what it is to be compared with."""

    def of(probs: FloatArray, split: str) -> dict[str, Any] | None:
        chosen = rows.splits == split
        return evaluate(rows.labels[chosen], probs[chosen], rows.classes) if chosen.any() else None

    every = {ENSEMBLE: own, "average": mean, **members}
    return {
        "schema_version": 1,
        "val": of(own.probs, "val"),
        "test": of(own.probs, "test"),
        "average": of(mean.probs, "test"),
        "members": {name: of(one.probs, "test") for name, one in members.items()},
        "out_of_fold": {name: of(one.probs, "train") for name, one in every.items()},
        "measured": MEAN_OF_FOLDS.format(n_folds),
    }
