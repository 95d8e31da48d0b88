"""Ensembles: the predictions of several models for the same images, combined into one."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, IntArray
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD, Predictions, held_out_or_mean
from models.jobs.heads import Heads, fit_heads

LOWEST = 1e-12  # stands for a probability of 0, whose logarithm is not finite


@dataclass(frozen=True)
class Stack:
    """One linear layer for each fold on the logits of M members, and its predictions."""

    predictions: Predictions  # without embeddings
    heads: Heads  # of F folds, over the M * K columns of `log_probs`


def log_probs(members: Mapping[str, Predictions]) -> FloatArray:
    """Return the members' log-probabilities side by side, shape (N, M * K), in the order of the members.

    They stand for the logits, which are not stored: the logarithm of a softmax is the logits less one number for each
    row, and adding a number to a row does not change its softmax.
    """
    logarithms = [np.log(np.maximum(member.probs, LOWEST)) for member in members.values()]
    return np.asarray(np.concatenate(logarithms, axis=1), np.float32)


def average(members: Mapping[str, Predictions]) -> Predictions:
    """Return the plain mean of the members' probabilities: nothing is fitted.

    Args:
        members: name -> predictions of the same N images with the same folds.

    Raises:
        ErrataError: as `stack`.
    """
    image_ids, fold = checked_members(members)
    probs = np.mean([member.probs for member in members.values()], axis=0, dtype=np.float64)
    probs /= probs.sum(1, keepdims=True)
    return Predictions(image_ids, probs.astype(np.float32), None, fold)


def stack(members: Mapping[str, Predictions], labels: IntArray, groups: IntArray, seed: int) -> Stack:
    """Fit one linear layer on the members' out-of-fold logits, with the members' own folds.

    The layer that predicts the images of a fold is fitted on the out-of-fold predictions of all other training images.
    So neither what a member memorised nor the label of a predicted image takes part. Images of no fold get the mean of
    the F layers, applied to the members' means over their fold models. `fit_heads` chooses the penalty.

    A trace is left: the predictions for the *other* folds come from models that did train on this fold. They enter as
    M * K numbers for each image. To leave them out too would take a model for each pair of folds (tested: on random
    labels the stack guesses no better than chance).

    Args:
        members: name -> predictions of the same N images with the same folds.
        labels: given class indices, shape (N,).
        groups: duplicates share a group, shape (N,).
        seed: draws the inner splits that choose the penalties.

    Raises:
        ErrataError: fewer than two members, one that is in-sample or was not cross-validated, or members whose images,
            classes or folds differ.

    Source: Wolpert 1992, doi:10.1016/S0893-6080(05)80023-1.
    """
    image_ids, fold = checked_members(members)
    logits = log_probs(members)
    together = _fit(logits, labels, fold, groups, logits.shape[1] // len(members), seed)
    probs = held_out_or_mean(together.probs(logits), fold)  # (N, K)
    return Stack(Predictions(image_ids, probs, None, fold), together)


def _fit(logits: FloatArray, labels: IntArray, fold: IntArray, groups: IntArray, n_classes: int, seed: int) -> Heads:
    """Fit the layer of each fold by itself: fitted together, they would share the steps of one search."""
    heads = []
    for k in range(int(fold.max()) + 1):
        rows = (fold != k) & (fold != NO_FOLD)  # (N,)
        heads.append(fit_heads(logits, labels, rows[None], groups, n_classes, seed + k))
    return Heads(*(np.concatenate([getattr(head, name) for head in heads]) for name in ("weight", "bias", "penalty")))


def checked_members(members: Mapping[str, Predictions]) -> tuple[npt.NDArray[np.str_], IntArray]:
    """Return the image ids and the fold of each image, shape (N,) both, that the members share.

    Raises:
        ErrataError: they do not share them or their classes, one is in-sample or was not cross-validated, or there are
            fewer than two.
    """
    if len(members) < 2:
        raise ErrataError(
            f"an ensemble of {', '.join(members) or 'nothing'} combines nothing; name two members or more"
        )
    folds = [_fold(name, member) for name, member in members.items()]
    (first_name, first), *rest = members.items()
    for (name, member), fold in zip(rest, folds[1:], strict=True):
        pair = f"{first_name} and {name}"
        if not np.array_equal(member.image_ids, first.image_ids):
            raise ErrataError(f"{pair} judge different images; name members made from the same images")
        if member.probs.shape != first.probs.shape:
            counts = f"{first.probs.shape[1]} and {member.probs.shape[1]}"
            raise ErrataError(f"{pair} tell {counts} classes apart; name members with the same classes")
        if not np.array_equal(fold, folds[0]):
            raise ErrataError(
                f"{pair} have different folds: one trained on images that the other held out; name members with the "
                "same number of folds and the same seed"
            )
    return first.image_ids, folds[0]


def _fold(name: str, member: Predictions) -> IntArray:
    if member.fold is None:
        raise ErrataError(
            f"{name} is in-sample: it may have trained on the images it judges, and an ensemble would trust what it "
            "memorised; name cross-validated members"
        )
    if not (member.fold != NO_FOLD).any():
        raise ErrataError(
            f"{name} was trained once and has no out-of-fold predictions of training images for an ensemble to learn "
            "from; name cross-validated members"
        )
    return member.fold
