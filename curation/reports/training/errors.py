"""The surest errors of trained runs: images for which another class than the given label has a high probability."""

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
        runs: the seeds of one recipe; seeds without predictions yet are skipped.
        rows: the images with the labels the runs were judged by.

    Returns:
        split -> at most 24 images, each with `row`, `image_id`, `label`, `prediction`; `confidence` and
        `label_probability`, means over the seeds that predicted the image; `seeds`, how many these are, and `wrong`,
        how many of them are wrong.

    Raises:
        ErrataError: the predictions are of other classes than the rows.
    """
    sums, wrong, seeds = _tally(runs, rows)
    probs = sums / np.maximum(seeds, 1)[:, None]
    confidence, predicted = probs.max(1), probs.argmax(1)
    errors = {}
    for split in ("test", "val"):
        in_split = (rows.splits == "test") == (split == "test")  # validation images may have been taken from train
        candidates = np.flatnonzero(in_split & (seeds > 0) & (predicted != rows.labels))
        surest = candidates[np.argsort(-confidence[candidates], kind="stable")][:SHOWN]
        errors[split] = [
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
            for row in surest
        ]
    return {split: images for split, images in errors.items() if images}


def _tally(runs: Sequence[TrainedRun], rows: Rows) -> tuple[FloatArray, IntArray, IntArray]:
    """Return summed probabilities, shape (N, K), and how many seeds were wrong and how many predicted, shape (N,)."""
    row_of = {str(image_id): row for row, image_id in enumerate(rows.image_ids)}
    sums = np.zeros((len(rows), len(rows.classes)), np.float32)
    wrong, seeds = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    for run in runs:
        predictions = run.predictions()
        if predictions is None:
            continue
        if predictions.probs.shape[1] != len(rows.classes):
            raise ErrataError(
                f"run {run.name} predicts {predictions.probs.shape[1]} classes, the data set has {len(rows.classes)}; "
                "pass the rows that it was trained on"
            )
        known = np.array([str(image_id) in row_of for image_id in predictions.image_ids], bool)
        numbers = np.array([row_of[str(image_id)] for image_id in predictions.image_ids[known]], np.int64)
        probs = predictions.probs[known]
        sums[numbers] += probs
        seeds[numbers] += 1
        wrong[numbers] += probs.argmax(1) != rows.labels[numbers]
    return sums, wrong, seeds
