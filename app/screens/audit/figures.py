"""The figures of an audit: what it found, and how accurate the architectures are on the labels as given."""

from dataclasses import dataclass

from markupsafe import Markup

from app.html_parts.tables import Figure, figures
from app.html_parts.templates import macros
from app.panels.data_bar import splits_of
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.review.wrong_labels import WrongLabels
from curation.workspace.names import MEAN_OF_FOLDS
from models.figures.metrics import accuracy, wilson_interval

_HTML = macros(__file__)


@dataclass(frozen=True)
class _Accuracy:
    """A share of right predictions with its 95 % interval, each in [0, 1]."""

    share: float
    low: float
    high: float


def counts(audit: Audit, wrong: WrongLabels) -> Markup:
    """Return how many images, wrong labels, copies, leaks and unreadable files there are.

    Args:
        audit: the results.
        wrong: the estimated number of wrong labels.
    """
    rows, duplicates = audit.rows, audit.duplicates
    to_look_at = audit.consensus.suggested != rows.labels
    return figures(
        [
            Figure(len(rows), "images", "that could be read"),
            Figure(wrong.figure, wrong.name, wrong.sentence()),
            Figure(int(to_look_at.sum()), "to look at", "another label fits better, or may"),
            Figure(int(audit.disagreement().sum()), "models differ", "not all architectures say the same class"),
            Figure(int(duplicates.shared().sum()), "with a copy", "exact or near duplicates"),
            Figure(int(duplicates.leaks(rows.splits).sum()), "leaks", "outside train, with a copy in train"),
            Figure(len(audit.checked.skipped), "skipped", "files that could not be read"),
        ]
    )


def accuracy_table(audit: Audit) -> Markup:
    """Return accuracy on the labels as given, with 95 % intervals, and which models each column is of."""
    splits = splits_of(audit.rows)
    lines = [
        (architecture.name, [_accuracy(audit, architecture, split) for split in splits])
        for architecture in audit.architectures
    ]
    return _HTML.accuracy_table([(split, _models_of(audit, split)) for split in splits], lines)


def _models_of(audit: Audit, split: str) -> str:
    """Return in words which models the accuracies on a split are of."""
    if audit.in_sample:
        return "in-sample, flatters the labels"
    if any(architecture.name not in audit.config["architectures"] for architecture in audit.architectures):
        return "by a model trained elsewhere, fold by fold"
    return "out of fold" if split == "train" else MEAN_OF_FOLDS.format(audit.config["folds"])


def _accuracy(audit: Audit, architecture: ArchitectureResult, split: str) -> _Accuracy:
    mask = audit.rows.splits == split
    share, n = accuracy(audit.rows.labels[mask], architecture.predictions.probs[mask]), int(mask.sum())
    return _Accuracy(share, *wilson_interval(round(share * n), n))
