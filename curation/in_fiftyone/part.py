"""Which images of an audit FiftyOne gets: all, or above a limit the part that a review needs and a random sample.

A verdict may be given on any image, in Errata's app; FiftyOne shows those on images that it has.
"""

from dataclasses import dataclass

import numpy as np

from curation.database.documents import Column
from curation.database.names import PART_VIEW, RANDOM_SAMPLE, SAMPLE_VIEW
from curation.database.views import View
from curation.decisions.ledger import Ledger
from curation.in_fiftyone.audit_fields import ALL, Chosen
from curation.in_fiftyone.review_views import learned_places
from curation.results.audit import Audit
from curation.review.bench import Bench
from curation.review.population import draw_order_of
from curation.review.queue import split_places
from models.arrays import BoolArray, IntArray

_BEFORE = 0  # the limit of audits from before there was one: their dataset has all images
_SAMPLE = 4  # one in so many images of the limit is drawn at random from all
_SEED = 0


@dataclass(frozen=True)
class Part:
    """The images of an audit that FiftyOne has."""

    rows: IntArray  # (M,) of the N images, in their order
    sampled: BoolArray  # (M,) which were drawn at random from all N
    judged: int
    images: int  # N

    @property
    def is_cut(self) -> bool:
        """Whether images are left out."""
        return len(self.rows) < self.images

    @property
    def chosen(self) -> Chosen:
        """The rows, for columns."""
        return self.rows if self.is_cut else ALL

    def sentence(self) -> str:
        """Return what FiftyOne has, and how to write all; empty where it has all."""
        if not self.is_cut:
            return ""
        kinds = [f"{int(self.sampled.sum()):,} drawn at random from all"]
        if self.judged:
            kinds.insert(0, f"{self.judged:,} judged")
        queue = "the first of the review queue, with the looks drawn in it"
        return (
            f"FiftyOne has {len(self.rows):,} of {self.images:,} images: {', '.join(kinds)}, and {queue}; "
            "audit with --fiftyone-limit 0 to write all"
        )


def limit_of(audit: Audit) -> int:
    """Return how many images the audit writes into FiftyOne at most; 0 = all."""
    return int(audit.config.get("fiftyone_limit", _BEFORE))


def short_sentence(audit: Audit) -> str:
    """Return how many images FiftyOne has, for a link into it; empty where it has all."""
    limit, n = limit_of(audit), len(audit.rows)
    if not limit or n <= limit:
        return ""
    return f"FiftyOne has {limit:,} of {n:,} images: the first of the review queue, and a random sample."


def part_columns(part: Part) -> list[Column]:
    """Return the field that tells which images were drawn at random; none where FiftyOne has all images."""
    described = "drawn at random from all images, each as likely as any other"
    return [Column(RANDOM_SAMPLE, "source", part.sampled.tolist(), described, index=True)] if part.is_cut else []


def part_views(part: Part) -> list[View]:
    """Return the saved views that say what FiftyOne has; none where it has all images."""
    if not part.is_cut:
        return []
    drawn = f"{int(part.sampled.sum()):,} drawn at random from all {part.images:,} images, each as likely as any other"
    return [View(PART_VIEW, part.sentence()), View(SAMPLE_VIEW, drawn, {RANDOM_SAMPLE: True})]


def part_of(audit: Audit, ledger: Ledger | None) -> Part:
    """Return the images that FiftyOne gets: those judged, a random sample of all, and the first of the review queue.

    The queues of the splits count alike: a test split of a tenth of the images is there sooner than its share.

    Args:
        audit: of N images.
        ledger: of their decisions; None: nobody decides on the labels of a version.

    Raises:
        ErrataError: the log or an embedding cannot be read.
    """
    limit, n = limit_of(audit), len(audit.rows)
    if not limit or n <= limit:
        return Part(np.arange(n), np.zeros(n, bool), 0, n)
    if ledger is None:
        seen = np.zeros(n, bool)
        places, _ = split_places(audit.consensus.label_quality, draw_order_of(audit), audit.rows.splits)
    else:
        bench = Bench(audit, ledger)
        seen, places = bench.tally().seen, learned_places(bench)
    draws = np.random.default_rng(_SEED).permutation(n)[: limit // _SAMPLE]
    sampled = np.isin(np.arange(n), draws)
    first = np.lexsort((np.arange(n), places, ~sampled, ~seen))[:limit]  # the last key counts most
    rows = np.sort(first)
    return Part(rows, sampled[rows], int(seen[rows].sum()), n)
