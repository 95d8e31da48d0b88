"""What an audit found, read back from its run folder; needs neither torch nor FiftyOne."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from curation.datasets.rows import Rows
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates, conflict_quality
from curation.images.problems import ImageProblems
from curation.scoring.findings import Findings, find
from curation.scoring.scores import Ranking, area_under_margin, rank
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder, audited, slug
from curation.workspace.stages import StageRecord, read_records
from models.arrays import BoolArray, FloatArray, IntArray
from models.errors import ErrataError, unknown
from models.figures.predictions import MARGINS, Predictions
from models.files.atomic import checked_name, read_json
from models.files.npz import read_arrays


@dataclass(frozen=True)
class ArchitectureResult:
    """One architecture's part in an audit."""

    name: str
    slug: str  # its field in the FiftyOne dataset
    run_folder: Path
    predictions: Predictions
    ranking: Ranking
    points: FloatArray | None  # (N, 2) UMAP
    members: tuple[str, ...] = ()  # architectures that it combines, of an ensemble or an average
    frozen: bool = False  # no label took part in its embeddings
    margin_quality: FloatArray | None = None  # (N,) area under the margin; NaN outside train, None: none recorded

    @property
    def backbone_embeddings(self) -> FloatArray | None:
        """Its embeddings, shape (N, D), where no label took part in them; they may judge labels."""
        return self.predictions.embeddings if self.frozen else None


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
    consensus: Ranking  # of all architectures together, copies with other labels first
    stages: tuple[StageRecord, ...]
    problems: ImageProblems | None = None  # None: of an audit that did not look for them

    @property
    def rows(self) -> Rows:
        """The N readable images."""
        return self.checked.rows

    @property
    def voters(self) -> tuple[ArchitectureResult, ...]:
        """Those that count in the consensus; one that combines others would count them twice."""
        return tuple(one for one in self.architectures if not one.members)

    @property
    def in_sample(self) -> bool:
        """Whether some architecture may have trained on the images it judges: its scores flatter the given labels."""
        return any(one.predictions.fold is None for one in self.architectures)

    def suspects(self, split: str | None = None) -> IntArray:
        """Return the row numbers of a split, all of them by default, most suspicious first."""
        own = np.flatnonzero(self.rows.splits == split) if split else np.arange(len(self.rows))
        return own[np.argsort(self.consensus.label_quality[own], kind="stable")]

    def disagreement(self) -> BoolArray:
        """Return where the architectures predict different classes, shape (N,)."""
        predicted = np.stack([one.predictions.probs.argmax(1) for one in self.voters])
        return np.asarray((predicted != predicted[0]).any(0))

    def alternatives(self) -> IntArray:
        """Return the class to hold against the given one, shape (N,): the suggested label, else the runner-up."""
        suggested = self.consensus.suggested
        return np.where(suggested == self.rows.labels, self.consensus.runner_up, suggested)


def load_audit(workspace: Workspace, name: str) -> Audit:
    """Return what the audit of a data set found.

    Raises:
        ErrataError: it was not audited yet, or a file of it is damaged.
    """
    folder = audit_folder(workspace, name)
    if not (folder / "results.json").exists():
        known = audited(workspace)
        if known and name not in known:
            raise unknown("audited data set", name, known)
        raise ErrataError(f"data set {name!r} has no finished audit; run `errata audit {name}`")
    results = read_json(folder / "results.json")
    checked, duplicates = CheckedRows.load(folder), Duplicates.load(folder / "duplicates.npz")
    folders = {one: workspace.runs / checked_name("run", run) for one, run in results["runs"].items()}
    members = results.get("members", {})
    order = sorted(folders, key=lambda one: one in members)  # what combines others behind them
    predictions = {one: Predictions.load(folders[one] / "predictions.npz") for one in order}
    if not all(_fit(own, duplicates, checked.rows) for own in predictions.values()):
        raise ErrataError(f"data set {name!r} has changed since its last finished audit; run `errata audit {name}`")
    architectures = tuple(
        replace(
            _architecture(folder, slug(one, results["version"]), one, folders[one], own, checked.rows.labels),
            members=tuple(members.get(one, ())),
        )
        for one, own in predictions.items()
    )
    found = _findings(folder, checked.rows, duplicates, {one: predictions[one] for one in order if one not in members})
    together = found.ranking(checked.rows.labels)
    quality = conflict_quality(checked.rows.labels, duplicates.groups, together.label_quality)
    together = replace(together, label_quality=quality)
    places = {stage: place for place, stage in enumerate(results.get("stages", []))}
    stages = sorted(read_records(folder).values(), key=lambda record: places.get(record.name, len(places)))
    problems = _problems(folder, len(checked.rows))
    return Audit(
        name, folder, results["config"], checked, duplicates, architectures, found, together, tuple(stages), problems
    )


def _findings(folder: Path, rows: Rows, duplicates: Duplicates, voters: dict[str, Predictions]) -> Findings:
    """Return what was found about the labels; by the architectures alone until the audit has come so far."""
    file = folder / "findings.npz"
    if file.exists():
        found = Findings.load(file)
        if len(found.label_quality) == len(rows) and set(voters) <= set(found.voters):
            return found
    opinions = {name: own.probs for name, own in voters.items()}
    return find(rows.labels, len(rows.classes), rows.splits == "train", duplicates.groups, opinions, {})


def _problems(folder: Path, n: int) -> ImageProblems | None:
    """Return what is known of n images; None of an audit that did not look, or of other images."""
    file = folder / "problems.npz"
    problems = ImageProblems.load(file) if file.exists() else None
    return problems if problems and len(problems.scores) == n else None


def _fit(predictions: Predictions, duplicates: Duplicates, rows: Rows) -> bool:
    """Return whether all three speak of the same images: an audit under way has replaced the rows first."""
    same = np.array_equal(predictions.image_ids, rows.image_ids) and len(duplicates.groups) == len(rows)
    return same and predictions.probs.shape == (len(rows), len(rows.classes))


def _architecture(
    folder: Path, field: str, name: str, run_folder: Path, predictions: Predictions, labels: IntArray
) -> ArchitectureResult:
    map_file = folder / f"map-{field}.npy"
    points = np.load(map_file, allow_pickle=False) if map_file.exists() else None
    if points is not None and len(points) != len(labels):
        points = None  # of an earlier audit
    ranking, frozen = rank(labels, predictions.probs), _is_frozen(run_folder)
    learned = _margin_quality(run_folder / MARGINS, len(labels))
    return ArchitectureResult(name, field, run_folder, predictions, ranking, points, (), frozen, learned)


def _margin_quality(file: Path, n: int) -> FloatArray | None:
    """Return how n labels led while they were learned; None where that was not recorded, or of other images."""
    margins = read_arrays(file)["margins"] if file.exists() else np.zeros(0, np.float32)
    return area_under_margin(margins) if len(margins) == n else None


def _is_frozen(run_folder: Path) -> bool:
    """Return whether a run fitted heads to a frozen backbone; of predictions made elsewhere nobody knows."""
    config = run_folder / "config.json"
    return config.exists() and "penalties" in read_json(config).get("config", {})
