"""The surest errors of trained runs: another class than the given label, with the highest probability."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from curation.datasets.rows import Rows
from curation.results.trained import TrainedRun
from models.arrays import FloatArray, IntArray
from models.errors import ErrataError

SHOWN = 24  # images of each split


def surest_errors(runs: Sequence[TrainedRun], rows: Rows) -> dict[str, list[dict[str, Any]]]:
    """Return the surest errors of the validation and test images, surest first.

    Args:
        runs: the seeds of one recipe; those without predictions yet are passed over.
        rows: the images with the labels the runs were judged by.

    Returns:
        split -> at most 24 images, each with `row`, `image_id`, `label`, `prediction`, `confidence` and
        `label_probability` (means over the seeds that predicted it), `wrong` of `seeds`.

    Raises:
        ErrataError: predictions are of other classes.
    """
    sums, wrong, seeds = _tally(runs, rows)
    probs = sums / np.maximum(seeds, 1)[:, None]
    confidence, predicted = probs.max(1), probs.argmax(1)
    found = {}
    for split in ("test", "val"):
        held_out = (rows.splits == "test") == (split == "test")  # training may have taken its validation from train
        own = np.flatnonzero(held_out & (seeds > 0) & (predicted != rows.labels))
        order = own[np.argsort(-confidence[own], kind="stable")][:SHOWN]
        found[split] = [
            {
                "row": int(row),
                "image_id": str(rows.image_ids[row]),
                "label": rows.classes[rows.labels[row]],
                "prediction": rows.classes[predicted[row]],
                "confidence": round(float(confidence[row]), 6),
                "label_probability": round(float(probs[row, rows.labels[row]]), 6),
                "wrong": int(wrong[row]),
                "seeds": int(seeds[row]),
            }
            for row in order
        ]
    return {split: errors for split, errors in found.items() if errors}


def _tally(runs: Sequence[TrainedRun], rows: Rows) -> tuple[FloatArray, IntArray, IntArray]:
    """Return summed probabilities, shape (N, K), and how many seeds were wrong and predicted at all, shape (N,)."""
    place = {str(image_id): row for row, image_id in enumerate(rows.image_ids)}
    sums = np.zeros((len(rows), len(rows.classes)), np.float32)
    wrong, seeds = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    for run in runs:
        predictions = run.predictions()
        if predictions is None:
            continue
        if predictions.probs.shape[1] != len(rows.classes):
            raise ErrataError(
                f"run {run.name} predicts {predictions.probs.shape[1]} classes, the data set has {len(rows.classes)}; "
                "give the rows it was trained on"
            )
        known = np.array([str(image_id) in place for image_id in predictions.image_ids], bool)
        at = np.array([place[str(image_id)] for image_id in predictions.image_ids[known]], np.int64)
        probs = predictions.probs[known]
        sums[at] += probs
        seeds[at] += 1
        wrong[at] += probs.argmax(1) != rows.labels[at]
    return sums, wrong, seeds
