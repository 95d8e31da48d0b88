"""From verdicts in force to a version: which label, split and membership each image gets, and why."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from curation.datasets.rows import SPLITS, Rows
from curation.decisions.decision import Decision
from curation.decisions.labels import DecidedLabels, decided_labels
from curation.decisions.state import State
from curation.decisions.today import MOVED, gone_sentence
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates
from curation.scoring.scores import Ranking
from curation.versions.guard import check_guard
from curation.versions.request import VersionRequest
from curation.versions.rows import AUTO, BETWEEN_NAMES, LEAK, CuratedRows, Texts, decision_texts
from curation.versions.shares import remake
from curation.words import counted, first_few
from models.arrays import BoolArray, IntArray
from models.errors import ErrataError


@dataclass(frozen=True)
class Curated:
    """The images as a request makes them, and what its report says."""

    images: CuratedRows
    leaks: BoolArray  # (N,) with a twin in a split further on, before leaks were left out
    taken_back: int  # automatic labels of the parent that are not taken over: judged since, or in test now
    changed_classes: tuple[str, ...] = ()  # what became of verdicts where classes were renamed or images moved


def curate(
    checked: CheckedRows,
    duplicates: Duplicates,
    state: State,
    request: VersionRequest,
    ranking: Ranking | None = None,
    parent: CuratedRows | None = None,
) -> Curated:
    """Return the curated images.

    Verdicts always apply to the labels as given, so a verdict that was taken back since the parent has no effect. Only
    splits, left-out leaks and automatic labels are taken over from the parent.

    Args:
        checked: N audited images, labels and splits as given.
        duplicates: copies among them.
        state: verdicts in force.
        request: what is asked for.
        ranking: of the N; needed where labels are to be accepted automatically.
        parent: None for the labels as given.

    Raises:
        ErrataError: a decision names a class that the data set no longer has, or no image is left.
    """
    rows = checked.rows
    _check_classes(state)
    inheritance = Inheritance(checked, parent)
    decided = decided_labels(state, rows)
    _check_people(decided)
    splits = inheritance.splits()
    out = decision_texts(np.where(decided.excluded, decided.decisions, ""))
    if request.shares:
        splits = remake(rows.image_ids, decided.labels, duplicates.groups, out == "", request.shares, request.seed)
    else:
        out[(out == "") & inheritance.left_out()] = LEAK
    labels, decisions = decided.labels.copy(), decision_texts(decided.decisions)
    open_to_models = _open_to_models(decided, rows.splits, splits, out)
    inherited = inheritance.automatic(rows.classes)
    accepted = _accepted(request, ranking, rows, splits)
    for proposed in (inherited, accepted):
        taken = open_to_models & (proposed >= 0) & (proposed != rows.labels)
        labels[taken], decisions[taken] = proposed[taken], AUTO
    leaks = find_leaks(duplicates.groups, splits, out == "")
    if request.drop_leaks:
        out[leaks] = LEAK
    if not (out == "").any():
        raise ErrataError("every image would be left out; undo some exclude decisions first")
    reviewers, times = _reviewers_and_times(decided, state, rows)
    soft_rows = np.flatnonzero((decided.soft.max(1, initial=0) < 1) & (out == ""))
    images = CuratedRows(
        replace(checked, rows=Rows(rows.root, rows.classes, rows.image_ids, labels, splits)),
        rows.labels,
        rows.splits,
        out,
        decisions,
        reviewers,
        times,
        decided.disputed,
        duplicates,
        soft_rows,
        decided.soft[soft_rows],
    )
    check_guard(images)
    taken_back = int(((inherited >= 0) & (decisions != AUTO)).sum())
    return Curated(images, leaks, taken_back, tuple(_changed_classes(state)))


def find_leaks(groups: IntArray, splits: Texts, members: BoolArray) -> BoolArray:
    """Return which members have a twin in a split further on, in the order train, val, test; shape (N,).

    These are the images to leave out: the test split stays whole.
    """
    places = np.array([SPLITS.index(split) for split in splits.tolist()], np.int64)
    furthest = np.full(int(groups.max(initial=-1)) + 1, -1)
    np.maximum.at(furthest, groups[members], places[members])
    return np.asarray(members & (places < furthest[groups]))


def _check_classes(state: State) -> None:
    """Refuse verdicts that name classes which the data set no longer has: only people know what those are now."""
    gone, likely = state.gone()
    if gone:
        raise ErrataError(gone_sentence(gone, likely))


def _changed_classes(state: State) -> Iterator[str]:
    """Yield a sentence for each class that was renamed under kept images, and one for images that were moved."""
    for (before, now), n in sorted(state.renamed().items()):
        yield f"{counted(n, 'image')} kept as {before!r}, which is called {now!r} now: kept as {now!r}"
    if moved := [asking.image_id for asking in state.asking() if asking.reason == MOVED]:
        yield (
            f"{counted(len(moved), 'image')} kept in another class than today's ({first_few(moved)}): label as given, "
            "to be judged again"
        )


def _check_people(decided: DecidedLabels) -> None:
    """Refuse verdicts that no person gave: automatic labels come from `auto_accept` alone, never in test."""
    automatic = [verdict.image_id for verdict in decided.verdicts if verdict and verdict.source == AUTO]
    if automatic:
        raise ErrataError(
            f"{len(automatic)} decisions have the source {AUTO!r} ({first_few(automatic)}); only people's count: "
            "undo them"
        )


def _open_to_models(decided: DecidedLabels, given: Texts, splits: Texts, out: Texts) -> BoolArray:
    """Return which images may take a label from the models: not judged, and a test image neither as given nor now."""
    judged = np.array([verdict is not None for verdict in decided.verdicts], np.bool_)
    return np.asarray(~judged & ~decided.disputed & (given != "test") & (splits != "test") & (out == ""))


def _accepted(request: VersionRequest, ranking: Ranking | None, rows: Rows, splits: Texts) -> IntArray:
    """Return the suggested label where it is to be taken, else -1, shape (N,)."""
    if request.auto_accept is None or ranking is None:
        return np.full(len(rows), -1, np.int64)
    low = (ranking.label_quality < request.auto_accept) & np.isin(splits, request.auto_splits)
    return np.where(low, ranking.suggested, -1).astype(np.int64)


def _reviewers_and_times(decided: DecidedLabels, state: State, rows: Rows) -> tuple[Texts, Texts]:
    """Return the reviewers and the time of the verdict on each image, shape (N,) each; empty where it has none."""
    names, times = [], []
    for image_id, verdict in zip(rows.image_ids.tolist(), decided.verdicts, strict=True):
        names.append(BETWEEN_NAMES.join(_reviewers(state, image_id, verdict)) if verdict else "")
        times.append(verdict.time if verdict else "")
    return np.array(names, np.str_), np.array(times, np.str_)


def _reviewers(state: State, image_id: str, verdict: Decision) -> list[str]:
    if verdict.adjudicates:
        return [verdict.reviewer]
    return [name for name, other in state.verdicts(image_id).items() if verdict.says_the_same_as(other)]


@dataclass(frozen=True)
class Inheritance:
    """What is taken over from the parent for each image that the parent had too, with the same content."""

    checked: CheckedRows
    parent: CuratedRows | None

    def _shared_rows(self) -> tuple[IntArray, IntArray]:
        """Return the rows, here and in the parent, of the images that both have."""
        if self.parent is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        row_in_parent = {key: row for row, key in enumerate(_keys(self.parent.checked))}
        pairs = [(row, row_in_parent[key]) for row, key in enumerate(_keys(self.checked)) if key in row_in_parent]
        rows = np.array(pairs, np.int64).reshape(-1, 2)
        return rows[:, 0], rows[:, 1]

    def splits(self) -> Texts:
        """Return the splits of the parent, or as given where the parent did not have the image, shape (N,)."""
        splits = self.checked.rows.splits.astype("<U5")
        if self.parent is not None:
            rows, parent_rows = self._shared_rows()
            splits[rows] = self.parent.checked.rows.splits[parent_rows]
        return splits

    def left_out(self) -> BoolArray:
        """Return which images the parent left out as leaks, shape (N,)."""
        left = np.zeros(len(self.checked.rows), np.bool_)
        if self.parent is not None:
            rows, parent_rows = self._shared_rows()
            left[rows] = self.parent.out[parent_rows] == LEAK
        return left

    def automatic(self, classes: tuple[str, ...]) -> IntArray:
        """Return the label where the parent took it from the models, else -1, shape (N,)."""
        labels = np.full(len(self.checked.rows), -1, np.int64)
        if self.parent is not None:
            names = self.parent.checked.rows.classes
            for row, parent_row in zip(*(rows.tolist() for rows in self._shared_rows()), strict=True):
                name = names[self.parent.checked.rows.labels[parent_row]]
                if self.parent.decisions[parent_row] == AUTO and name in classes:
                    labels[row] = classes.index(name)
        return labels


def _keys(checked: CheckedRows) -> Iterator[tuple[str, str]]:
    """Return name and content of each image: what makes it the same image in two versions."""
    return zip(checked.rows.image_ids.tolist(), checked.sha256s.tolist(), strict=True)
