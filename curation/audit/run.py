"""The main job: images in, models trained, labels judged, everything shown in FiftyOne; resumable, in order.

Each stage is done again where its key changes. A key names all that the result depends on, and nothing else:

    images       folder, classes, names, labels and splits of the listed files, their sizes and modification times;
                 a content that any audit or training of the workspace has read is not decoded again
    problems     content and size of the images; measured values are kept by content
    features     content of the images, the pretrained weights, the input of the network, the engine; kept by content
    pixels       content of the images, the input of the network; kept by content
    duplicates   content of the images, what proposes candidates: hashes alone, or also the weights, input and engine
                 of the first frozen backbone, or the embeddings made elsewhere; compared pairs are kept by content
    train        names, content, labels, splits, groups of copies; architecture, input, recipe, folds, seed (and the
                 engine of a frozen one): together they name the run folder
    train ensemble, train average   as train, and the predictions of the members
    predictions  names of the images, and the predictions made elsewhere
    judge        labels, which of them may be learned from, groups of copies, the voters' runs, seed
    judge again  as judge, and what the settled verdicts say of the labels; with --with-decisions only
    map          the embeddings, seed
    cams         the run, the images and classes to be looked at
    fiftyone     all stages before, version of the labels, Errata's version
    report       all stages before, title, licence, settings, known truth, code and templates of the report

What is computed otherwise than before has a METHOD number in its key, which is raised with the change; that of the
images stands in rows.npz, where version 0.1 had none.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from curation.audit.config import AuditConfig
from curation.audit.first_list import FirstList, shows_first_list
from curation.audit.foreign_predictions import Foreign
from curation.audit.judging import Court
from curation.audit.opinions import take_opinions
from curation.audit.predicting import take_predictions, train_models
from curation.database.names import dataset_name
from curation.datasets.catalog import DatasetSpec
from curation.datasets.fetch import draw_or_unpack
from curation.datasets.read_rows import read_rows
from curation.datasets.rows import Rows
from curation.decisions.ledger import Ledger, log_of, open_ledger
from curation.decisions.lessons import read_lessons
from curation.images.checking import check_listed, note_problems
from curation.images.keys import bytes_key, files_key
from curation.results.architectures import (
    ArchitectureResult,
    architecture_results,
    load_points,
    points_file,
)
from curation.results.audit import Audit
from curation.results.cam_files import cam_jobs
from curation.results.summary import write_results
from curation.review.population import population_of
from curation.review.queue import SUSPICION, whole_queue
from curation.versions.working_copy import working_copy
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_folder
from curation.workspace.run_files import AUDIT_SCHEMA
from curation.workspace.stages import OnStage, Stages
from models.arrays import FloatArray, IntArray, Progress
from models.errors import ErrataError
from models.files.atomic import digest, write_json
from models.files.npy import write_array
from models.files.runs import computing
from models.files.schemas import check_newest, read_as
from models.processors.cluster import Cluster

Elsewhere = tuple[str, Callable[[Rows], Foreign]]  # name and reader of a model's predictions
_JUDGEMENT = ("judge", "cams")  # stages that depend on the judgement of the labels
_END_BYTES = 64  # of a report that has all its pictures inside: its last line and more
_CODE = (".py", ".html", ".svg", ".css")  # of the reports: a changed template writes the report again


def run_audit(
    workspace: Workspace,
    spec: DatasetSpec,
    rows: Rows | None,
    config: AuditConfig,
    predictions: Elsewhere | None = None,
    on_stage: OnStage | None = None,
    cluster: Cluster | None = None,
) -> Audit:
    """Audit a data set; a second call with the same arguments only does what is missing.

    Args:
        workspace: where everything is kept.
        spec: the data set.
        rows: its images and given labels; None: of an embedded data set that is drawn first.
        config: what to do.
        predictions: name and reader of a model's predictions made elsewhere; no model is trained then.
        on_stage: told (stage, done, total).
        cluster: machines that compute; this one alone by default.

    Raises:
        ErrataError: anything a person can fix.
    """
    config, of_labels = config.checked(), {"version": ORIGINAL}
    if rows is not None:
        copy = working_copy(workspace, spec, rows, config.version)
        (spec, rows), of_labels = copy.to_audit(), copy.config
    folder, log = audit_folder(workspace, spec.name), log_of(workspace, spec.name)
    for file in ("results.json", "rows.json"):
        check_newest(folder / file, AUDIT_SCHEMA)  # before anything of it is written over
    if config.with_decisions:
        read_lessons(open_ledger(workspace, spec.name), spec.name)  # else an audit would fail after its first stage
    with computing(folder, {"dataset": spec.name, "source": spec.source, **asdict(config), **of_labels}) as run:
        stages = Stages(run, on_stage)
        if rows is None:
            rows = draw_rows(spec, config.seed, stages)
        foreign = predictions[1](rows) if predictions else None  # before any other work: it may be refused
        left_out = foreign.left_out(rows, config.predictions) if foreign else None
        checked = check_listed(foreign.covered(rows) if foreign else rows, workspace, stages, left_out, cluster)
        lessons = read_lessons(Ledger(log, checked), spec.name) if config.with_decisions else None
        problems = note_problems(checked, workspace, stages)

        first_list = FirstList(folder, spec, checked, config)
        if predictions is None or foreign is None:
            predicted = train_models(workspace, spec, checked, config, stages, first_list.write, cluster)
        else:
            predicted = take_predictions(workspace, spec, checked, predictions[0], foreign.predictions, stages)
        config, summary, opinions = take_opinions(workspace, first_list, stages, predicted)
        if not (replaces := shows_first_list(folder, summary)):
            write_results(folder, summary)  # from here on an interrupted audit shows what it has
        architectures = architecture_results(opinions, summary, checked.rows.labels)
        court = Court(architectures, checked, predicted, config.seed)
        findings = court.judge(stages)
        if replaces:
            write_results(folder, summary)
        if lessons:
            findings = court.judge_again(findings, *lessons, stages)
        architectures = tuple(draw_map(architecture, config.seed, stages) for architecture in architectures)
        audit = Audit(
            spec.name,
            folder,
            summary.config,
            checked,
            predicted.duplicates,
            architectures,
            findings,
            problems=problems,
        )
        draw_suspects(audit, config, stages, cluster)
        write_dataset(workspace, audit, stages)
        report(workspace, audit, spec, stages)
        stages.forget_others()
        write_results(folder, replace(summary, stages=_names(stages)))
        return replace(audit, stages=tuple(stages.records))


def draw_rows(spec: DatasetSpec, seed: int, stages: Stages) -> Rows:
    """Draw an embedded data set and return its images with their given labels.

    Args:
        spec: the data set.
        seed: as for `read_rows`.
        stages: of the audit.
    """
    stages.passing("draw", lambda progress: draw_or_unpack(spec, progress))
    return read_rows(spec, seed)


def draw_map(architecture: ArchitectureResult, seed: int, stages: Stages) -> ArchitectureResult:
    """Return the architecture with its embeddings projected to two dimensions, where it has some."""
    embeddings, output = architecture.predictions.embeddings, points_file(stages.run_folder, architecture.slug)
    if embeddings is None:
        return architecture

    def work(_: Progress) -> FloatArray:
        from curation.audit.projection import project

        points = project(embeddings, seed)
        write_array(output, points)
        return points

    inputs = [bytes_key(embeddings), seed]
    points = stages.value(f"map {architecture.name}", inputs, [output], work, lambda: load_points(output))
    return replace(architecture, points=points)


def draw_suspects(audit: Audit, config: AuditConfig, stages: Stages, cluster: Cluster | None = None) -> None:
    """Draw Grad-CAM maps of the most suspicious images for the given and the suggested class.

    And of those drawn at random that a review shows among them: without maps they would look unlike the others.
    """
    splits = sorted(set(audit.rows.splits.tolist()))
    suspects = np.concatenate([_first_looks(audit, split, config.cams_per_split) for split in splits])
    for architecture in audit.architectures:
        if architecture.name not in config.members:
            continue  # trained elsewhere, or a combination: there is no network to look into
        jobs = cam_jobs(audit, architecture, suspects)

        def work(progress: Progress, architecture: ArchitectureResult = architecture) -> None:
            from curation.training.cam import draw_cams

            draw_cams(architecture.run_folder, architecture.name, jobs, progress=progress, cluster=cluster)  # noqa: B023

        inputs = [architecture.run_folder.name, [job.output.name for job in jobs]]
        stages.do(f"cams {architecture.name}", inputs, [job.output for job in jobs], work)


def _first_looks(audit: Audit, split: str, n: int) -> IntArray:
    """Return the n most suspicious images of a split, and those drawn at random among the first n looks."""
    part = population_of(audit, audit.rows.splits == split)
    queue = whole_queue(part, audit.rows.labels, audit.consensus.suggested, SUSPICION)
    return np.concatenate([audit.suspects(split)[:n], np.setdiff1d(queue.rows[:n], audit.suspects(split)[:n])])


def write_dataset(workspace: Workspace, audit: Audit, stages: Stages) -> None:
    """Write everything into the FiftyOne dataset; where only the judgement is another one, its fields alone."""
    from curation.in_fiftyone.part import limit_of

    marker, limit = stages.run_folder / "fiftyone.json", limit_of(audit)
    about = [audit.config["version"], version("errata-vision"), *([limit] if 0 < limit < len(audit.rows) else [])]
    unjudged = digest(about, [record.key for record in stages.records if not record.name.startswith(_JUDGEMENT)])

    def work(progress: Progress) -> None:
        from curation.in_fiftyone.write_audit import write_audit, write_judgement

        noted = _noted(marker)
        if noted != unjudged or not write_judgement(workspace, audit, progress):
            if marker.exists():  # a process that is killed from here on leaves nobody knows which judgement
                write_json(marker, {"dataset": dataset_name(audit.name)})
            write_audit(workspace, audit, progress)
        write_json(marker, {"dataset": dataset_name(audit.name), "unjudged": unjudged})

    inputs = [_keys(stages), *about]
    stages.do("fiftyone", inputs, [marker], work)


@dataclass(frozen=True)
class _Written:
    """What fiftyone.json says of the dataset in FiftyOne."""

    unjudged: str = ""  # digest of all but the judgement


def _noted(marker: Path) -> str:
    """Return which audit is in FiftyOne, but for its judgement; empty where nobody knows: all is written then."""
    with suppress(ErrataError):
        return read_as(marker, _Written).unjudged if marker.exists() else ""
    return ""


def report(workspace: Workspace, audit: Audit, spec: DatasetSpec, stages: Stages) -> None:
    """Write report.html and report.json."""
    folder = workspace.reports / audit.name

    def work(_: Progress) -> None:
        from curation.reports.audit.write import write_report
        from curation.review.wrong_labels import wrong_labels_of

        wrong = wrong_labels_of(workspace, audit).figures()
        write_report(replace(audit, stages=tuple(stages.records)), spec, folder, wrong)

    truth = audit.rows.root / "truth.csv"  # compared with the ranking where a data set has it
    code = sorted(path for path in Path(__file__).parents[1].joinpath("reports").rglob("*") if path.suffix in _CODE)
    about = [spec.title, spec.licence, audit.config]
    inputs = [_keys(stages), about, files_key([truth]), files_key(code)]
    outputs = [folder / "report.html", folder / "report.json"]
    stages.do("report", inputs, outputs, work, read=lambda: _read_report(folder))


def _names(stages: Stages) -> tuple[str, ...]:
    return tuple(record.name for record in stages.records)


def _keys(stages: Stages) -> list[str]:
    """Return the keys of all stages so far: of everything that they depend on."""
    return [record.key for record in stages.records]


def _read_report(folder: Path) -> None:
    """Raise where a report is not whole.

    Raises:
        ErrataError: it is not.
    """
    read_as(folder / "report.json", dict[str, Any])
    page = folder / "report.html"
    with page.open("rb") as file:
        file.seek(-min(_END_BYTES, page.stat().st_size), os.SEEK_END)
        if not file.read().rstrip().endswith(b"</html>"):
            raise ErrataError(f"{page} is damaged")
