"""One reviewer at one data set in the FiftyOne App: verdicts go to the log first, then into the dataset."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from curation.database.names import GIVEN, IMAGE_ID
from curation.database.samples import read_samples
from curation.decisions.decision import Decision, checked_reviewer
from curation.decisions.ledger import Ledger
from curation.decisions.verdicts import quick_verdict
from curation.in_fiftyone.mirror import READ, given_labels, replaced_given, write_changed
from curation.results.audit import Audit
from curation.review.review_progress import Place
from models.errors import ErrataError


@dataclass(frozen=True)
class Look:
    """How the images of a verdict were looked at."""

    shown: str = ""  # id of the sample that is open, where one is; a verdict on another one is refused
    looked_s: float | None = None  # seconds it was open
    queue: str = ""  # the view
    place: Place | None = None  # of the image that is open, where the view is a queue


@dataclass(frozen=True)
class Done:
    """What became of a verdict."""

    sentence: str
    decisions: tuple[Decision, ...] = ()  # written, or taken back, or brought back
    ids: tuple[str, ...] = ()  # of the samples they are about


class FiftyOneDesk:
    """What a reviewer's App works on, loaded once; its threads share it."""

    def __init__(self, audit: Audit, ledger: Ledger, load: Callable[[], Any], reviewer: Callable[[], str]):
        """Read which sample is which image.

        Args:
            audit: of the data set.
            ledger: of the data set.
            load: returns the FiftyOne dataset of the audit as it is now.
            reviewer: returns whose verdicts these are; empty where nobody said.

        Raises:
            ErrataError: the database does not answer.
        """
        self.audit, self.ledger, self._load, self._reviewer = audit, ledger, load, reviewer
        self.row_of: dict[str, int] = {name: row for row, name in enumerate(audit.rows.image_ids.tolist())}
        self._given = given_labels(ledger)
        self.dataset, self._image_of = self._loaded()

    @property
    def reviewer(self) -> str:
        """Whose verdicts these are.

        Raises:
            ErrataError: nobody said.
        """
        name = self._reviewer()
        if not name:
            raise ErrataError(
                f"nobody said who judges: run `errata review {self.audit.name} --reviewer YOUR-NAME`, "
                "or open the review in the app, which asks once"
            )
        return checked_reviewer(name)

    def decide(self, ids: Sequence[str], quick: str, chosen: str = "", look: Look = Look()) -> Done:
        """Write one verdict on each of some images, all of them or none, then bring their fields up to date.

        An image on which this reviewer says the same already is left alone: a key that is pressed twice counts once.

        Args:
            ids: of the samples.
            quick: of QUICK.
            chosen: class name, for `label`.
            look: how they were looked at.

        Raises:
            ErrataError: no image, not the image that is shown, nothing to accept, an image changed or gone on disk,
                or the log cannot be written: nothing was decided. If the sentence says that the decision is in the log,
                only the database failed.
        """
        if not ids:
            raise ErrataError("no image is open or selected; open one, or select some in the grid")
        if look.shown and list(ids) != [look.shown]:
            raise ErrataError("the key was meant for an image that is no longer shown; nothing was decided")
        images = {one: self._image(one) for one in ids}
        decisions = [self._decision(image_id, quick, chosen, look, len(ids)) for image_id in images.values()]
        with self.ledger.reading() as state:
            new = [one for one in decisions if not _said(one, state.verdicts(one.image_id).get(one.reviewer))]
            written = self.ledger.decide(*new) if new else []
        if not written:
            return Done(f"{_named(decisions)}: you have said that already", ids=tuple(ids))
        said, own = self._write({one.image_id for one in written})
        return Done(f"{summary(written)}{said}", tuple(written), own)

    def reverse(self, kind: str) -> Done:
        """Take back the reviewer's latest verdict, or batch of verdicts, or bring it back.

        Raises:
            ErrataError: the log cannot be written; or, if the sentence says so, only the database failed.
        """
        undo = kind == "undo"
        step = (self.ledger.undo if undo else self.ledger.redo)(self.reviewer, "fiftyone")
        if not step:
            return Done("nothing of yours is left to take back" if undo else "nothing to bring back")
        said, own = self._write({one.image_id for one in step})
        return Done(f"{'took back' if undo else 'brought back'} {summary(step)}{said}", tuple(step), own)

    def image(self, sample_id: str) -> str | None:
        """Return the image_id of a sample, None for one that is none of this dataset."""
        return self._image_of.get(sample_id)

    def digit(self, number: int) -> str:
        """Return the class that a digit stands for, 1 for the first; empty for 0.

        Raises:
            ErrataError: there are not so many classes.
        """
        names = self.ledger.classes
        if number > len(names):
            raise ErrataError(f"there is no class {number}; there are {len(names)}: {', '.join(names)}")
        return names[number - 1] if number > 0 else ""

    def _decision(self, image_id: str, quick: str, chosen: str, look: Look, n: int) -> Decision:
        said = quick_verdict(self.audit, self.row_of[image_id], quick, chosen)
        looked_s = None if look.looked_s is None else round(max(0.0, look.looked_s) / n, 3)
        where = vars(look.place) if look.place else {}
        return Decision(
            self.reviewer, image_id, looked_s=looked_s, queue=look.queue, source="fiftyone", **said, **where
        )

    def _write(self, images: Collection[str]) -> tuple[str, tuple[str, ...]]:
        """Bring images up to date; return what else is to be said, and the ids of the samples.

        Raises:
            ErrataError: the database does not answer; the log has the decision.
        """
        try:
            samples = self._read(images)
            replaced = replaced_given(self._given, samples)
            write_changed(self.dataset, self.ledger, self._given, samples)
        except ErrataError as error:
            raise ErrataError(
                f"it is in the decision log, but the database does not answer: run `errata rebuild {self.audit.name}`, "
                "which starts it and writes the dataset again, then reload this page"
            ) from error
        named = ", ".join(replaced[:3])
        said = f"; {GIVEN} of {named} had been replaced: it is as given again" if replaced else ""
        return said, tuple(samples)

    def _read(self, images: Collection[str]) -> dict[str, dict[str, Any]]:
        """Return the samples of images; of the dataset of that name, where another process wrote it again."""
        if not self.dataset.deleted:
            own = [one for one, image_id in self._image_of.items() if image_id in images]
            if len(samples := read_samples(self.dataset, READ, own)) == len(own):
                return samples
        self.dataset, self._image_of = self._loaded()
        return read_samples(self.dataset, READ, [one for one, name in self._image_of.items() if name in images])

    def _image(self, sample_id: str) -> str:
        if sample_id not in self._image_of:
            self.dataset, self._image_of = self._loaded()  # `errata rebuild` wrote it again
        image_id = self._image_of.get(sample_id)
        if image_id is None or image_id not in self.row_of:
            raise ErrataError("this page shows a dataset that was written again since: reload it")
        return image_id

    def _loaded(self) -> tuple[Any, dict[str, str]]:
        """Return the dataset and the image_id of each sample."""
        dataset = self._load()
        read = read_samples(dataset, (IMAGE_ID,))
        return dataset, {one: str(sample[IMAGE_ID]) for one, sample in read.items()}


def summary(decisions: Sequence[Decision]) -> str:
    """Return verdicts in a few words."""
    first = decisions[0]
    kept = first.label if first.decision == "keep" and len(decisions) == 1 else ""
    return f"{_named(decisions)}: {first.decision} {' / '.join(first.new_labels) or kept}".strip()


def _named(decisions: Sequence[Decision]) -> str:
    return decisions[0].image_id if len(decisions) == 1 else f"{len(decisions)} images"


def _said(new: Decision, old: Decision | None) -> bool:
    """Return whether a verdict says what another one of the same reviewer does; neither knows its label yet."""
    if old is None:
        return False
    return (new.decision, tuple(sorted(new.new_labels))) == (old.decision, tuple(sorted(old.new_labels)))
