"""What the verdicts in force teach the judge of labels."""

import numpy as np

from curation.datasets.rows import Rows
from curation.decisions.decision import Decision
from curation.decisions.labels import decided_labels
from curation.decisions.ledger import Ledger
from curation.decisions.state import State
from curation.decisions.verdicts import VERDICTS
from curation.images.keys import bytes_key
from curation.scoring.lessons import Lessons
from models.errors import ErrataError


def lessons_of(state: State, rows: Rows) -> Lessons:
    """Return what the settled verdicts say of N labels, in the train split: other labels take part in no judgement.

    Unsure and disputed images keep the given label, unconfirmed.

    Raises:
        ErrataError: a verdict names a class that the data set no longer has.
    """
    decided = decided_labels(state, rows)
    learn = rows.splits == "train"
    answers = [
        verdict if verdict and verdict.is_answer and taught else None
        for verdict, taught in zip(decided.verdicts, learn.tolist(), strict=True)
    ]
    return Lessons(
        labels=np.where(learn, decided.labels, rows.labels),
        confirmed=np.array([answer is not None and _names_the_class(answer) for answer in answers], np.bool_),
        left_out=np.array([answer is not None and not _names_the_class(answer) for answer in answers], np.bool_),
        strange=np.array([answer is not None and _shows_no_class(answer) for answer in answers], np.bool_),
    )


def lessons_key(lessons: Lessons) -> str:
    """Return a digest of all that is learned from verdicts."""
    return bytes_key(lessons.labels, lessons.confirmed, lessons.left_out, lessons.strange)


def read_lessons(ledger: Ledger, name: str) -> tuple[Lessons, int]:
    """Return what the verdicts of a log say, and the line of the log up to which they count.

    Args:
        ledger: of the data set.
        name: of the data set, for the message.

    Raises:
        ErrataError: nothing is settled, a verdict names a class that is gone, or the log cannot be read.
    """
    with ledger.reading() as state:
        lessons, line = lessons_of(state, ledger.rows), ledger.lines()
    if not lessons.taught.any():
        raise ErrataError(
            f"there is nothing to learn from: no verdict on a training image of {name!r} is settled; judge some with "
            f"`errata review {name}`, or leave --with-decisions out"
        )
    return lessons, line


def _names_the_class(verdict: Decision) -> bool:
    """Return whether it says which single class the image shows."""
    return len(verdict.labels) == 1


def _shows_no_class(verdict: Decision) -> bool:
    """Return whether it says that the image shows none of the classes; an excluded image may show one."""
    return VERDICTS[verdict.decision].removes_label and VERDICTS[verdict.decision].label_is_wrong
