"""A training and its seeds: images checked, pixels or features made once, a run folder for each seed."""

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from curation.datasets.catalog import DatasetSpec
from curation.datasets.rows import Rows
from curation.images.checking import rows_key
from curation.images.shared import OnStage
from curation.reports.training.write import write_run_report
from curation.results.trained import group_of
from curation.training.combinations import ENSEMBLE
from curation.training.data import TrainingData, of_classes, training_data
from curation.training.prepared import Prepared
from curation.training.request import TrainRequest, network_of
from curation.versions.working_copy import about_version, images_of_version, rows_of_version
from curation.workspace.folders import Workspace
from curation.workspace.names import slug
from models.arrays import ByteArray, FloatArray, Progress
from models.files.atomic import digest
from models.processors.processes import side_by_side, training_workers

if TYPE_CHECKING:
    from models.jobs.trained_run import TrainJob
    from models.networks.start import Network
    from models.training.config import TrainConfig


def run_training(
    workspace: Workspace, spec: DatasetSpec, rows: Rows, request: TrainRequest, on_stage: OnStage | None = None
) -> list[Path]:
    """Train one network for each seed; return the run folders. A finished run is not trained again.

    Args:
        workspace: where everything is kept.
        spec: the data set.
        rows: its images and labels.
        request: what to train.
        on_stage: told (stage, done, total).

    Raises:
        ErrataError: anything a person can mend; before any work where it can be known then.
    """
    from models.training.check import check_network
    from models.training.fabric import first_alone

    rows = rows_of_version(workspace, spec.name, rows, request.version)
    if request.recipe.architecture == ENSEMBLE:
        from curation.training.ensemble_run import run_ensemble

        return run_ensemble(workspace, spec, rows, request, on_stage)
    network = network_of(request)
    check_network(network, request.recipe.config, len(request.classes or rows.classes))
    of_classes(rows, request.classes)
    with first_alone() as first:
        checked, duplicates = images_of_version(workspace, spec, rows, request.version, first, on_stage)
        chosen = training_data(checked, duplicates, request.classes, request.recipe.max_train_images)
        jobs = _jobs(workspace, spec, request, network, chosen, on_stage)
    folders = [job.folder for job in jobs]
    try:
        _train_all(jobs, on_stage)
    finally:  # a failed or cancelled one has a page too: its curves say why
        started = [folder for folder in folders if (folder / "config.json").exists()]
        if first and started:
            output = workspace.reports / spec.name / "runs" / group_of(folders[0].name)
            write_run_report(started, output, chosen.checked.rows)
    return folders


def _jobs(
    workspace: Workspace,
    spec: DatasetSpec,
    request: TrainRequest,
    network: "Network",
    chosen: TrainingData,
    on_stage: OnStage | None,
) -> list["TrainJob"]:
    """Return a job for each seed; their pixels or features are made here, once."""
    from models.jobs.trained_run import TrainJob
    from models.processors.mapped import by_name

    config, rows = request.recipe.config, chosen.checked.rows
    prepared = Prepared(workspace, chosen.checked, request.engine)
    about = {
        "dataset": spec.name,
        "recipe": request.name,
        **about_version(workspace, spec.name, request.version),
        "rows_key": rows_key(chosen.checked),
        "leaks": chosen.leaks,
        "weights": str(request.weights or ""),
        "init_from": request.init_from.parent.name if request.init_from else "",
    }
    contents = [path and _file_key(path) for path in (request.weights, request.init_from)]
    start = {**asdict(network), "weights": contents[0], "init_from": contents[1]}
    learned = np.flatnonzero(chosen.learn).tolist()
    key = digest({**about, "weights": ""}, start, config.to_dict(), learned, rows.classes)
    # At most 64 characters with a seed of ten digits.
    group = f"{spec.name[:21]}-{slug(request.name)[:20].replace('_', '-').strip('-')}-{key[:8]}"
    array = _inputs(prepared, network, config, on_stage)
    first = TrainJob(
        workspace.runs / group,
        {**about, "max_train_images": request.recipe.max_train_images},  # the key knows which images these are
        network,
        config,
        0,
        rows.classes,
        rows.image_ids,
        rows.labels,
        chosen.learn,
        chosen.val,
        chosen.test,
        by_name(array),
    )
    return [replace(first, seed=seed, folder=workspace.runs / f"{group}-s{seed}") for seed in request.seeds]


def _file_key(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()[:16]


def _inputs(
    prepared: Prepared, network: "Network", config: "TrainConfig", on_stage: OnStage | None
) -> ByteArray | FloatArray:
    """Return what the network learns from: pixels (N, S, S, 3), or of a frozen backbone features (V, N, D)."""

    def tell(stage: str) -> Progress | None:
        return (lambda done, total: on_stage(stage, done, total)) if on_stage else None

    if network.mode != "frozen":
        return prepared.pixels(network.spec, tell("pixels"))
    backbone = network.build(n_classes=2).backbone
    if config.views == 1:  # those an audit computed, and no second copy of them
        return prepared.features(network.architecture, backbone, network.spec, tell("features"))[None]
    return prepared.views(
        network.architecture, backbone, network.spec, config.augmentation, config.views, tell("features")
    )


def _train_all(jobs: Sequence["TrainJob"], on_stage: OnStage | None) -> None:
    """Train what is not finished: side by side where that pays, one after the other else."""
    from models.figures.curves import read_curve
    from models.jobs.trained_run import train_run
    from models.training.fabric import together

    needed = [not job.finished for job in jobs]
    epochs = jobs[0].config.epochs

    def tell() -> None:
        done = sum(epochs if job.finished else len(read_curve(job.folder)) for job in jobs)
        if on_stage:
            on_stage("train", done, epochs * len(jobs))

    images = 0 if jobs[0].network.mode == "frozen" else int(jobs[0].learn.sum()) * epochs * len(jobs)
    workers = 1 if together() else min(len(jobs), training_workers(images))
    if workers > 1:
        side_by_side(train_run, jobs, needed, workers, tell)
    else:
        for job in itertools.compress(jobs, needed):
            train_run(job, tell)
    tell()
