"""Heads on all features: nobody is judged by what learned from it or its copies."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

import curation.scoring.joint_heads
from curation.scoring.joint_heads import FOLDS, deal_folds, joint_heads
from curation.scoring.judge import judge_by_ridge
from curation.scoring.principal_axes import joint_axes
from curation.scoring.scores import self_confidence
from tests.curation.scoring.test_judge import clusters


def test_no_label_judges_itself_or_its_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    x, _, labels = clusters(120, 3, 0)
    monkeypatch.setattr(
        curation.scoring.joint_heads, "deal_folds", lambda _, groups, seed: groups % 5
    )  # those of other labels too
    learn, groups = np.arange(120) < 100, np.arange(120)
    groups[7] = groups[3]
    groups[110] = groups[5]  # a test image with a copy in train
    before = joint_heads([x], labels, 3, learn, groups, 0)
    for row, same in ((3, [3, 7]), (5, [5, 110])):
        changed = labels.copy()
        changed[row] = (labels[row] + 1) % 3
        np.testing.assert_allclose(
            joint_heads([x], changed, 3, learn, groups, 0)[same], before[same], atol=5e-3
        )  # all heads share their steps


def test_of_a_test_label_nothing_is_learned() -> None:
    x, _, labels = clusters(120, 3, 0)
    learn, changed = np.arange(120) < 100, labels.copy()
    changed[100:] = (changed[100:] + 1) % 3
    before, after = (joint_heads([x], y, 3, learn, np.arange(120), 0) for y in (labels, changed))
    np.testing.assert_array_equal(before, after)


def test_they_are_logistic_regressions() -> None:
    x, _, labels = clusters(200, 3, 1, noise=0.2)
    probs = joint_heads([x], labels, 3, np.ones(200, bool), np.arange(200), 0)
    features, fold = joint_axes([x], pressed=False)[0], deal_folds(labels, np.arange(200), 0)
    out = fold == 0
    nearest = min(
        np.abs(
            LogisticRegression(C=1 / (penalty * (~out).sum()), tol=1e-8, max_iter=5000)
            .fit(features[~out], labels[~out])
            .predict_proba(features[out])
            - probs[out]
        ).max()
        for penalty in (1e-3, 1e-2, 1e-1, 1.0)
    )
    assert nearest < 0.005


def test_together_with_the_judge_better_than_either() -> None:
    precisions = []
    for seed in range(6):
        x, true, labels = clusters(400, 4, seed, noise=0.15)
        learn, groups = np.ones(400, bool), np.arange(400)
        heads = joint_heads([x], labels, 4, learn, groups, seed)
        alone = judge_by_ridge(joint_axes([x])[0], labels, 4, learn, groups, np.ones(400, np.float32)).probs
        sides = (heads, alone, np.asarray((heads + alone) / 2, np.float32))
        precisions.append([average_precision_score(labels != true, -self_confidence(labels, side)) for side in sides])
    of_heads, of_judge, of_both = np.mean(precisions, 0)
    assert of_both > max(of_heads, of_judge)


@pytest.mark.parametrize("n", [2, 3, 7, 40])
def test_folds_hold_whole_groups_and_every_row(n: int) -> None:
    labels, groups = np.arange(n) % 3, np.arange(n) // 2
    fold = deal_folds(labels, groups, 0)
    assert len(fold) == n
    assert len(set(fold.tolist())) == min(FOLDS, len(set(groups.tolist())))
    for group in set(groups.tolist()):
        assert len(set(fold[groups == group].tolist())) == 1


def test_a_class_is_dealt_out_evenly() -> None:
    labels = np.repeat([0, 1], [50, 20])
    fold = deal_folds(labels, np.arange(70), 3)
    counts = np.array([np.bincount(fold[labels == k], minlength=FOLDS) for k in (0, 1)])
    assert (counts.max(1) - counts.min(1) <= 1).all()
