"""A training and its seeds: images checked, pixels or features made once, a run folder for each seed."""

import itertools
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from curation.datasets.catalog import DatasetSpec
from curation.datasets.rows import Rows
from curation.images.keys import rows_key
from curation.images.unchanged import file_sha256
from curation.reports.training.write import write_run_report
from curation.results.trained import report_folder
from curation.training.data import TrainingData, of_classes, training_data
from curation.training.prepared import Prepared
from curation.training.request import OnRuns, TrainRequest, group_name
from curation.versions.working_copy import WorkingCopy, working_copy
from curation.workspace.folders import Workspace
from curation.workspace.stages import OnStage
from models.arrays import ByteArray, Features, Progress
from models.files.atomic import digest
from models.processors.processes import side_by_side, training_workers

if TYPE_CHECKING:
    from models.jobs.trained_run import TrainJob
    from models.networks.classifier import Backbone


def run_training(
    workspace: Workspace,
    spec: DatasetSpec,
    rows: Rows,
    request: TrainRequest,
    on_stage: OnStage | None = None,
    on_runs: OnRuns | None = None,
) -> list[Path]:
    """Train one network for each seed; return the run folders. A finished run is not trained again.

    Args:
        workspace: where everything is kept.
        spec: the data set.
        rows: its images and labels.
        request: what to train; no ensemble, see `run_ensemble`.
        on_stage: told (stage, done, total).
        on_runs: told the run folders, one for each seed, before anything is trained.

    Raises:
        ErrataError: anything a person can fix; raised before any work where possible.
    """
    from models.training.check import checked_classifier
    from models.training.fabric import first_alone

    copy = working_copy(workspace, spec, rows, request.version)
    n_classes = len(request.classes or copy.rows.classes)
    backbone = checked_classifier(request.network, request.recipe.config, n_classes).backbone
    of_classes(copy.rows, request.classes)
    with first_alone() as first:
        checked, duplicates = copy.images(first, on_stage)
        data = training_data(checked, duplicates, request.classes, request.recipe.max_train_images)
        jobs = _jobs(copy, request, data, backbone, on_stage)
        del backbone  # the networks that learn are built anew
    folders = [job.folder for job in jobs]
    if on_runs:
        on_runs(folders)
    try:
        _train_all(jobs, on_stage)
    finally:  # a failed or cancelled run has a page too: its curves say why
        started = [folder for folder in folders if (folder / "config.json").exists()]
        if first and started:
            write_run_report(started, report_folder(workspace, spec.name, folders[0].name), data.checked.rows)
    return folders


def _jobs(
    copy: WorkingCopy, request: TrainRequest, data: TrainingData, backbone: "Backbone", on_stage: OnStage | None
) -> list["TrainJob"]:
    """Return a job for each seed; the pixels or features for all of them are made here."""
    from models.jobs.trained_run import TrainJob
    from models.processors.mapped import by_name

    network, config, rows, dataset = request.network, request.recipe.config, data.checked.rows, copy.spec.name
    provenance = {
        "dataset": dataset,
        "recipe": request.name,
        **copy.config,
        "rows_key": rows_key(data.checked),
        "leaks": data.leaks,
        "weights": str(request.weights or ""),
        "init_from": request.init_from.parent.name if request.init_from else "",
    }
    contents = [path and file_sha256(path)[:16] for path in (request.weights, request.init_from)]
    start = {**asdict(network), "weights": contents[0], "init_from": contents[1]}
    learned = np.flatnonzero(data.learn).tolist()
    key = digest({**provenance, "weights": ""}, start, config.to_dict(), learned, rows.classes)
    group = group_name(dataset, request.name, key)
    inputs = _inputs(Prepared(copy.workspace, data.checked, request.engine), request, backbone, on_stage)
    first = TrainJob(
        folder=copy.workspace.runs / group,
        # The limit is not in the key: the key holds the images themselves.
        about={**provenance, "max_train_images": request.recipe.max_train_images},
        network=network,
        config=config,
        seed=0,
        classes=rows.classes,
        image_ids=rows.image_ids,
        labels=rows.labels,
        learn=data.learn,
        val=data.val,
        test=data.test,
        inputs=by_name(inputs),
    )
    return [replace(first, seed=seed, folder=copy.workspace.runs / f"{group}-s{seed}") for seed in request.seeds]


def _inputs(
    prepared: Prepared, request: TrainRequest, backbone: "Backbone", on_stage: OnStage | None
) -> ByteArray | Features:
    """Return what the network learns from: pixels (N, S, S, 3), or of a frozen backbone features (V, N, D)."""

    def told(stage: str) -> Progress | None:
        return (lambda done, total: on_stage(stage, done, total)) if on_stage else None

    network, config = request.network, request.recipe.config
    if network.mode != "frozen":
        return prepared.pixels(network.spec, told("pixels"))
    if config.views == 1:  # the features that an audit computed, without a second copy
        return prepared.features(network.architecture, backbone, network.spec, told("features"))[None]
    return prepared.views(
        network.architecture, backbone, network.spec, config.augmentation, config.views, told("features")
    )


def _train_all(jobs: Sequence["TrainJob"], on_stage: OnStage | None) -> None:
    """Train what is not finished: side by side where that pays, else one after the other."""
    from models.figures.curves import read_curve
    from models.jobs.trained_run import train_run
    from models.training.fabric import together

    needed = [not job.finished for job in jobs]
    epochs = jobs[0].config.epochs

    def report_epochs() -> None:
        done = sum(epochs if job.finished else len(read_curve(job.folder)) for job in jobs)
        if on_stage:
            on_stage("train", done, epochs * len(jobs))

    images = 0 if jobs[0].network.mode == "frozen" else int(jobs[0].learn.sum()) * epochs * len(jobs)
    workers = 1 if together() else min(len(jobs), training_workers(images))
    if workers > 1:
        side_by_side(train_run, jobs, needed, workers, report_epochs)
    else:
        for job in itertools.compress(jobs, needed):
            train_run(job, report_epochs)
    report_epochs()
