"""The images on which contestants differ."""

from typing import Any

import numpy as np

from curation.comparison.board import Board
from models.arrays import FloatArray, IntArray


def differing(board: Board) -> list[dict[str, Any]]:
    """Return the common images that the contestants do not all predict alike, the surest disagreement first.

    Each contestant speaks through one run, that of its lowest seed. How sure a disagreement is: the highest confidence
    with which two different classes are both predicted, of the less confident of the two.

    Returns:
        for each image its `image_id`, `given` class, `classes` as version -> those that count as right, and
        `predictions`, one for each contestant in their order: `class` and `confidence` in [0, 1].
    """
    first = [rows[0] for rows in board.members]
    predicted = board.predicted[first]  # (C, N)
    sure = np.stack([board.probs[row].max(1) for row in first])
    differ = np.flatnonzero((predicted != predicted[0]).any(0))
    strength = disagreement(predicted[:, differ], sure[:, differ])
    names = board.images.rows.classes
    return [
        {
            "image_id": str(board.images.rows.image_ids[image]),
            "given": names[board.images.rows.labels[image]],
            "classes": {
                version: [names[k] for k in np.flatnonzero(own.right[image])]
                for version, own in board.images.versions.items()
            },
            "predictions": [
                {"class": names[label], "confidence": round(float(share), 6)}
                for label, share in zip(predicted[:, image], sure[:, image], strict=True)
            ],
        }
        for image in differ[np.argsort(-strength, kind="stable")].tolist()
    ]


def disagreement(predicted: IntArray, sure: FloatArray) -> FloatArray:
    """Return how sure the surest disagreement on each image is, shape (N,), in [0, 1]; 0 where all agree.

    Args:
        predicted: class indices, shape (C, N).
        sure: the probability of each, shape (C, N).
    """
    order = np.argsort(-sure, axis=0, kind="stable")
    top = np.take_along_axis(predicted, order[:1], 0)  # (1, N)
    return np.asarray(np.where(predicted != top, sure, 0).max(0, initial=0), np.float32)
