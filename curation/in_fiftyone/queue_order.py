"""The places of the images to review, kept in step with the learned order beside the reviewer's keys."""

import logging
import threading
from collections.abc import Mapping
from typing import Any

from curation.database.answering import answering
from curation.database.names import REVIEW_ORDER
from curation.database.samples import write_samples
from curation.in_fiftyone.review_views import learned_places
from curation.review.bench import Bench


class QueueOrder:
    """Writes REVIEW_ORDER of a dataset after verdicts; images that are judged keep their place, and so their view."""

    def __init__(self, bench: Bench, dataset: Any, image_of: Mapping[str, str]):
        """Start without reading anything.

        Args:
            bench: of the data set.
            dataset: the FiftyOne dataset of its audit.
            image_of: id of a sample -> image_id.
        """
        self._bench, self._dataset, self._image_of = bench, dataset, image_of
        self._sample_of = {image_id: sample_id for sample_id, image_id in image_of.items()}
        self._lock, self._asked, self._beside = threading.Lock(), False, False

    def follow(self) -> None:
        """Let the places follow the log soon; returns at once."""
        with self._lock:
            self._asked = True
            if not self._beside:
                self._beside = True
                threading.Thread(target=self._keep_up, daemon=True).start()

    def _keep_up(self) -> None:
        while True:
            with self._lock:
                if not self._asked:
                    self._beside = False
                    return
                self._asked = False
            try:
                self.write()
            except Exception:  # the reviewer goes on, and the next session writes all places
                logging.getLogger("errata").warning("the order of the queue was not written", exc_info=True)

    def write(self) -> int:
        """Wait for the order after all verdicts, write the places that differ, and return how many did.

        Raises:
            ErrataError: the database does not answer, or the log or an embedding cannot be read.
        """
        bench = self._bench
        bench.learning.now()
        wanted, seen, now = learned_places(bench), bench.tally().seen, self._low_places()
        first = bench.audit.rows.image_ids[~seen & (wanted <= len(wanted))].tolist()
        candidates = {*now, *(self._sample_of[image_id] for image_id in first if image_id in self._sample_of)}
        values = {}
        for sample_id in candidates:
            row = bench.row_of.get(self._image_of.get(sample_id, ""))
            if row is not None and not seen[row] and now.get(sample_id, 0) != wanted[row]:
                values[sample_id] = {REVIEW_ORDER: int(wanted[row])}
        write_samples(self._dataset, values, noted=False)
        return len(values)

    @answering()
    def _low_places(self) -> dict[str, int | None]:
        """Return the places in the dataset of all samples but those that stand in the fixed order, behind the others.

        Other processes write places too: this reads few samples, and without a copy that could be old.
        """
        chosen = {"$or": [{REVIEW_ORDER: None}, {REVIEW_ORDER: {"$lte": len(self._bench.row_of)}}]}
        documents = self._dataset._sample_collection.find(chosen, {REVIEW_ORDER: True})
        return {str(document["_id"]): document.get(REVIEW_ORDER) for document in documents}
