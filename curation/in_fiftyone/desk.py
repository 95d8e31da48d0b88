"""One reviewer at one data set in the FiftyOne App: verdicts go to the log first, then into the dataset."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from curation.database.names import GIVEN, IMAGE_ID
from curation.database.samples import read_samples
from curation.decisions.actions import decision_fields
from curation.decisions.decision import Decision, checked_reviewer
from curation.decisions.phrases import decisions_phrase, images_phrase, replaced_phrase
from curation.in_fiftyone.mirror import READ, given_labels, replaced_given, write_changed
from curation.in_fiftyone.queue_order import QueueOrder
from curation.in_fiftyone.review_views import walked_splits
from curation.review.bench import Bench, Place
from curation.review.walk import Walk
from models.errors import ErrataError


@dataclass(frozen=True)
class Viewing:
    """How the images of a verdict were shown."""

    shown: str = ""  # id of the sample that is open, where one is; a verdict on any other sample is refused
    looked_s: float | None = None  # seconds it was open
    queue: str = ""  # the view
    place: Place | None = None  # of the image that is open, where the view is a queue


@dataclass(frozen=True)
class VerdictResult:
    """What became of a verdict."""

    sentence: str
    decisions: tuple[Decision, ...] = ()  # written, or taken back, or brought back
    sample_ids: tuple[str, ...] = ()  # of their images


class FiftyOneDesk:
    """What a reviewer's App works on, loaded once; its threads share it."""

    def __init__(self, bench: Bench, load: Callable[[], Any], reviewer: Callable[[], str]):
        """Read which sample is which image.

        Args:
            bench: the data set under review.
            load: returns the FiftyOne dataset of the audit as it is now.
            reviewer: returns the name of who judges; empty where it is not known.

        Raises:
            ErrataError: the database does not answer.
        """
        self.bench, self._load, self._reviewer = bench, load, reviewer
        self._given = given_labels(bench.ledger)
        self._walks: dict[str, Walk] = {}  # by the name of their view
        self._asked: list[tuple[str, str, tuple[str, ...]]] = []  # verdicts that a key would have replaced
        self._read_dataset()

    @property
    def reviewer(self) -> str:
        """The name of who judges.

        Raises:
            ErrataError: it is not known.
        """
        name = self._reviewer()
        if not name:
            raise ErrataError(
                f"nobody said who judges: run `errata review {self.bench.audit.name} --reviewer YOUR-NAME`, "
                "or open the review in the app, which asks once"
            )
        return checked_reviewer(name)

    def decide(
        self, sample_ids: Sequence[str], action: str, chosen: Sequence[str] = (), viewing: Viewing = Viewing()
    ) -> VerdictResult:
        """Write one verdict on each of some images, on all of them or on none, then bring their fields up to date.

        An image with the same verdict of this reviewer is left alone: a key that is pressed twice counts once.

        Args:
            sample_ids: of the images.
            action: see `decision_fields`.
            chosen: class names, see `decision_fields`.
            viewing: how they were shown.

        Raises:
            ErrataError: no image, not the image that is shown, nothing to accept, an image changed or gone on disk,
                a verdict of the reviewer would be replaced and this was not asked before,
                or the log cannot be written: nothing was decided. If the sentence says that the decision is in the log,
                only the database failed.
        """
        if not sample_ids:
            raise ErrataError("no image is open or selected; open one, or select some in the grid")
        if viewing.shown and list(sample_ids) != [viewing.shown]:
            raise ErrataError("the key was meant for an image that is no longer shown; nothing was decided")
        image_ids = [self._image(sample_id) for sample_id in sample_ids]
        decisions = [self._decision(image_id, action, chosen, viewing, len(image_ids)) for image_id in image_ids]
        ledger = self.bench.ledger
        with ledger.reading() as state:
            stands = {name: state.verdicts(name).get(decisions[0].reviewer) for name in image_ids}
            new = [decision for decision in decisions if not decision.says_the_same_as(stands[decision.image_id])]
            self._ask_first([(old, decision) for decision in new if (old := stands[decision.image_id])])
            written = ledger.decide(*new) if new else []
        self.order.follow()
        if not written:
            return VerdictResult(
                f"{images_phrase(decisions)}: you have said that already", sample_ids=tuple(sample_ids)
            )
        addition, written_ids = self._write({decision.image_id for decision in written})
        return VerdictResult(f"{decisions_phrase(written)}{addition}", tuple(written), written_ids)

    def _ask_first(self, replacing: Sequence[tuple[Decision, Decision]]) -> None:
        """Refuse to replace verdicts of the reviewer, until the same is asked again.

        Raises:
            ErrataError: it is asked for the first time.
        """
        asked = [(old.id, new.decision, new.new_labels) for old, new in replacing]
        if asked and asked != self._asked:
            self._asked = asked
            raise ErrataError(replaced_phrase(replacing))
        self._asked = []

    def reverse(self, kind: str) -> VerdictResult:
        """Take back the reviewer's latest verdict, or batch of verdicts, or bring it back.

        Raises:
            ErrataError: the log cannot be written; or, if the sentence says so, only the database failed.
        """
        undo, ledger = kind == "undo", self.bench.ledger
        decisions = (ledger.undo if undo else ledger.redo)(self.reviewer, "fiftyone")
        if not decisions:
            return VerdictResult("nothing of yours is left to take back" if undo else "nothing to bring back")
        self.order.follow()
        addition, sample_ids = self._write({decision.image_id for decision in decisions})
        done = "took back" if undo else "brought back"
        return VerdictResult(f"{done} {decisions_phrase(decisions)}{addition}", tuple(decisions), sample_ids)

    def walk(self, view: str) -> Walk | None:
        """Return the walk through the queue that a saved view is; None for a view that is no queue that learns."""
        splits = walked_splits(view, self.bench.audit.rows.splits.tolist())
        if splits and view not in self._walks:
            self._walks[view] = Walk(self.bench, splits, self.can_be_shown)
        return self._walks.get(view)

    def samples_of(self, rows: Sequence[int]) -> list[str]:
        """Return the ids of the samples of images, in their order; images without a sample are left out."""
        names = [str(self.bench.audit.rows.image_ids[row]) for row in rows]
        return [self._sample_of[name] for name in names if name in self._sample_of]

    def image(self, sample_id: str) -> str | None:
        """Return the image_id of a sample; None where the dataset has no such sample."""
        return self._image_of.get(sample_id)

    def digit(self, number: int) -> str:
        """Return the class that a digit stands for, 1 for the first; empty for 0.

        Raises:
            ErrataError: there are not so many classes.
        """
        names = self.bench.ledger.classes
        if number > len(names):
            raise ErrataError(f"there is no class {number}; there are {len(names)}: {', '.join(names)}")
        return names[number - 1] if number > 0 else ""

    def _decision(self, image_id: str, action: str, chosen: Sequence[str], viewing: Viewing, n: int) -> Decision:
        """Return the decision on one of n images that are judged at once."""
        said = decision_fields(self.bench.audit, self.bench.row_of[image_id], action, chosen)
        looked_s = None if viewing.looked_s is None else round(max(0.0, viewing.looked_s) / n, 3)
        place = vars(viewing.place) if viewing.place else {}
        return Decision(
            self.reviewer,
            image_id,
            label=self._given[image_id],
            looked_s=looked_s,
            queue=viewing.queue,
            source="fiftyone",
            **said,
            **place,
        )

    def _write(self, image_ids: Collection[str]) -> tuple[str, tuple[str, ...]]:
        """Bring the samples of images up to date; return what to add to the sentence, and the ids of the samples.

        Raises:
            ErrataError: the database does not answer; the log has the decision.
        """
        try:
            samples = self._read(image_ids)
            replaced = replaced_given(self._given, samples)
            write_changed(self.dataset, self.bench.ledger, self._given, samples)
        except ErrataError as error:
            raise ErrataError(
                "it is in the decision log, but the database does not answer: run "
                f"`errata rebuild {self.bench.audit.name}`, which starts it and writes the dataset again, "
                "then reload this page"
            ) from error
        named = ", ".join(replaced[:3])
        addition = f"; {GIVEN} of {named} had been replaced: it is as given again" if replaced else ""
        return addition, tuple(samples)

    def _read(self, image_ids: Collection[str]) -> dict[str, dict[str, Any]]:
        """Return the samples of images; the dataset is loaded again where another process wrote it anew."""
        if not self.dataset.deleted:
            sample_ids = self._samples_of(image_ids)
            if len(samples := read_samples(self.dataset, READ, sample_ids)) == len(sample_ids):
                return samples
        self._read_dataset()
        return read_samples(self.dataset, READ, self._samples_of(image_ids))

    def _samples_of(self, image_ids: Collection[str]) -> list[str]:
        return [self._sample_of[image_id] for image_id in image_ids if image_id in self._sample_of]

    def can_be_shown(self, row: int) -> bool:
        """Return whether an image has a sample and a file."""
        image_id = str(self.bench.audit.rows.image_ids[row])
        return image_id in self._sample_of and (self.bench.audit.rows.root / image_id).exists()

    def _image(self, sample_id: str) -> str:
        if sample_id not in self._image_of:
            self._read_dataset()  # `errata rebuild` wrote it again
        image_id = self._image_of.get(sample_id)
        if image_id is None or image_id not in self.bench.row_of:
            raise ErrataError("this page shows a dataset that was written again since: reload it")
        return image_id

    def _read_dataset(self) -> None:
        """Read which sample is which image."""
        self.dataset: Any = self._load()
        samples = read_samples(self.dataset, (IMAGE_ID,))
        self._image_of = {sample_id: str(sample[IMAGE_ID]) for sample_id, sample in samples.items()}
        self._sample_of = {image_id: sample_id for sample_id, image_id in self._image_of.items()}
        self.order = QueueOrder(self.bench, self.dataset, self._image_of)
