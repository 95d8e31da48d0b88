"""The voters of an audit that chooses them by itself: their time is measured, then one after the other is trained.

Each choice is a stage of its own, so that a second audit with the same budget finds the same voters at once.
"""

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from curation.audit.choices import FINETUNED, Choice, Figures, after_probe, first_choice, too_long
from curation.audit.training_time import estimated_seconds, missing_weights
from curation.scoring.findings import judge_labels
from curation.scoring.pooling import pooled, pooling_weights
from curation.training.out_of_fold import FoldModels, Material, fold_models, train_out_of_fold
from curation.workspace.names import slug
from curation.workspace.stages import Stages
from models.arrays import BoolArray, FloatArray, IntArray, Progress
from models.figures.metrics import accuracy
from models.figures.predictions import NO_FOLD, Predictions
from models.files.atomic import write_json
from models.files.schemas import read_as

if TYPE_CHECKING:
    from models.jobs.fold import Problem

METHOD = 1  # raised when the same figures lead to another choice
LAST_S, LAST_PER_IMAGE_S = 30.0, 0.01  # what an audit does after the last training


@dataclass(frozen=True)
class Budget:
    """The minutes of an audit, counted from its start."""

    minutes: float
    images: int  # N: what comes after the last training takes the longer, the more there are
    started: float  # Unix time, s

    @property
    def left_s(self) -> float:
        """Seconds that are left for features and trainings; below 0 where time is over."""
        after = LAST_S + LAST_PER_IMAGE_S * self.images
        return 60 * self.minutes - (time.time() - self.started) - after


@dataclass
class Voters:
    """The voters so far of an audit that chooses them by itself, and all choices with their reasons."""

    problem: "Problem"
    material: Material
    stages: Stages
    budget: Budget
    runs: dict[str, str] = field(default_factory=dict)  # architecture -> name of its run folder
    choices: list[Choice] = field(default_factory=list)

    def consider(self, name: str) -> None:
        """Choose whether an architecture votes, and train it where it does."""
        output = self.stages.run_folder / f"choice-{slug(name)}.json"
        models = fold_models(name, self.problem, self.material)

        def work(progress: Progress) -> Choice:
            choice = self._chosen(models, progress)
            write_json(output, choice.to_dict())
            return choice

        def load() -> Choice:
            return read_as(output, Choice)

        inputs = [METHOD, models.folder.name, sorted(self.runs.values()), self.budget.minutes]
        choice = self.stages.value(f"choose {name}", inputs, [output], work, load, models.folder.name)
        self.choices.append(choice)
        if choice.votes:
            self.runs[name] = train_out_of_fold(name, self.problem, self.material, self.stages)

    def _chosen(self, models: FoldModels, progress: Progress) -> Choice:
        if problem := missing_weights(models.name):
            return Choice(models.name, False, problem)
        seconds = estimated_seconds(models)
        late = too_long(models.name, seconds, self.budget.left_s, self.budget.minutes)
        if late and self.runs:  # without any other, the first that can be had votes
            return late
        if models.name != FINETUNED or not self.runs:
            return first_choice(models.name, seconds)
        return self._probed(models, progress)

    def _probed(self, models: FoldModels, progress: Progress) -> Choice:
        """Train the first folds of a fine-tuned network; return whether they help and the others fit the budget."""
        from models.jobs.cross_validate import fold_workers, held_out_probs, train_folds
        from models.training.recipes import OUT_OF_FOLD

        started, problem, config = time.monotonic(), self.problem, OUT_OF_FOLD[models.variant.mode]
        first = fold_workers(problem, config)
        pixels, cluster = self.material.pixels(models.variant), self.material.prepared.cluster
        train_folds(models.name, problem, pixels, config, models.folder, progress, first=first, cluster=cluster)
        rows, tuned = held_out_probs(models.folder, problem, first)
        labels, others = problem.labels[rows], self._judged()[rows]
        before = Figures(accuracy(labels, others), pooled_loss([others], labels))
        after = Figures(accuracy(labels, tuned), pooled_loss([others, tuned], labels))
        choice = after_probe(models.name, before, after, int(rows.sum()))
        finished = (models.folder / "predictions.npz").exists()
        rest = 0.0 if finished else (time.monotonic() - started) / first * (problem.n_folds - first)
        late = too_long(models.name, rest, self.budget.left_s, self.budget.minutes)
        return late if choice.votes and late else choice

    def _judged(self) -> FloatArray:
        """Return what all voters so far say together, shape (N, K), as the audit would judge by them."""
        problem, runs = self.problem, self.material.prepared.workspace.runs
        voters = {name: Predictions.load(runs / run / "predictions.npz") for name, run in self.runs.items()}
        opinions = {name: voter.probs for name, voter in voters.items()}
        frozen = [name for name in voters if fold_models(name, problem, self.material).variant.mode == "frozen"]
        embeddings = {name: voters[name].embeddings for name in frozen}
        known = {name: values for name, values in embeddings.items() if values is not None}
        evidence = {name: self.material.evidence(name) for name in known}
        learn, n_classes = problem.fold != NO_FOLD, len(problem.classes)
        return judge_labels(
            problem.labels, n_classes, learn, problem.groups, opinions, known, evidence, problem.seed
        ).probs


def pooled_loss(opinions: list[FloatArray], labels: IntArray) -> float:
    """Return the log loss of opinions, shape (R, K) each, pooled as the audit pools them, on labels, shape (R,)."""
    every: BoolArray = np.ones(len(labels), bool)
    together = pooled(opinions, pooling_weights(opinions, labels, every))
    return float(-np.log(np.maximum(together[np.arange(len(labels)), labels], 1e-12)).mean())
