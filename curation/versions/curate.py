"""From verdicts in force to a curated split: which label, split and membership each image gets, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from curation.datasets.entries import checked_class
from curation.datasets.rows import SPLITS, Rows
from curation.decisions.decision import Decision
from curation.decisions.labels import DecidedLabels, decided_labels
from curation.decisions.state import State
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates
from curation.scoring.scores import Ranking
from curation.versions.guard import check_guard
from curation.versions.request import VersionRequest
from curation.versions.rows import AUTO, BETWEEN_NAMES, LEAK, CuratedRows, Texts, decision_texts
from curation.versions.shares import remake
from curation.words import first_few
from models.arrays import BoolArray, IntArray
from models.errors import ErrataError


@dataclass(frozen=True)
class Curated:
    """What a request makes of the images, and what there is to say about it."""

    images: CuratedRows
    added_classes: tuple[str, ...]  # that decisions name and the data set did not have
    leaks: BoolArray  # (N,) in the split before leaks were left out, with a twin in a split further on
    taken_back: int  # automatic labels of the parent that did not stay: judged since, or in test now


def curate(
    checked: CheckedRows,
    duplicates: Duplicates,
    state: State,
    request: VersionRequest,
    ranking: Ranking | None = None,
    parent: CuratedRows | None = None,
) -> Curated:
    """Return the curated images.

    Verdicts always count from the labels as given, so that what was undone since the parent is undone; of the parent
    only splits, left-out leaks and automatic labels are taken over.

    Args:
        checked: N audited images, labels and splits as given.
        duplicates: which of them are the same picture.
        state: verdicts in force.
        request: what is asked for.
        ranking: of the N; needed where labels are to be accepted automatically.
        parent: None for the labels as given.

    Raises:
        ErrataError: a decision names a class that may not name a folder, or nothing is left.
    """
    rows = _grown(checked.rows, state)
    added = rows.classes[len(checked.rows.classes) :]
    before = Before(checked, parent)
    decided = decided_labels(state, rows)
    _check_people(decided)
    splits = before.splits()
    out = decision_texts(np.where(decided.excluded, decided.decisions, ""))
    if request.shares:
        splits = remake(rows.image_ids, decided.labels, duplicates.groups, out == "", request.shares, request.seed)
    else:
        out[(out == "") & before.left_out()] = LEAK
    labels, decisions = decided.labels.copy(), decision_texts(decided.decisions)
    open_to_models = _open_to_models(decided, rows.splits, splits, out)
    inherited = before.automatic(rows.classes)
    accepted = _accepted(request, ranking, rows, splits)
    for proposed in (inherited, accepted):
        own = open_to_models & (proposed >= 0) & (proposed != rows.labels)
        labels[own], decisions[own] = proposed[own], AUTO
    leaks = find_leaks(duplicates.groups, splits, out == "")
    if request.drop_leaks:
        out[leaks] = LEAK
    if not (out == "").any():
        raise ErrataError("every image would be left out; undo some exclude decisions first")
    who, times = _who(decided, state, rows)
    soft_rows = np.flatnonzero((decided.soft.max(1, initial=0) < 1) & (out == ""))
    every = CuratedRows(
        replace(checked, rows=Rows(rows.root, rows.classes, rows.image_ids, labels, splits)),
        rows.labels,
        rows.splits,
        out,
        decisions,
        who,
        times,
        decided.disputed,
        duplicates,
        soft_rows,
        decided.soft[soft_rows],
    )
    check_guard(every)
    taken_back = int(((inherited >= 0) & (decisions != AUTO)).sum())
    return Curated(every, added, leaks, taken_back)


def find_leaks(groups: IntArray, splits: Texts, members: BoolArray) -> BoolArray:
    """Return which members have a twin in a split further on, in the order train, val, test; shape (N,).

    These are the images to leave out: the test split stays whole.
    """
    place = np.array([SPLITS.index(split) for split in splits.tolist()], np.int64)
    furthest = np.full(int(groups.max(initial=-1)) + 1, -1)
    np.maximum.at(furthest, groups[members], place[members])
    return np.asarray(members & (place < furthest[groups]))


def _grown(rows: Rows, state: State) -> Rows:
    """Return the rows with the classes that only verdicts name behind the given ones, sorted."""
    verdicts = [state.verdict(str(image_id)) for image_id in rows.image_ids]
    named = {name for verdict in verdicts if verdict for name in verdict.labels}
    added = sorted(checked_class(name) for name in named - set(rows.classes))
    return replace(rows, classes=(*rows.classes, *added))


def _check_people(decided: DecidedLabels) -> None:
    """Refuse verdicts that no person gave: automatic labels have another way in, which is closed for test."""
    own = [verdict.image_id for verdict in decided.verdicts if verdict and verdict.source == AUTO]
    if own:
        raise ErrataError(
            f"{len(own)} decisions have the source {AUTO!r} ({first_few(own)}); only people's count: undo them"
        )


def _open_to_models(decided: DecidedLabels, given: Texts, splits: Texts, out: Texts) -> BoolArray:
    """Return which images may take a label from the models: nobody judged them, and they never were a test image."""
    judged = np.array([verdict is not None for verdict in decided.verdicts], np.bool_)
    return np.asarray(~judged & ~decided.disputed & (given != "test") & (splits != "test") & (out == ""))


def _accepted(request: VersionRequest, ranking: Ranking | None, rows: Rows, splits: Texts) -> IntArray:
    """Return the suggested labels that are to be taken, -1 for all other images, shape (N,)."""
    if request.auto_accept is None or ranking is None:
        return np.full(len(rows), -1, np.int64)
    low = (ranking.label_quality < request.auto_accept) & np.isin(splits, request.auto_splits)
    return np.where(low, ranking.suggested, -1).astype(np.int64)


def _who(decided: DecidedLabels, state: State, rows: Rows) -> tuple[Texts, Texts]:
    """Return whose verdict each image has and from when, each of shape (N,); empty where there is none."""
    names, times = [], []
    for image_id, verdict in zip(rows.image_ids.tolist(), decided.verdicts, strict=True):
        names.append(BETWEEN_NAMES.join(_reviewers(state, image_id, verdict)) if verdict else "")
        times.append(verdict.time if verdict else "")
    return np.array(names, np.str_), np.array(times, np.str_)


def _reviewers(state: State, image_id: str, verdict: Decision) -> list[str]:
    if verdict.adjudicates:
        return [verdict.reviewer]
    return [who for who, own in state.verdicts(image_id).items() if verdict.says_the_same_as(own)]


@dataclass(frozen=True)
class Before:
    """What is taken over from the parent, image by image, where that had the same image."""

    checked: CheckedRows
    parent: CuratedRows | None

    def _places(self) -> tuple[IntArray, IntArray]:
        """Return rows here and rows of the parent that are the same image."""
        if self.parent is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        then = self.parent.checked
        known: Mapping[tuple[str, str], int] = {
            key: row for row, key in enumerate(zip(then.rows.image_ids.tolist(), then.sha256s.tolist(), strict=True))
        }
        own = zip(self.checked.rows.image_ids.tolist(), self.checked.sha256s.tolist(), strict=True)
        pairs = [(row, known[key]) for row, key in enumerate(own) if key in known]
        found = np.array(pairs, np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1]

    def splits(self) -> Texts:
        """Return the splits of the parent, as given where that did not have the image, shape (N,)."""
        splits = self.checked.rows.splits.astype("<U5")
        if self.parent is not None:
            here, there = self._places()
            splits[here] = self.parent.checked.rows.splits[there]
        return splits

    def left_out(self) -> BoolArray:
        """Return which images the parent left out as leaks, shape (N,)."""
        left = np.zeros(len(self.checked.rows), np.bool_)
        if self.parent is not None:
            here, there = self._places()
            left[here] = self.parent.out[there] == LEAK
        return left

    def automatic(self, classes: tuple[str, ...]) -> IntArray:
        """Return the labels that the parent took from models, -1 for all others, shape (N,)."""
        labels = np.full(len(self.checked.rows), -1, np.int64)
        if self.parent is not None:
            names = self.parent.checked.rows.classes
            for row, then in zip(*(part.tolist() for part in self._places()), strict=True):
                name = names[self.parent.checked.rows.labels[then]]
                if self.parent.decisions[then] == AUTO and name in classes:
                    labels[row] = classes.index(name)
        return labels
