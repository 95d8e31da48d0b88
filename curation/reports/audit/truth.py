"""How many planted label errors an audit ranked first, for data sets whose truth is known."""

import csv
from pathlib import Path
from typing import Any

import numpy as np

from curation.datasets.rows import SPLITS
from curation.results.audit import Audit
from models.arrays import IntArray

TOPS = (50, 100)  # first ranked images of a split looked at
_COLUMNS = {"image_id", "split", "label", "true_label", "kind"}


def known_truth(audit: Audit) -> dict[str, Any] | None:
    """Return, for each split, how many label errors are among the first ranked; None where the truth is not known.

    An error is a given label that is not exactly the true one of `truth.csv`: that is another class, one of several
    (`a|b`), or no class at all (empty). In a part of them, counted as `plain`, it is not even one of several.

    Source: `truth.csv` at the data set's root; the audit itself never reads it.
    """
    truth = _read(audit.rows.root / "truth.csv")
    if truth is None:
        return None
    splits = {split: _split(audit, split, truth) for split in SPLITS if (audit.rows.splits == split).any()}
    return {split: figures for split, figures in splits.items() if figures["images"]}


def _read(path: Path) -> dict[str, tuple[str, str]] | None:
    """Return image_id -> true label and kind; None if the file is not there or is some other table of that name."""
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
    known = [truth[str(audit.rows.image_ids[row])] for row in ranked]
    given = [audit.rows.classes[audit.rows.labels[row]] for row in ranked]
    wrong = np.array([label != true for label, (true, _) in zip(given, known, strict=True)], np.int64)
    plain = np.array([label not in true.split("|") for label, (true, _) in zip(given, known, strict=True)], np.int64)
    kinds = np.array([kind for _, kind in known], np.str_)
    return {
        "images": len(ranked),
        "errors": int(wrong.sum()),
        "plain": int(plain.sum()),
        "top": {str(top): _top(top, wrong, plain) for top in TOPS},
        "kinds": {
            str(kind): {
                "errors": int(wrong[kinds == kind].sum()),
                **{f"top_{top}": int(wrong[:top][kinds[:top] == kind].sum()) for top in TOPS},
            }
            for kind in np.unique(kinds[wrong == 1])
        },
    }


def _top(top: int, wrong: IntArray, plain: IntArray) -> dict[str, Any]:
    n = min(top, len(wrong))
    errors = int(wrong[:n].sum())
    return {
        "n": n,
        "errors": errors,
        "plain": int(plain[:n].sum()),
        "precision": round(errors / n, 6) if n else None,
        "recall": round(errors / int(wrong.sum()), 6) if wrong.any() else None,
    }
