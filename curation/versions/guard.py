"""What keeps the test split honest, and the sentences that say how a version came about."""

import numpy as np

from curation.decisions.verdicts import removing, unanswered
from curation.versions.rows import AUTO, CuratedRows
from curation.words import counted, first_few
from models.arrays import BoolArray
from models.errors import ErrataError


def check_guard(images: CuratedRows) -> None:
    """Raise if a label of the test split changed without a person's decision; no version is written then.

    Raises:
        ErrataError: it names the images.
    """
    rows = images.checked.rows
    judged = (images.decisions != "") & (images.decisions != AUTO)
    unjudged = (rows.splits == "test") & images.changed() & ~judged
    if unjudged.any():
        names = rows.image_ids[unjudged].tolist()
        raise ErrataError(
            f"{len(names)} labels of the test split would change without a person's decision ({first_few(names)}); "
            "judge them first"
        )


def guard_statements(
    images: CuratedRows, leaks: BoolArray, dropped: bool, threshold: float | None, in_sample: bool, taken_back: int
) -> list[str]:
    """Return what everyone who compares figures on this version has to know.

    Args:
        images: the N curated images.
        leaks: images with a twin in a split further on, shape (N,).
        dropped: whether those are left out.
        threshold: label_quality below which labels were taken from the models; None if no label was.
        in_sample: whether the models may have trained on the labels that they judged.
        taken_back: automatic labels of the parent that are not taken over.
    """
    statements = [_of_test(images), *_of_models(images, threshold, in_sample, taken_back), *_of_splits(images)]
    if leaks.any():
        outcome = "left out" if dropped else "still in it: figures on val and test may flatter"
        statements.append(f"{counted(int(leaks.sum()), 'image')} with a twin in a split further on: {outcome}")
    for chosen, kind in ((images.disputed, "disputed"), (np.isin(images.decisions, unanswered()), "judged unsure")):
        if chosen.any():
            statements.append(f"{counted(int(chosen.sum()), f'{kind} image')}: label as given")
    if n_soft := len(images.soft_rows):
        statements.append(f"{counted(n_soft, 'image')} of several classes: a soft label beside the hard one")
    if not (images.decisions != "").any() and not images.disputed.any():
        statements.append("no decision counts: the labels are as given")
    return statements


def _of_test(images: CuratedRows) -> str:
    test = images.checked.rows.splits == "test"
    changed, n = int((images.changed() & test).sum()), int((images.members & test).sum())
    out = int((np.isin(images.out, removing()) & test).sum())
    judged = int((test & ((images.decisions != "") | images.disputed)).sum())
    return (
        f"test: {changed} of {n} labels changed and {counted(out, 'image')} left out, each by a person's decision; "
        f"{counted(judged, 'image')} judged"
    )


def _of_models(images: CuratedRows, threshold: float | None, in_sample: bool, taken_back: int) -> list[str]:
    n = int(((images.decisions == AUTO) & images.members).sum())
    statements = []
    if n or threshold is not None:
        reason = f" (label_quality below {threshold:g})" if threshold is not None else " (taken over from the parent)"
        statements.append(
            f"{counted(n, 'label')} of train and val taken from the models without a look{reason}; none of test"
        )
    if threshold is not None and in_sample:
        statements.append("the models that proposed them may have trained on the labels that they judged")
    if taken_back:
        labels = counted(taken_back, "such label")
        statements.append(f"{labels} of the parent not taken over: judged since, or in test now")
    return statements


def _of_splits(images: CuratedRows) -> list[str]:
    given, now = images.given_splits == "test", images.checked.rows.splits == "test"
    moved = images.members & (images.given_splits != images.checked.rows.splits)
    if not moved.any():
        return []
    away, new = int((images.members & given & ~now).sum()), int((images.members & ~given & now).sum())
    return [
        f"in another split than given: {counted(int(moved.sum()), 'image')}; {away} left test and {new} came into it, "
        "so accuracies are not comparable with those on the given test split"
    ]
