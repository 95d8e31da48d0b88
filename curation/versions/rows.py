"""The images of a version: labels and splits as given and as curated, who decided, what is left out and why."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import SPLITS, Rows
from curation.decisions.verdicts import VERDICTS
from curation.images.checked_rows import CheckedRows, check_labels
from curation.images.duplicates import Duplicates
from models.arrays import BoolArray, FloatArray, IntArray
from models.files.npz import Like, read_arrays, write_arrays

AUTO = "auto"  # the decision of a label that was taken from the models without a look
LEAK = "leak"  # left out: a twin lies in a split further on (val, test)
MAKE_AGAIN = "versions are never changed: remove its folder and make it again"
_JSON = json.JSONEncoder(separators=(",", ":"))
BETWEEN_NAMES = "\n"  # never in a reviewer's name, which prints

Texts = npt.NDArray[np.str_]
_TEXTS = ("image_ids", "splits", "sha256s", "given_splits", "out", "decisions", "reviewers", "times")
_LIKE = {
    **{name: Like("text", ("N",)) for name in _TEXTS},
    **{name: Like("whole", ("N",)) for name in ("labels", "hashes", "given", "groups")},
    **{name: Like("flags", ("N",)) for name in ("disputed", "exact", "near")},
    "sizes_px": Like("whole", ("N", 2)),
    "soft_rows": Like("whole", ("S",)),
    "soft": Like("numbers", ("S", "K"), finite=True),
    "readings": Like("text", ("N",), optional=True),
}


def decision_texts(texts: Texts) -> Texts:
    """Return a copy of an array of decisions, or of reasons to leave images out, that has room for any of them."""
    return np.asarray(texts, f"<U{max(map(len, (*VERDICTS, AUTO, LEAK)))}").copy()


@dataclass(frozen=True)
class CuratedRows:
    """N audited images; images that are left out keep their split, for the next version."""

    checked: CheckedRows  # labels (N,) and splits (N,) as curated; classes as given, behind them those added
    given: IntArray  # (N,) labels as given
    given_splits: Texts  # (N,)
    out: Texts  # (N,) a verdict that removes the label, or leak; empty for images that are in the version
    decisions: Texts  # (N,) kind of the verdict in force, AUTO, or empty
    reviewers: Texts  # (N,) whose verdict it is, several joined by BETWEEN_NAMES
    times: Texts  # (N,) of the verdict, UTC
    disputed: BoolArray  # (N,) reviewers disagree: label as given
    duplicates: Duplicates  # of the N
    soft_rows: IntArray  # (S,) rows of several classes
    soft: FloatArray  # (S, K) their soft labels, rows sum to 1

    @classmethod
    def as_given(cls, checked: CheckedRows, duplicates: Duplicates) -> "CuratedRows":
        """Return the images with nothing decided."""
        n, k = len(checked.rows), len(checked.rows.classes)
        empty = np.full(n, "", "<U1")
        return cls(
            checked,
            checked.rows.labels,
            checked.rows.splits,
            empty,
            empty,
            empty,
            empty,
            np.zeros(n, np.bool_),
            duplicates,
            np.empty(0, np.int64),
            np.empty((0, k), np.float32),
        )

    @property
    def members(self) -> BoolArray:
        """Which images are in the version, shape (N,)."""
        return np.asarray(self.out == "")

    @cached_property
    def member_checked(self) -> CheckedRows:
        """The M images that are in the version."""
        return self.checked.where(self.members)

    @property
    def member_duplicates(self) -> Duplicates:
        """Which of the M images are the same picture."""
        members, twins = self.members, self.duplicates
        return Duplicates(twins.groups[members], twins.exact[members], twins.near[members])

    def soft_names(self) -> dict[int, tuple[str, ...]]:
        """Return the classes of each row that has several, in order of the classes."""
        classes = self.checked.rows.classes
        soft_labels = zip(self.soft_rows.tolist(), self.soft, strict=True)
        return {row: tuple(classes[label] for label in np.flatnonzero(shares)) for row, shares in soft_labels}

    def reviewer_names(self, of_rows: IntArray | slice = slice(None)) -> list[tuple[str, ...]]:
        """Return the reviewers of each image, or of some rows; none where no person decided."""
        texts = self.reviewers[of_rows].tolist()
        known = {names: tuple(filter(None, names.split(BETWEEN_NAMES))) for names in set(texts)}
        return [known[names] for names in texts]

    def counts(self) -> dict[str, dict[str, int]]:
        """Return split -> class -> images."""
        rows = self.member_checked.rows
        return {
            split: {
                name: int(count)
                for name, count in zip(
                    rows.classes,
                    np.bincount(rows.labels[rows.splits == split], minlength=len(rows.classes)),
                    strict=True,
                )
            }
            for split in SPLITS
            if (rows.splits == split).any()
        }

    def out_counts(self) -> dict[str, int]:
        """Return why -> how many images are left out."""
        return dict(sorted(Counter(why for why in self.out.tolist() if why).items()))

    def changed(self) -> BoolArray:
        """Return which images in the version have another label than given, or several, shape (N,)."""
        changed = self.checked.rows.labels != self.given
        changed[self.soft_rows] = True
        return np.asarray(changed & self.members)

    def learned_otherwise(self) -> BoolArray:
        """Return which images a network learns from differently than from the data as given, shape (N,).

        They are in train, or were, and have another label, or several, or are left out, or moved.
        """
        differs = self.changed() | (self.out != "") | (self.checked.rows.splits != self.given_splits)
        in_train = (self.given_splits == "train") | ((self.checked.rows.splits == "train") & self.members)
        return np.asarray(differs & in_train)

    def changed_counts(self) -> dict[str, int]:
        """Return kind of decision -> how many labels it changed."""
        return dict(sorted(Counter(self.decisions[self.changed()].tolist()).items()))

    def sha256(self) -> str:
        """Return the hash of the version's content: sorted image_id, content, label, split and soft label.

        Class names count, not their numbers: neither the order of rows nor that of classes matters.
        """
        rows, soft = self.checked.rows, self.soft_names()
        place = {row: self.soft[i] for i, row in enumerate(self.soft_rows.tolist())}
        columns = (rows.image_ids.tolist(), self.checked.sha256s.tolist(), rows.labels.tolist(), rows.splits.tolist())
        lines, out = [], self.out.tolist()
        for row, (image_id, sha256, label, split) in enumerate(zip(*columns, strict=True)):
            if out[row]:
                continue
            line: list[object] = [image_id, sha256, rows.classes[label], split]
            if row in soft:
                shares = sorted((rows.classes[i], round(float(place[row][i]), 6)) for i in np.flatnonzero(place[row]))
                line.append(shares)
            lines.append(line)
        digest = hashlib.sha256()
        for line in sorted(lines, key=lambda line: str(line[0])):
            digest.update(_JSON.encode(line).encode("ascii") + b"\n")
        return digest.hexdigest()

    def save(self, path: Path) -> None:
        """Write one .npz; root and classes are kept beside it."""
        checked, twins = self.checked, self.duplicates
        write_arrays(
            path,
            image_ids=checked.rows.image_ids,
            labels=checked.rows.labels,
            splits=checked.rows.splits,
            sha256s=checked.sha256s,
            hashes=checked.hashes,
            sizes_px=checked.sizes_px,
            given=self.given,
            given_splits=self.given_splits,
            out=self.out,
            decisions=self.decisions,
            reviewers=self.reviewers,
            times=self.times,
            disputed=self.disputed,
            groups=twins.groups,
            exact=twins.exact,
            near=twins.near,
            soft_rows=self.soft_rows,
            soft=self.soft,
            **({} if checked.readings is None else {"readings": checked.readings}),
        )

    @classmethod
    def load(
        cls, path: Path, root: Path, classes: tuple[str, ...], merged: tuple[tuple[str, str], ...] = ()
    ) -> "CuratedRows":
        """Read what `save` wrote.

        Raises:
            ErrataError: the file is missing or damaged.
        """
        arrays = read_arrays(path, like=_LIKE, advice=MAKE_AGAIN)
        check_labels(path, arrays["labels"], len(classes), MAKE_AGAIN)
        rows = Rows(root, classes, arrays["image_ids"], arrays["labels"], arrays["splits"], merged=merged)
        return cls(
            CheckedRows(
                rows,
                arrays["sha256s"],
                arrays["hashes"],
                arrays["sizes_px"],
                (),
                readings=arrays.get("readings"),
            ),
            arrays["given"],
            arrays["given_splits"],
            arrays["out"],
            arrays["decisions"],
            arrays["reviewers"],
            arrays["times"],
            arrays["disputed"],
            Duplicates(arrays["groups"], arrays["exact"], arrays["near"]),
            arrays["soft_rows"],
            arrays["soft"],
        )
