"""A review that learns: what its verdicts say of all images, worked out beside the reviewers' keys."""

import logging
import threading
from collections.abc import Mapping
from functools import cache, cached_property

from threadpoolctl import ThreadpoolController

from curation.decisions.ledger import Ledger
from curation.decisions.state import State
from curation.results.audit import FINDINGS, Audit
from curation.review.looks import looks_of
from curation.scoring.findings import Findings
from curation.scoring.learned.order import LearnedOrder, Learner, Looks
from curation.scoring.learned.traits import sight_of, traits_of
from models.figures.predictions import Predictions


class Learning:
    """The learned order of one audit, which follows the log; threads share it."""

    def __init__(self, audit: Audit, ledger: Ledger, row_of: Mapping[str, int]):
        """Start without reading embeddings or the log.

        Args:
            audit: of N images.
            ledger: of their decisions.
            row_of: image_id -> row.
        """
        use_one_core()
        self._audit, self._ledger, self._row_of = audit, ledger, row_of
        self._following, self._asking = threading.Lock(), threading.Lock()
        self._known: tuple[int, LearnedOrder] | None = None  # lines of the log, and the order after them
        self._beside: threading.Thread | None = None

    @property
    def ready(self) -> bool:
        """Whether `latest` answers at once."""
        return self._known is not None

    def now(self) -> LearnedOrder:
        """Return the order after all verdicts; waits for what is to be learned.

        Raises:
            ErrataError: the log or an embedding cannot be read.
        """
        with self._following:
            lines, looks = self._looks()
            if self._known is None or self._known[0] != lines:
                learned = self._learner.follow(looks)
                learned.prepare()  # here, beside the keys
                self._known = lines, learned
            return self._known[1]

    def latest(self) -> LearnedOrder:
        """Return the newest order there is, and learn from newer verdicts beside; waits only for the first.

        Raises:
            ErrataError: the log or an embedding cannot be read.
        """
        known = self._known
        if known is None:
            return self.now()
        if known[0] != self._ledger.lines():
            with self._asking:
                if self._beside is None or not self._beside.is_alive():
                    self._beside = threading.Thread(target=self._catch_up, daemon=True)
                    self._beside.start()
        return known[1]

    def _catch_up(self) -> None:
        try:
            self.now()
        except Exception:  # the screen itself meets the error when it reads the log next
            logging.getLogger("errata").warning("the review could not learn from the last verdicts", exc_info=True)

    def _looks(self) -> tuple[int, Looks]:
        with self._ledger.reading() as state:
            return self._ledger.lines(), looks_of(state, self._row_of, self._ledger.classes)

    @cached_property
    def _learner(self) -> Learner:
        """The learner with the traits of all images; embeddings are read here and not kept."""
        return learner_of(self._audit)


@cache
def use_one_core() -> None:
    """Let linear algebra use one core in this process from now on.

    A fit is too small for several: beside other work their threads wait for one another many times as long as they
    work, and keys are answered by the other core. The limit stays: lifting it under other threads is not safe.
    """
    ThreadpoolController().limit(limits=1, user_api="blas")


def learner_of(audit: Audit) -> Learner:
    """Return a learner that has followed nothing yet.

    Raises:
        ErrataError: the embeddings of a frozen architecture cannot be read.
    """
    files = [voter.run_folder / "predictions.npz" for voter in audit.voters if voter.frozen]
    embeddings = [Predictions.load(file).embeddings for file in files]
    n, labels = len(audit.rows), audit.rows.labels
    known = [values for values in embeddings if values is not None and len(values) == n]
    sight = sight_of(known, n)
    newest = traits_of(labels, audit.findings, sight)
    if not audit.findings.lessons:
        return Learner(newest)
    first = Learner(traits_of(labels, Findings.load(audit.folder / FINDINGS), sight))
    return Learner(newest, first, audit.findings.line)


def proposing_order(audit: Audit, state: State) -> LearnedOrder | None:
    """Return the learned order behind some looks as it was after them; None where no learned order proposed one.

    Raises:
        ErrataError: the embeddings of a frozen architecture cannot be read.
    """
    row_of = {str(image_id): row for row, image_id in enumerate(audit.rows.image_ids.tolist())}
    looks = looks_of(state, row_of, audit.rows.classes)
    return learner_of(audit).follow(looks) if looks.selected.any() else None
