"""How many labels are wrong: the one number that every screen, command and page states, and the words it stands in.

Before a verdict, and until the verdicts say something, it is the models' estimate and is called so. From then on it is
the review's, with its 90 % interval.
"""

from dataclasses import dataclass, replace
from typing import Any

from curation.decisions.ledger import Ledger, log_of
from curation.results.audit import Audit
from curation.review.bench import ALL, Bench
from curation.review.budget import NEXT, Budget, Interval
from curation.words import counted
from curation.workspace.folders import Workspace
from models.errors import ErrataError

# Of the images: models that were trained on these labels and call more of them wrong tell of themselves.
_MOST = 1 / 2
_TELLS = 1 / 3  # of the images: a wider interval says nothing, unless its ends are within a factor of two


@dataclass(frozen=True)
class WrongLabels:
    """The estimated number of wrong labels among some images, found or not."""

    images: int
    judged: int  # images with a verdict other than unsure
    found: int  # wrong labels among these
    expected: float
    interval: tuple[int, int] | None  # 90 %, from the verdicts; None: they say nothing yet, the models estimate alone

    @property
    def number(self) -> int:
        """The estimate as it is shown, a whole number."""
        return round(self.expected)

    @property
    def share(self) -> float:
        """The share of the images, in [0, 1]."""
        return self.expected / self.images

    @property
    def left(self) -> "WrongLabels":
        """The same of those that were not found."""
        found, ends = self.found, self.interval
        left = None if ends is None else (ends[0] - found, ends[1] - found)
        return replace(self, found=0, expected=self.expected - found, interval=left)

    @property
    def is_exact(self) -> bool:
        """Whether every image is judged."""
        return self.judged == self.images

    @property
    def says_nothing(self) -> bool:
        """Whether the models alone estimate, and contradict most given labels: they learned too little."""
        return self.interval is None and not self.is_exact and self.share > _MOST

    @property
    def figure(self) -> str:
        """The number as it stands alone: `about 172`, `61 (46–94)`, `48`, `not known`."""  # noqa: RUF002
        if self.is_exact:
            return f"{self.number:,}"
        if self.says_nothing:
            return "not known"
        if self.interval is None:
            return f"about {self.number:,}"
        return f"{self.number:,} ({self.interval[0]:,}–{self.interval[1]:,})"  # noqa: RUF001

    @property
    def name(self) -> str:
        """What the number counts, and who says so: `wrong labels, by the models`."""
        if self.is_exact:
            return "wrong labels"
        if self.says_nothing:
            return "wrong labels: no estimate"
        return f"wrong labels, by the {'models' if self.interval is None else 'review'}"

    @property
    def source(self) -> str:
        """Who says so: `the models' estimate`, `the review's estimate, with its 90 % interval`, `counted`."""
        if self.is_exact:
            return "counted: every image is judged"
        if self.says_nothing:
            return "no estimate: the models contradict most of the labels"
        return "the models' estimate" if self.interval is None else "the review's estimate, with its 90 % interval"

    def sentence(self, split: str = ALL) -> str:
        """Return the number in a sentence without a full stop, with the images and the verdicts that it rests on.

        Args:
            split: of the images, to be named.
        """
        among = counted(self.images, "image" if split == ALL else f"{split} image")
        found = f"{counted(self.found, 'of them was', 'of them were')} found in {counted(self.judged, 'verdict')}"
        wrong = counted(self.number, "wrong label")
        if self.is_exact:
            return f"{wrong} among {among}, all of them judged"
        if self.interval is not None:
            low, high = self.interval
            return f"the review estimates {wrong} (90 % interval {low:,} to {high:,}) among {among}; {found}"
        if self.says_nothing:
            nothing = (
                f"no estimate of the wrong labels among {among}: the models contradict most of the labels, as after "
                "too few images of each class"
            )
            return f"{nothing}; {found}" if self.judged else nothing
        estimate = f"the models estimate about {wrong} among {among} ({100 * self.share:.1f} %)"
        return f"{estimate}; {found}, too few to estimate from" if self.judged else estimate

    def figures(self) -> dict[str, Any]:
        """Return all of it as values for JSON; `low` and `high` are None where the models estimate alone."""
        low, high = self.interval or (None, None)
        numbers = {"images": self.images, "judged": self.judged, "found": self.found, "expected": self.expected}
        words = {"figure": self.figure, "name": self.name, "sentence": self.sentence()}
        return {**numbers, "number": self.number, "low": low, "high": high, **words}


def wrong_labels(budget: Budget) -> WrongLabels:
    """Return the number of wrong labels that a budget amounts to."""
    images = budget.looked + budget.unsure + budget.ahead
    telling = budget.looked > 0 and tells(budget.total, images)
    expected = budget.total.expected if telling else budget.models
    interval = (budget.total.low, budget.total.high) if telling else None
    return WrongLabels(images, budget.looked, budget.found, expected, interval)


def wrong_labels_of(workspace: Workspace, audit: Audit, split: str = ALL) -> WrongLabels:
    """Return the number of wrong labels in an audited data set by the verdicts so far, for commands and pages.

    Args:
        workspace: holds the decisions.
        audit: of the data set; on the labels of a version, where nobody decides, the models estimate alone.
        split: train, val, test or ALL.

    Raises:
        ErrataError: the log or an embedding cannot be read, or no image is in the split.
    """
    bench = Bench(audit, Ledger(log_of(workspace, audit.name), audit.checked))
    return wrong_labels(bench.budget(split))


def tells(count: Interval, images: int) -> bool:
    """Return whether an interval narrows a count down: to a third of the images, or to a factor of two."""
    return count.high - count.low <= _TELLS * images or count.high <= 2 * count.low


def stop_sentence(budget: Budget, split: str = ALL, looks: int = 100) -> str:
    """Return how many labels are wrong, and what going on would find: a number only where its interval says something.

    Args:
        budget: of the images.
        split: of the images, to be named.
        looks: ahead.

    Raises:
        ErrataError: `looks` is not one of 50, 100 and 200.
    """
    if looks not in budget.next_finds:
        raise ErrataError(f"no forecast for the next {looks} looks (choices: {', '.join(map(str, NEXT))})")
    if not budget.ahead:
        unsure = f"; {counted(budget.unsure, 'image')} stayed unsure" if budget.unsure else ""
        return (
            f"nothing is left to look at: {counted(budget.found, 'wrong label was', 'wrong labels were')} found{unsure}"
        )
    wrong, finds, n = wrong_labels(budget), budget.next_finds[looks], min(looks, budget.ahead)
    which = f"the {'next' if looks < budget.ahead else 'last'} {counted(n, 'image')}"
    if wrong.says_nothing:
        forecast = f"how many {which} hold is not known yet"
    elif wrong.interval is None:
        forecast = f"by the models, {which} hold about {budget.models_next[looks]:,.0f}"
    elif tells(finds, n):
        forecast = f"{which} hold {finds.expected:,.0f} ({finds.low:,}–{finds.high:,})"  # noqa: RUF001
    else:
        forecast = f"how many {which} hold is not known yet"
    return f"{wrong.sentence(split)}; {forecast}"
