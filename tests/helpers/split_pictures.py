"""Images that exist only as rows, and verdicts on them: for tests of curated versions."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from curation.datasets.rows import Rows
from curation.decisions.decision import Decision, Entry
from curation.decisions.lines.followed_log import today_of
from curation.decisions.state import State, replay
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates
from curation.scoring.scores import Ranking

CLASSES = ("sea", "forest", "street")


def checked(
    labels: Sequence[int], splits: Sequence[str], ids: Sequence[str] = (), classes: tuple[str, ...] = CLASSES
) -> CheckedRows:
    """Return so many images, named 00.png, 01.png, … unless names are given."""
    n = len(labels)
    names = np.array(list(ids) or [f"{i:02d}.png" for i in range(n)])
    sha256s = np.array([hashlib.sha256(name.encode()).hexdigest() for name in names.tolist()])
    rows = Rows(Path("/pictures"), classes, names, np.array(labels, np.int64), np.array(splits, "<U5"))
    return CheckedRows(rows, sha256s, np.arange(n, dtype=np.uint64), np.full((n, 2), 10), ())


def copies(groups: Sequence[int]) -> Duplicates:
    """Return images of which those with the same number are copies."""
    shared = np.bincount(np.array(groups, np.int64))[np.array(groups, np.int64)] > 1
    return Duplicates(np.array(groups, np.int64), shared, np.zeros(len(groups), bool))


def alone(n: int) -> Duplicates:
    """Return images of which none is a copy."""
    return copies(range(n))


def brute_force_pairs(hashes: np.ndarray, max_bits: int) -> set[tuple[int, int]]:
    """Return the pairs of rows i < j with hashes that differ in at most so many bits, comparing all with all."""
    numbers = [int(value) for value in hashes]
    n = len(numbers)
    return {(i, j) for i in range(n) for j in range(i + 1, n) if (numbers[i] ^ numbers[j]).bit_count() <= max_bits}


def verdict(
    images: CheckedRows, row: int, decision: str, *new_labels: str, reviewer: str = "ana", number: int = 0, **more: str
) -> Decision:
    """Return a decision as the log has it; later numbers come later."""
    label = images.rows.classes[images.rows.labels[row]]
    return Decision(
        reviewer,
        str(images.rows.image_ids[row]),
        decision,
        new_labels,
        label,
        str(images.sha256s[row]),
        id=f"{reviewer}-{row}-{number}",
        sequence=number,
        time=f"2026-01-01T00:00:{number:02d}.000000Z",
        **more,  # type: ignore[arg-type]
    )


def judged(images: CheckedRows, entries: Sequence[Entry] = ()) -> State:
    """Return the state after these decisions."""
    return replay(entries, images.rows.image_ids.tolist(), images.sha256s.tolist(), today_of(images))


def state_of(*decisions: Decision) -> State:
    """Return the state after these decisions, numbered as a log numbers them; their images are not looked up."""
    time = "2026-01-31T12:00:00.000000Z"
    return replay([replace(decision, id=f"{n}", sequence=n, time=time) for n, decision in enumerate(decisions, 1)])


def ranking(qualities: Sequence[float], suggested: Sequence[int]) -> Ranking:
    """Return what models say of the images."""
    n = len(qualities)
    classes = np.array(suggested, np.int64)
    return Ranking(np.array(qualities, np.float32), classes, classes, np.full(n, 0.9, np.float32))
