"""The images on which contestants differ."""

from typing import Any

import numpy as np

from curation.comparison.board import Board
from models.arrays import FloatArray, IntArray


def differing_images(board: Board) -> list[dict[str, Any]]:
    """Return the images for which the contestants predict different classes, the surest disagreement first.

    One run stands for each contestant, that of its lowest seed. For how sure a disagreement is see `disagreement`.

    Returns:
        for each image `image_id`, `given` class, `classes` (version -> those that count as right) and `predictions`,
        for each contestant `class` and `confidence` in [0, 1].
    """
    first = [runs[0] for runs in board.members]
    predicted = board.predicted[first]  # (C, N)
    confidence = np.stack([board.probs[run].max(1) for run in first])  # (C, N)
    differ = np.flatnonzero((predicted != predicted[0]).any(0))
    strength = disagreement(predicted[:, differ], confidence[:, differ])
    names = board.images.rows.classes
    return [
        {
            "image_id": str(board.images.rows.image_ids[image]),
            "given": names[board.images.rows.labels[image]],
            "classes": {
                version: [names[k] for k in np.flatnonzero(labels.right[image])]
                for version, labels in board.images.versions.items()
            },
            "predictions": [
                {"class": names[label], "confidence": round(float(share), 6)}
                for label, share in zip(predicted[:, image], confidence[:, image], strict=True)
            ],
        }
        for image in differ[np.argsort(-strength, kind="stable")].tolist()
    ]


def disagreement(predicted: IntArray, confidence: FloatArray) -> FloatArray:
    """Return how sure the surest disagreement on each image is, shape (N,), in [0, 1]; 0 where all agree.

    Two contestants that predict different classes disagree as surely as the less confident of them is.

    Args:
        predicted: class indices, shape (C, N).
        confidence: their probabilities, shape (C, N).
    """
    order = np.argsort(-confidence, axis=0, kind="stable")
    top = np.take_along_axis(predicted, order[:1], 0)  # (1, N)
    return np.asarray(np.where(predicted != top, confidence, 0).max(0, initial=0), np.float32)
