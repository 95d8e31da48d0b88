"""How many planted label errors an audit ranked first, for data sets with a known truth."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import SPLITS
from curation.results.audit import Audit
from models.arrays import IntArray

TOPS = (50, 100)  # how many of the first ranked images of a split count
_COLUMNS = {"image_id", "split", "label", "true_label", "kind"}


def known_truth(audit: Audit) -> dict[str, Any] | None:
    """Return, for each split, how many label errors are among the first ranked; None where the truth is not known.

    A given label is an error where it is not exactly the true label of `truth.csv`: another class, one of several
    (`a|b`), or no class at all (empty). `plain` counts the errors that are not even one of several.

    Source: `truth.csv` at the data set's root; the audit itself never reads it.
    """
    truth = _read(audit.rows.root / "truth.csv")
    if truth is None:
        return None
    splits = {split: _split(audit, split, truth) for split in SPLITS if (audit.rows.splits == split).any()}
    return {split: figures for split, figures in splits.items() if figures["images"]}


def _read(path: Path) -> dict[str, tuple[str, str]] | None:
    """Return image_id -> true label and kind; None if there is no such file, or another table of that name."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = csv.DictReader(file)
            if not set(lines.fieldnames or ()) >= _COLUMNS:
                return None
            return {line["image_id"]: (line["true_label"] or "", line["kind"] or "") for line in lines}
    except (OSError, UnicodeDecodeError, csv.Error):
        return None


def _split(audit: Audit, split: str, truth: dict[str, tuple[str, str]]) -> dict[str, Any]:
    ranked = [int(row) for row in audit.suspects(split) if str(audit.rows.image_ids[row]) in truth]
    given = [audit.rows.classes[audit.rows.labels[row]] for row in ranked]
    truths = [truth[str(audit.rows.image_ids[row])] for row in ranked]
    pairs = [(label, true_label) for label, (true_label, _) in zip(given, truths, strict=True)]
    wrong = np.array([label != true_label for label, true_label in pairs], np.int64)
    plain = np.array([label not in true_label.split("|") for label, true_label in pairs], np.int64)
    kinds = np.array([kind for _, kind in truths], np.str_)
    return {
        "images": len(ranked),
        "errors": int(wrong.sum()),
        "plain": int(plain.sum()),
        "top": {str(top): _top(top, wrong, plain) for top in TOPS},
        "kinds": _kinds(kinds, wrong),
    }


def _top(top: int, wrong: IntArray, plain: IntArray) -> dict[str, Any]:
    """Return the errors among the first images, from 0 or 1 for each ranked image, shape (N,)."""
    n = min(top, len(wrong))
    errors = int(wrong[:n].sum())
    return {
        "n": n,
        "errors": errors,
        "plain": int(plain[:n].sum()),
        "precision": round(errors / n, 6) if n else None,
        "recall": round(errors / int(wrong.sum()), 6) if wrong.any() else None,
    }


def _kinds(kinds: npt.NDArray[np.str_], wrong: IntArray) -> dict[str, dict[str, int]]:
    """Return, for each kind of error, how many there are and how many are among the first images."""
    counts = {}
    for kind in np.unique(kinds[wrong == 1]):
        errors = wrong * (kinds == kind)
        counts[str(kind)] = {"errors": int(errors.sum()), **{f"top_{top}": int(errors[:top].sum()) for top in TOPS}}
    return counts
