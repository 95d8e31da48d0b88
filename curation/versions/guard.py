"""What keeps the test split honest, and the sentences that say how a curated split came about."""

import numpy as np

from curation.decisions.verdicts import removing, unanswered
from curation.versions.rows import AUTO, CuratedRows
from curation.words import counted, first_few
from models.arrays import BoolArray
from models.errors import ErrataError


def check_guard(every: CuratedRows) -> None:
    """Raise if a label of the test split changed without a person's decision; no split is written then.

    Raises:
        ErrataError: it names the images.
    """
    rows = every.checked.rows
    seen = (every.decisions != "") & (every.decisions != AUTO)
    broken = (rows.splits == "test") & every.changed() & ~seen
    if broken.any():
        names = rows.image_ids[broken].tolist()
        raise ErrataError(
            f"{len(names)} labels of the test split would change without a person's decision ({first_few(names)}); "
            "judge them first"
        )


def guard_statements(
    every: CuratedRows, leaks: BoolArray, dropped: bool, threshold: float | None, in_sample: bool, taken_back: int
) -> list[str]:
    """Return what whoever compares figures on this split has to know.

    Args:
        every: the N curated images.
        leaks: which have a twin in a split further on, shape (N,).
        dropped: whether those are left out.
        threshold: of label_quality, below which labels were taken from the models; None if none were.
        in_sample: the models may have trained on the labels that they judged.
        taken_back: automatic labels of the parent that did not stay.
    """
    said = [_of_test(every), *_of_models(every, threshold, in_sample, taken_back), *_of_splits(every)]
    if leaks.any():
        what = "left out" if dropped else "still in it: figures on val and test may flatter"
        said.append(f"{counted(int(leaks.sum()), 'image')} with a twin in a split further on: {what}")
    for own, why in ((every.disputed, "disputed"), (np.isin(every.decisions, unanswered()), "judged unsure")):
        if own.any():
            said.append(f"{counted(int(own.sum()), f'{why} image')}: label as given")
    if len(every.soft_rows):
        said.append(f"{counted(len(every.soft_rows), 'image')} of several classes: a soft label beside the hard one")
    if not (every.decisions != "").any() and not every.disputed.any():
        said.append("no decision counts: the labels are as given")
    return said


def _of_test(every: CuratedRows) -> str:
    own = every.checked.rows.splits == "test"
    changed, n = int((every.changed() & own).sum()), int((every.members & own).sum())
    out = int((np.isin(every.out, removing()) & own).sum())
    judged = int((own & ((every.decisions != "") | every.disputed)).sum())
    return (
        f"test: {changed} of {n} labels changed and {counted(out, 'image')} left out, each by a person's decision; "
        f"{counted(judged, 'image')} judged"
    )


def _of_models(every: CuratedRows, threshold: float | None, in_sample: bool, taken_back: int) -> list[str]:
    n = int(((every.decisions == AUTO) & every.members).sum())
    said = []
    if n or threshold is not None:
        asked = f" (label_quality below {threshold:g})" if threshold is not None else " (taken over from the parent)"
        said.append(f"{counted(n, 'label')} of train and val taken from the models without a look{asked}; none of test")
    if threshold is not None and in_sample:
        said.append("the models that proposed them may have trained on the labels that they judged")
    if taken_back:
        said.append(f"{counted(taken_back, 'such label')} of the parent not taken over: judged since, or in test now")
    return said


def _of_splits(every: CuratedRows) -> list[str]:
    given, now = every.given_splits == "test", every.checked.rows.splits == "test"
    moved = every.members & (every.given_splits != every.checked.rows.splits)
    if not moved.any():
        return []
    away, new = int((every.members & given & ~now).sum()), int((every.members & ~given & now).sum())
    return [
        f"in another split than given: {counted(int(moved.sum()), 'image')}; {away} left test and {new} came into it, "
        "so accuracies are not comparable with those on the given test split"
    ]
