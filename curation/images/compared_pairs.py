"""Pairs of pictures that were compared, kept by content: the next audit of the same images compares none again."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.arrays import BoolArray, IntArray
from models.errors import ErrataError
from models.files.atomic import digest, write_text
from models.files.npz import Like, read_arrays, write_arrays
from models.files.unfinished import sweep

Contents = npt.NDArray[np.str_]  # (C,) SHA-256 of distinct files, sorted


@dataclass(frozen=True)
class ComparedPairs:
    """A folder with the pairs that were compared in each set of images.

    A set is a folder: `sha256s.txt` lists its contents and `pairs.npz` holds the compared pairs, as indices into that
    list, with the answer. No label, split, name or order of the images takes part.
    """

    folder: Path  # of one way of comparing
    proposed_by: str  # what proposes the pairs beside the contents, such as the embeddings of a backbone

    def alike(
        self, contents: Contents, propose: Callable[[], IntArray], compare: Callable[[IntArray], BoolArray]
    ) -> IntArray:
        """Return the proposed pairs that show the same picture, shape (A, 2), indices i < j of `contents`.

        Args:
            contents: the set.
            propose: returns pairs i < j, shape (P, 2); not called where this set was compared before.
            compare: returns whether the pictures of each pair are the same, shape (P,); only called with pairs that
                were compared in no set.
        """
        kept = self.folder / digest(self.proposed_by, contents.tolist())
        with suppress(ErrataError):  # never compared, or damaged
            pairs, same = _read(kept)
            return pairs[same]
        pairs = propose()
        known, same = self._known(contents, pairs)
        same[~known] = compare(pairs[~known])
        sweep(kept)  # what killed audits left
        write_text(kept / "sha256s.txt", "".join(f"{sha256}\n" for sha256 in contents.tolist()))
        write_arrays(kept / "pairs.npz", pairs=pairs.astype(np.int32), same=same)
        return pairs[same]

    def _known(self, contents: Contents, pairs: IntArray) -> tuple[BoolArray, BoolArray]:
        """Return which pairs another set knows, and whether they are the same picture; shape (P,) each."""
        known, same = np.zeros(len(pairs), bool), np.zeros(len(pairs), bool)
        codes = _codes(pairs, len(contents))
        for theirs, compared, answers in self._sets() if len(pairs) else ():
            place = np.searchsorted(contents, theirs)
            place[place == len(contents)] = 0
            place[contents[place] != theirs] = -1  # not in this set
            translated = place[compared]
            shared = (translated >= 0).all(1)
            their_codes, their_answers = _codes(translated[shared], len(contents)), answers[shared]
            _, ours, rows = np.intersect1d(codes, their_codes, return_indices=True)
            known[ours], same[ours] = True, their_answers[rows]
        return known, same

    def _sets(self) -> Iterator[tuple[Contents, IntArray, BoolArray]]:
        """Yield contents, compared pairs and answers of each set."""
        for file in sorted(self.folder.glob("[!.]*/pairs.npz")):
            with suppress(ErrataError, OSError):  # damaged, or removed meanwhile
                pairs, same = _read(file.parent)
                listed = (file.parent / "sha256s.txt").read_text(encoding="utf-8", errors="replace").split()
                if pairs.max(initial=-1) < len(listed):  # else the list is damaged
                    yield np.array(listed, np.str_), pairs, same


def _read(kept: Path) -> tuple[IntArray, BoolArray]:
    like = {"pairs": Like("whole", ("P", 2)), "same": Like("flags", ("P",))}
    arrays = read_arrays(kept / "pairs.npz", like=like)
    return arrays["pairs"].astype(np.int64), arrays["same"]


def _codes(pairs: IntArray, n: int) -> IntArray:
    """Return one number for each pair of indices below n, in the order of the pairs."""
    return pairs[:, 0] * n + pairs[:, 1]
