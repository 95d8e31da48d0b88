"""The judgement of the labels by all architectures and frozen embeddings, and once more with what people decided."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from curation.audit.predicting import Predicted
from curation.decisions.lessons import lessons_key
from curation.images.checked_rows import CheckedRows
from curation.images.keys import bytes_key
from curation.results.architectures import ArchitectureResult
from curation.results.audit import FINDINGS, TAUGHT_FINDINGS
from curation.scoring.findings import METHOD, Findings, judge_labels
from curation.scoring.groundwork import Groundwork
from curation.scoring.lessons import Lessons
from curation.workspace.stages import Stages
from models.arrays import Progress
from models.figures.folds import too_few_to_judge
from models.files.atomic import digest

_GROUNDWORK = "groundwork.npz"  # in the audit folder


@dataclass(frozen=True)
class Court:
    """What N labels are judged by."""

    architectures: Sequence[ArchitectureResult]
    checked: CheckedRows
    predicted: Predicted
    seed: int

    def judge(self, stages: Stages) -> Findings:
        """Judge every label by models that learned from the given labels."""
        output = stages.run_folder / FINDINGS

        def work(_: Progress) -> Findings:
            groundwork = Groundwork(scratch=stages.run_folder)
            findings = self._findings(None, groundwork)
            groundwork.save(stages.run_folder / _GROUNDWORK, self._key())
            findings.save(output)
            return findings

        return stages.value("judge", self._inputs(), [output], work, lambda: self._load(output))

    def judge_again(self, first: Findings, lessons: Lessons, line: int, stages: Stages) -> Findings:
        """Judge every given label by models that learned from the verdicts too; networks are not trained again.

        Args:
            first: the judgement by the given labels alone: looks are still drawn by it.
            lessons: what the verdicts say.
            line: of the decision log, up to which they count.
            stages: of the audit.
        """
        output = stages.run_folder / TAUGHT_FINDINGS
        key = lessons_key(lessons)

        def work(_: Progress) -> Findings:
            groundwork = Groundwork.load(stages.run_folder / _GROUNDWORK, self._key(), stages.run_folder)
            findings = replace(
                self._findings(lessons, groundwork),
                lessons=key,
                verdicts=int(lessons.taught.sum()),
                line=line,
                first_quality=first.label_quality,
            )
            findings.save(output)
            return findings

        inputs = [*self._inputs(), key]
        return stages.value("judge again", inputs, [output], work, lambda: self._load(output))

    def _load(self, path: Path) -> Findings:
        findings = Findings.load(path)
        findings.check_of(len(self.checked.rows), [voter.name for voter in self._voters()], path)
        return findings

    def _key(self) -> str:
        return digest(self._inputs())

    def _inputs(self) -> list[Any]:
        """Return all that the judgement depends on, as JSON holds it."""
        rows = self.checked.rows
        runs = {voter.name: voter.run_folder.name for voter in self._voters()}
        arrays = bytes_key(rows.labels, rows.splits == "train", self.predicted.duplicates.groups)
        return [METHOD, arrays, runs, self.seed]

    def _voters(self) -> list[ArchitectureResult]:
        return [architecture for architecture in self.architectures if not architecture.members]

    def _findings(self, lessons: Lessons | None, groundwork: Groundwork) -> Findings:
        rows, groups = self.checked.rows, self.predicted.duplicates.groups
        opinions = {voter.name: voter.predictions.probs for voter in self._voters()}
        frozen = {voter.name: voter.predictions.embeddings for voter in self._voters() if voter.frozen}
        embeddings = {name: values for name, values in frozen.items() if values is not None}
        material = self.predicted.material
        evidence = {name: material.evidence(name) for name in embeddings} if material else None
        learn = rows.splits == "train"
        unjudged = too_few_to_judge(rows.labels, groups, learn) if material else None
        return judge_labels(
            rows.labels,
            len(rows.classes),
            learn,
            groups,
            opinions,
            embeddings,
            evidence,
            self.seed,
            lessons,
            groundwork,
            unjudged,
        )
