"""Everything together: planted errors come first, whoever the voters are."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from curation.scoring.findings import JUDGE, NEIGHBOURS, judge_labels
from curation.scoring.groundwork import Groundwork
from curation.scoring.scores import self_confidence
from models.arrays import FloatArray
from models.errors import ErrataError
from models.figures.folds import too_few_to_judge
from tests.curation.scoring.test_judge import clusters
from tests.curation.scoring.test_scores import problem


def opinion(true: np.ndarray, n_classes: int, seed: int, sure: float = 2.0) -> FloatArray:
    """Return probabilities (N, K) of a voter that leans to the true class."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(len(true), n_classes)) + sure * np.eye(n_classes)[true]
    odds = np.exp(logits)
    return np.asarray(odds / odds.sum(1, keepdims=True), np.float32)


def test_together_better_than_each_alone(tmp_path: Path) -> None:
    x, true, labels = clusters(600, 4, 0, noise=0.15)
    learn, groups = np.arange(600) < 500, np.arange(600)
    strong, weak = opinion(true, 4, 1), opinion(true, 4, 2, 1.0)
    findings = judge_labels(labels, 4, learn, groups, {"a": strong, "b": weak}, {"c": x})
    assert findings.voters == ("a", "b", JUDGE, NEIGHBOURS)
    assert findings.weights[-1] == 0
    wrong = labels != true
    together = average_precision_score(wrong, -findings.label_quality)
    assert together > average_precision_score(wrong, -self_confidence(labels, strong)) + 0.02
    assert findings.flagged.sum() == pytest.approx(wrong.sum(), rel=0.25)
    assert wrong[findings.flagged].mean() > 0.75
    np.testing.assert_allclose(findings.joint.sum(1), np.bincount(labels))
    ranking = findings.ranking(labels)
    assert (ranking.suggested[wrong] == true[wrong]).mean() > 0.9
    findings.save(tmp_path / "findings.npz")
    again = type(findings).load(tmp_path / "findings.npz")
    np.testing.assert_array_equal(again.label_quality, findings.label_quality)
    np.testing.assert_array_equal(again.kinds.hard, findings.kinds.hard)
    assert again.voters == findings.voters


def test_a_label_that_cannot_be_judged_stands() -> None:
    x, true, labels = clusters(61, 3, 2)
    labels = np.where(np.arange(61) == 60, 3, labels)  # the only image of a fourth class
    learn, groups = np.ones(61, bool), np.arange(61)
    unjudged = too_few_to_judge(labels, groups, learn)
    assert np.flatnonzero(unjudged).tolist() == [60]
    findings = judge_labels(labels, 4, learn, groups, {"a": opinion(true, 4, 1)}, {"c": x}, unjudged=unjudged)
    assert findings.label_quality[60] == 1
    assert not findings.flagged[60]
    assert findings.ranking(labels).suggested[60] == 3
    assert findings.kinds.names()[60] == ""


def test_a_frozen_backbone_speaks_through_the_judge() -> None:
    x, true, labels = clusters(300, 3, 2, noise=0.1)
    learn, groups, misled = np.ones(300, bool), np.arange(300), opinion((true + 1) % 3, 3, 1, 6.0)
    findings = judge_labels(labels, 3, learn, groups, {"a": misled}, {"a": x})
    assert findings.voters == ("a", JUDGE, NEIGHBOURS)
    assert findings.weight("a") == 0
    np.testing.assert_array_equal(findings.votes[0], misled.argmax(1))
    with_right_heads = judge_labels(labels, 3, learn, groups, {"a": opinion(true, 3, 2)}, {"a": x})
    np.testing.assert_array_equal(findings.label_quality, with_right_heads.label_quality)
    both = judge_labels(
        labels, 3, learn, groups, {"a": misled}, {"a": x}, {"a": np.concatenate([x, np.eye(3)[true]], 1)}
    )
    wrong = labels != true
    assert average_precision_score(wrong, -both.label_quality) > 0.95  # what earlier stages saw is used


def test_without_embeddings_the_architectures_alone() -> None:
    _, true, labels = clusters(200, 3, 1, noise=0.1)
    findings = judge_labels(labels, 3, np.ones(200, bool), np.arange(200), {"a": opinion(true, 3, 1)}, {})
    assert findings.voters == ("a",)
    assert (findings.kinds.out_of_scope == 0).all()
    assert average_precision_score(labels != true, -findings.label_quality) > 0.5


def test_a_picture_of_no_class_is_suspicious() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 3, 400)
    labels = true.copy()
    x = (rng.normal(size=(400, 30)) + 6 * np.eye(30)[true]).astype(np.float32)
    x[0] = rng.normal(size=30) + 6 * np.eye(30)[20]  # along an axis that no class has
    sure = opinion(true, 3, 1, 6.0)
    findings = judge_labels(labels, 3, np.ones(400, bool), np.arange(400), {"b": sure}, {"a": x})
    assert findings.kinds.names()[0] == "out of scope"
    assert findings.label_quality[0] < 0.2


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(3, 25), st.integers(2, 5), st.sampled_from([0.0, 1.0, 300.0]))
def test_any_input_has_a_defined_answer(seed: int, n: int, n_classes: int, sharpness: float) -> None:
    labels, probs = problem(n, n_classes, seed, sharpness)
    x, _, _ = clusters(n, n_classes, seed)
    learn = np.random.default_rng(seed).random(n) < 0.7
    findings = judge_labels(labels, n_classes, learn, np.arange(n), {"a": probs}, {"a": x})
    assert np.isfinite(findings.label_quality).all()
    assert ((findings.label_quality >= 0) & (findings.label_quality <= 1)).all()


@pytest.mark.parametrize("right", [True, False])
def test_all_labels_right_or_all_wrong(right: bool) -> None:
    x, true, _ = clusters(150, 3, 5)
    labels = true if right else (true + 1) % 3
    findings = judge_labels(labels, 3, np.ones(150, bool), np.arange(150), {"a": opinion(true, 3, 1, 4.0)}, {"b": x})
    assert np.isfinite(findings.label_quality).all()
    if right:
        assert np.median(findings.label_quality) > 0.8


def test_a_thousand_classes_and_one() -> None:
    labels, probs = problem(1200, 1000, 0)
    assert np.isfinite(
        judge_labels(labels, 1000, np.ones(1200, bool), np.arange(1200), {"a": probs}, {}).label_quality
    ).all()
    alone = judge_labels(
        np.zeros(5, np.int64), 1, np.ones(5, bool), np.arange(5), {"a": np.ones((5, 1), np.float32)}, {}
    )
    assert (alone.label_quality == 1).all()


def test_not_probabilities() -> None:
    with pytest.raises(ValueError, match="sum to nan"):
        judge_labels(
            np.array([0, 1]), 2, np.ones(2, bool), np.arange(2), {"a": np.full((2, 2), np.nan, np.float32)}, {}
        )


def test_a_damaged_file(tmp_path: Path) -> None:
    np.savez(tmp_path / "findings.npz", label_quality=np.zeros(3))
    with pytest.raises(ErrataError, match=r"lacks flagged and .*; run `errata audit` again"):
        judge_labels(np.array([0]), 1, np.ones(1, bool), np.arange(1), {"a": np.ones((1, 1), np.float32)}, {}).load(
            tmp_path / "findings.npz"
        )


@pytest.mark.parametrize("apart", [0.5, 3.0])
def test_a_class_a_hundred_times_rarer_without_a_wrong_label_keeps_its_labels(apart: float) -> None:
    """Half of the rare labels at most are flagged, and of the common ones at most one in a hundred."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], [800, 8])
    x = (rng.normal(size=(2, 12)) * apart)[labels] + rng.normal(size=(808, 12))
    findings = judge_labels(labels, 2, np.ones(808, bool), np.arange(808), {}, {"a": x.astype(np.float32)})
    assert findings.flagged[labels == 1].sum() <= 4
    assert findings.flagged[labels == 0].sum() <= 8


def test_maps_of_files_in_small_blocks_are_judged_as_arrays_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, _, labels = clusters(200, 4, 1, noise=0.1)
    np.save(tmp_path / "rows.npy", x)
    network = np.full((200, 4), 0.25, np.float32)
    given = (labels, 4, np.arange(200) % 5 > 0, np.arange(200) // 2, {"network": network})
    whole = judge_labels(*given, {"backbone": x})
    for place in ("models.files.scratch._HELD", "models.jobs.heads.HELD"):
        monkeypatch.setattr(place, 10)
    monkeypatch.setattr("models.processors.blocks.CELLS", 400)
    groundwork = Groundwork(scratch=tmp_path / "scratch")
    walked = judge_labels(*given, {"backbone": np.load(tmp_path / "rows.npy", mmap_mode="r")}, groundwork=groundwork)
    np.testing.assert_allclose(walked.label_quality, whole.label_quality, atol=2e-3)
    np.testing.assert_array_equal(walked.flagged, whole.flagged)
