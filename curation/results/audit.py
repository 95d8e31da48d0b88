"""What an audit found, read back from its run folder; needs neither torch nor FiftyOne."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from curation.datasets.rows import Rows
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates
from curation.images.keys import rows_key
from curation.images.problems import ImageProblems
from curation.results.architectures import (
    ArchitectureResult,
    architecture_results,
    load_points,
    points_file,
    read_predictions,
)
from curation.results.summary import Summary, check_settings, read_results
from curation.scoring.conflicts import weigh_conflicts
from curation.scoring.findings import COPIES_SINCE, Findings, judge_labels
from curation.scoring.scores import Ranking
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder, check_audited
from curation.workspace.stages import StageRecord, read_records
from models.arrays import BoolArray, FloatArray, IntArray
from models.errors import ErrataError
from models.figures.folds import too_few_to_judge
from models.figures.predictions import Predictions
from models.files.schemas import AUDIT_AGAIN

FINDINGS = "findings.npz"  # by the labels as given
TAUGHT_FINDINGS = "findings-with-decisions.npz"  # by these and the verdicts on them
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Audit:
    """Everything an audit of one data set found."""

    name: str
    folder: Path
    config: dict[str, Any]
    checked: CheckedRows
    duplicates: Duplicates
    architectures: tuple[ArchitectureResult, ...]
    findings: Findings  # of all architectures together
    stages: tuple[StageRecord, ...] = ()
    problems: ImageProblems | None = None  # None: an audit that did not look for them
    awaited: tuple[str, ...] = ()  # architectures still to judge: the list is the first, and will get better

    @property
    def rows(self) -> Rows:
        """The N readable images."""
        return self.checked.rows

    @cached_property
    def consensus(self) -> Ranking:
        """The ranking of the labels by all architectures together."""
        return self.findings.ranking(self.rows.labels)

    @property
    def voters(self) -> tuple[ArchitectureResult, ...]:
        """The architectures that count in the consensus; one that combines others would count them twice."""
        return tuple(architecture for architecture in self.architectures if not architecture.members)

    @property
    def in_sample(self) -> bool:
        """Whether an architecture may have trained on the images it judges: its scores flatter the given labels."""
        return any(architecture.predictions.fold is None for architecture in self.architectures)

    def suspects(self, split: str | None = None) -> IntArray:
        """Return the row numbers of a split, all of them by default, most suspicious first."""
        rows = np.flatnonzero(self.rows.splits == split) if split else np.arange(len(self.rows))
        return rows[np.argsort(self.consensus.label_quality[rows], kind="stable")]

    def disagreement(self) -> BoolArray:
        """Return where the architectures predict different classes, shape (N,)."""
        predicted = np.stack([architecture.predictions.probs.argmax(1) for architecture in self.voters])
        return np.asarray((predicted != predicted[0]).any(0))

    def alternatives(self) -> IntArray:
        """Return the class to hold against the given one, shape (N,): the suggested label, else the runner-up."""
        suggested = self.consensus.suggested
        return np.where(suggested == self.rows.labels, self.consensus.runner_up, suggested)


def load_audit(workspace: Workspace, name: str) -> Audit:
    """Return what the audit of a data set found so far.

    Raises:
        ErrataError: it was not audited yet, or a file of it is damaged.
    """
    folder = audit_folder(workspace, name)
    check_audited(workspace, name)
    summary = read_results(folder)
    check_settings(folder)
    checked, duplicates = CheckedRows.load(folder), Duplicates.load(folder / "duplicates.npz")
    rows, n = checked.rows, len(checked.rows)
    predictions = read_predictions(workspace, summary)
    changed = summary.dataset_key not in ("", rows_key(checked))  # an audit under way has replaced the rows first
    if changed or not all(_of_the_same_images(predicted, duplicates, rows) for _, predicted in predictions.values()):
        raise ErrataError(f"data set {name!r} has changed since its last finished audit; run `errata audit {name}`")
    architectures = tuple(
        replace(architecture, points=_points(points_file(folder, architecture.slug), n))
        for architecture in architecture_results(predictions, summary, rows.labels)
    )
    return Audit(
        name,
        folder,
        summary.config,
        checked,
        duplicates,
        architectures,
        _findings(folder, summary, rows, duplicates, architectures),
        _stages_in_order(folder, summary.stages),
        _problems(folder, n),
        summary.awaited,
    )


def _of_the_same_images(predictions: Predictions, duplicates: Duplicates, rows: Rows) -> bool:
    """Return whether all three are of the same images."""
    same = np.array_equal(predictions.image_ids, rows.image_ids) and len(duplicates.groups) == len(rows)
    return same and predictions.probs.shape == (len(rows), len(rows.classes))


def _points(file: Path, n: int) -> FloatArray | None:
    """Return the points of N images on the map, shape (N, 2); None if they are missing, damaged or of other images."""
    try:
        points = load_points(file) if file.exists() else None
    except ErrataError as error:
        _log.warning("%s", error)
        return None
    return points if points is not None and len(points) == n else None


def _findings_file(folder: Path, summary: Summary) -> Path:
    """Return the file of the judgement that an audit was asked for; until that is there, by the labels as given.

    Raises:
        ErrataError: a judgement was written and is gone: without it the list would be another one.
    """
    taught, given = folder / TAUGHT_FINDINGS, folder / FINDINGS
    for stage, file in (("judge again", taught), ("judge", given)):
        if stage in summary.stages and not file.exists():
            raise ErrataError(f"{file} is gone, by which labels are ranked; {AUDIT_AGAIN}")
    return taught if summary.config.get("with_decisions") and taught.exists() else given


def _findings(
    folder: Path,
    summary: Summary,
    rows: Rows,
    duplicates: Duplicates,
    architectures: Sequence[ArchitectureResult],
) -> Findings:
    """Return the judgement of the labels; by the architectures alone until the audit has come so far."""
    voters = [architecture for architecture in architectures if not architecture.members]
    opinions = {voter.name: voter.predictions.probs for voter in voters}
    file = None if summary.awaited else _findings_file(folder, summary)
    if file and file.exists():
        findings = Findings.load(file)
        try:
            findings.check_of(len(rows), opinions, file)
            return _knowing_copies(findings, rows.labels, duplicates.groups)
        except ErrataError:  # of an earlier audit, until this one has judged
            if {"judge", "judge again"} & set(summary.stages):
                raise
    learn, groups = rows.splits == "train", duplicates.groups
    unjudged = None if summary.config.get("predictions") else too_few_to_judge(rows.labels, groups, learn)
    return judge_labels(rows.labels, len(rows.classes), learn, groups, opinions, {}, unjudged=unjudged)


def _knowing_copies(findings: Findings, labels: IntArray, groups: IntArray) -> Findings:
    """Return findings of an earlier Errata, which compared copies only when it read them, with copies weighed."""
    if findings.method >= COPIES_SINCE:
        return findings
    return replace(findings, label_quality=weigh_conflicts(labels, groups, findings.label_quality, findings.probs))


def _stages_in_order(folder: Path, order: Sequence[str]) -> tuple[StageRecord, ...]:
    """Return the finished stages; stages that the summary does not list yet come last."""
    places = {stage: place for place, stage in enumerate(order)}
    return tuple(sorted(read_records(folder).values(), key=lambda record: places.get(record.name, len(places))))


def _problems(folder: Path, n: int) -> ImageProblems | None:
    """Return the problems of N images; None where they are damaged, of other images, or were not looked for."""
    file = folder / "problems.npz"
    try:
        problems = ImageProblems.load(file) if file.exists() else None
    except ErrataError as error:
        _log.warning("%s", error)
        return None
    return problems if problems and len(problems.scores) == n else None
