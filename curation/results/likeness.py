"""What new images look like: the training images nearest to each, and whether any class fits."""

from dataclasses import dataclass

import numpy as np

from curation.results.audit import Audit
from curation.scoring.neighbours import directions, most_alike
from curation.scoring.out_of_scope import FEWEST, isolation, out_of_scope, scope_axes, strangeness
from curation.scoring.principal_axes import joint_features
from curation.scoring.scores import self_confidence
from models.arrays import BoolArray, FloatArray, IntArray

NONE_FITS = 0.5  # from this score on, an image counts as outside the classes


@dataclass(frozen=True)
class Likeness:
    """What M new images look like, by the embeddings of one frozen backbone."""

    rows: list[IntArray]  # for each image the rows of the nearest training images
    similarity: list[FloatArray]  # their cosine similarity, in [-1, 1]
    none_of_these: FloatArray | None  # (M,) in [0, 1], high = no class fits; None: too few held-out images to tell


def likeness(audit: Audit, known: FloatArray, new: FloatArray, count: int) -> Likeness:
    """Compare new images with those of an audit.

    Args:
        audit: of N images.
        known: their embeddings by a frozen backbone, shape (N, D).
        new: embeddings of M images by the same backbone, shape (M, D).
        count: how many of the nearest training images, for each.
    """
    rows, n = audit.rows, len(known)
    embeddings = np.concatenate([known, new]).astype(np.float32)
    train = np.append(rows.splits == "train", np.zeros(len(new), np.bool_))
    if not train.any():  # a data set without a train split: its images stand for what was seen
        train[:n] = True
    turned = directions(embeddings)
    near = [most_alike(turned, n + place, train, count) for place in range(len(new))]
    similarity = [
        turned[neighbours].astype(np.float32) @ turned[n + place].astype(np.float32)
        for place, neighbours in enumerate(near)
    ]
    return Likeness(near, similarity, _none_of_these(audit, embeddings, train, len(new)))


def _none_of_these(audit: Audit, embeddings: FloatArray, train: BoolArray, m: int) -> FloatArray | None:
    """Return the score of the last M images of showing none of the classes, shape (M,).

    They are compared with the images that no model learned from; None where there are too few of these.
    """
    if (~train).sum() - m < FEWEST:
        return None
    labels, probs = audit.rows.labels, audit.findings.probs
    trust = np.sqrt(self_confidence(labels, probs) / probs.max(1))
    axes = scope_axes(int(train.sum()))
    strange = strangeness(
        joint_features([embeddings], axes),
        np.append(labels, np.zeros(m, np.int64)),
        len(audit.rows.classes),
        train,
        np.append(trust, np.zeros(m, np.float32)).astype(np.float32),
    )
    groups = np.append(audit.duplicates.groups, np.full(m, -1, np.int64) - np.arange(m))
    isolated = isolation(joint_features([embeddings], axes, pressed=False), train, groups)
    return out_of_scope(strange[-m:], isolated[-m:])
