"""What new images look like: the training images nearest to each, and whether any class fits."""

from dataclasses import dataclass

import numpy as np

from curation.results.audit import Audit
from curation.scoring.neighbours import directions, most_alike
from curation.scoring.strangers import strangers
from models.arrays import FloatArray, IntArray

NONE_FITS = 0.5  # from this score on, an image counts as outside the classes
_RIGHT = 0.5  # label quality from which an image counts as ordinary


@dataclass(frozen=True)
class Likeness:
    """What M new images look like, by the embeddings of one frozen backbone."""

    rows: list[IntArray]  # for each image the rows of the nearest training images
    similarity: list[FloatArray]  # their cosine similarity, in [-1, 1]
    none_of_these: FloatArray | None  # (M,) in [0, 1], high = no class fits; None: too few images to tell


def likeness(audit: Audit, known: FloatArray, new: FloatArray, count: int) -> Likeness:
    """Compare new images with those of an audit.

    Args:
        audit: of N images.
        known: their embeddings by a frozen backbone, shape (N, D).
        new: embeddings of M images by the same backbone, shape (M, D).
        count: how many of the nearest training images, for each.
    """
    rows, n = audit.rows, len(known)
    train = rows.splits == "train"
    if not train.any():  # a data set without a train split: its images stand for what was seen
        train = np.ones(n, np.bool_)
    turned = directions(known, new)
    among = np.append(train, np.zeros(len(new), np.bool_))
    near = [most_alike(turned, n + place, among, count) for place in range(len(new))]
    similarity = [
        turned[neighbours].astype(np.float32) @ turned[n + place].astype(np.float32)
        for place, neighbours in enumerate(near)
    ]
    findings = audit.findings
    in_scope = findings.kinds.out_of_scope < NONE_FITS
    ordinary = in_scope & (findings.label_quality >= _RIGHT)
    strange = strangers(known, new, train & in_scope, ordinary, audit.duplicates.groups)
    return Likeness(near, similarity, strange)
