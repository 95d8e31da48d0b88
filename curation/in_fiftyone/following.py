"""Verdicts made anywhere, from the ends of the decision logs into the FiftyOne datasets, beside the server of an App.

The log is the truth, and whoever decides never waits for FiftyOne: each App's process looks at the logs five times a
second and writes what is new. With several Apps each of them writes the same values.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import Any

from curation.database.names import dataset_name
from curation.database.samples import read_samples, samples_of_images
from curation.database.start import ensure_database
from curation.database.store import dataset_identity, load_dataset
from curation.decisions.decision import Decision, Entry
from curation.decisions.ledger import log_of, open_ledger
from curation.decisions.log import START
from curation.decisions.state import State
from curation.in_fiftyone.mirror import READ, given_labels, is_edited, prepare_review, write_changed
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_stamp, audited, audited_labels
from models.errors import ErrataError

INTERVAL_S = 0.2
_AGAIN_S = 1.0  # after which images are compared once more: another process may have written an older state meanwhile
_LOOK_S = 2.0  # how often to look whether a dataset was written anew
_RETRY_S = 2.0  # after an error
_log = logging.getLogger("errata")
Told = Callable[[str, Sequence[str] | None], None]  # FiftyOne dataset, ids of its samples with news; None: any sample


class DatasetFollower:
    """Keeps the dataset of one audit in step with its decision log."""

    def __init__(self, workspace: Workspace, name: str, told: Told):
        """Start without reading anything; the first step writes what the dataset lacks of the whole log.

        Args:
            workspace: its decisions and database.
            name: of an audited data set.
            told: is called once the dataset has new verdicts.
        """
        self._workspace, self._name, self._told = workspace, name, told
        self._log = log_of(workspace, name)
        self._dataset: Any = None
        self._seen: tuple[str, tuple[int, ...]] = "", ()  # which dataset, which audit
        self._looked_s = float("-inf")
        self._file: tuple[int, int, int] | None = None  # the log as it was last read
        self._end = START
        self._again: list[tuple[float, frozenset[str]]] = []  # when, which images

    def step(self) -> None:
        """Write what is new since the last step.

        Raises:
            ErrataError: the database does not answer, or the log or the audit cannot be read; the next step repeats it.
        """
        now = time.monotonic()
        if now - self._looked_s >= _LOOK_S:
            self._look_for_dataset()
            self._looked_s = now
        if self._dataset is None:
            return
        file, due = self._stamp(), [images for when, images in self._again if when <= now]
        if file == self._file and not due:
            return
        page = self._log.read(self._end)
        if not page.follows:  # another log
            self._write_all()
            return
        with self._ledger.reading() as state:
            new = judged_images(state, [entry for _, entry in page.entries])
        self._write(new.union(*due))
        self._file, self._end = file, page.end
        self._again = [(when, images) for when, images in self._again if when > now]
        if new:
            self._again.append((now + _AGAIN_S, new))
            self._told(dataset_name(self._name), self._samples_of(new))

    def _look_for_dataset(self) -> None:
        """Take the dataset that has the name now; write all into one that was not seen yet."""
        identity = dataset_identity(self._workspace, dataset_name(self._name))
        seen = identity, audit_stamp(self._workspace, self._name)
        if seen == self._seen:
            return
        self._dataset = None
        if identity and audited_labels(self._workspace, self._name) == ORIGINAL:  # nobody decides on a version's labels
            self._ledger = open_ledger(self._workspace, self._name)
            self._given = given_labels(self._ledger)
            dataset = load_dataset(self._workspace, dataset_name(self._name))
            prepare_review(dataset, self._ledger.rows)
            self._dataset = dataset
            self._write_all()
        self._seen = seen

    def _write_all(self) -> None:
        """Compare all images with the whole log."""
        file, page = self._stamp(), self._log.read()
        self._write(None)
        self._file, self._end, self._again = file, page.end, []
        self._told(dataset_name(self._name), None)

    def _write(self, images: Collection[str] | None) -> None:
        """Bring images, or all, up to date; an edit in FiftyOne that is no decision yet stays."""
        if images is not None and not images:
            return
        chosen = None if images is None else self._samples_of(images)
        samples = read_samples(self._dataset, READ, chosen)
        settled = {sample_id: sample for sample_id, sample in samples.items() if not is_edited(sample, self._given)}
        write_changed(self._dataset, self._ledger, self._given, settled)

    def _samples_of(self, images: Collection[str]) -> list[str]:
        return samples_of_images(self._dataset, sorted(images))

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            status = self._log.path.stat()
        except OSError:  # nobody decided yet
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns


class LogFollower:
    """A thread that keeps the datasets of all audits in step with their logs, until it is told to stop."""

    def __init__(self, workspace: Workspace, told: Told = lambda dataset, sample_ids: None):
        """Prepare it; see `DatasetFollower`."""
        self._workspace, self._told = workspace, told
        self._followers: dict[str, DatasetFollower] = {}
        self._late: dict[str, float] = {}  # data set -> when it is tried again
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="errata-log", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the present step."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(INTERVAL_S):
            for name in audited(self._workspace):
                if self._stopped.is_set() or self._late.get(name, 0) > time.monotonic():
                    continue
                try:
                    self._followers.setdefault(name, DatasetFollower(self._workspace, name, self._told)).step()
                except Exception as error:  # the App goes on, and so do the other data sets
                    # From the first line again: the write that failed may have changed some samples.
                    self._followers.pop(name, None)
                    self._late[name] = time.monotonic() + _RETRY_S
                    self._recover(name, error)

    def _recover(self, name: str, error: Exception) -> None:
        """Start the database again where it died."""
        known = isinstance(error, ErrataError)
        _log.warning("FiftyOne's fields of %s wait for the log: %s", name, error, exc_info=not known)
        with suppress(ErrataError):  # the next step says what is the matter
            ensure_database(self._workspace)


def judged_images(state: State, entries: Sequence[Entry]) -> frozenset[str]:
    """Return the image_ids that decisions, undos and redos are about, as far as the data set has the images."""
    decisions = (entry if isinstance(entry, Decision) else state.decision(entry.of) for entry in entries)
    images = (state.image_of(decision) for decision in decisions if decision is not None)
    return frozenset(image_id for image_id in images if image_id is not None)
