"""What people said of the labels: who learns from it, and what the judge then says."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.scoring.findings import JUDGE, Findings, judge_labels
from curation.scoring.lessons import Lessons, apart, as_given
from models.arrays import BoolArray, FloatArray, IntArray
from tests.curation.scoring.test_findings import opinion
from tests.curation.scoring.test_judge import clusters


def lessons(labels: list[int], confirmed: str, left_out: str, strange: str) -> Lessons:
    return Lessons(
        np.array(labels), *(np.array([letter == "x" for letter in text]) for text in (confirmed, left_out, strange))
    )


def judged(x: FloatArray, labels: IntArray, said: Lessons | None, learn: BoolArray | None = None) -> Findings:
    n, n_classes = len(labels), max(2, int(labels.max()) + 1)
    learn = np.ones(n, bool) if learn is None else learn
    return judge_labels(labels, n_classes, learn, np.arange(n), {}, {"a": x}, lessons=said)


def test_none_of_these_is_a_class_from_three_images_on() -> None:
    learn = np.array([True, True, True, True, True, False])
    two = lessons([0, 1, 0, 0, 1, 1], "xx....", "..xxx.", "..xx.x")
    labels, n_classes, rows = two.with_none_of_these(2, learn)
    assert (labels.tolist(), n_classes) == ([0, 1, 0, 0, 1, 1], 2)
    assert rows.tolist() == [True, True, False, False, False, False]
    assert two.taught.tolist() == [True] * 5 + [False]
    three = lessons([0, 1, 0, 0, 1, 1], "xx....", "..xxx.", "..xxxx")
    labels, n_classes, rows = three.with_none_of_these(2, learn)
    assert (labels.tolist(), n_classes) == ([0, 1, 2, 2, 2, 2], 3)
    assert rows.tolist() == [True, True, True, True, True, False]


def test_the_last_class_is_taken_apart() -> None:
    probs, none = apart(np.array([[0.6, 0.2, 0.2], [0, 0, 1]], np.float32), 2)
    np.testing.assert_allclose(probs, np.array([[0.75, 0.25], [0, 0]], np.float32))
    np.testing.assert_allclose(none, np.array([0.2, 1], np.float32))
    probs, none = apart(np.array([[0.5, 0.5]], np.float32), 2)
    assert (probs.tolist(), none.tolist()) == ([[0.5, 0.5]], [0.0])


def test_without_a_verdict_the_judgement_is_the_same() -> None:
    x, _, labels = clusters(200, 3, 0, noise=0.1)
    np.testing.assert_array_equal(
        judged(x, labels, as_given(labels)).label_quality, judged(x, labels, None).label_quality
    )


def test_corrected_labels_clear_their_neighbours_and_the_given_ones_are_judged() -> None:
    """Two well separated classes; six in ten of the second cluster are labelled with the first class."""
    rng = np.random.default_rng(0)
    true = np.repeat([0, 1], 100)
    x = (rng.normal(size=(200, 6)) + 8 * true[:, None]).astype(np.float32)
    labels = true.copy()
    labels[100:160] = 0
    before = judged(x, labels, None)
    seen = np.zeros(200, bool)
    seen[100:140] = True  # forty of the sixty are corrected
    after = judged(x, labels, Lessons(np.where(seen, true, labels), seen, ~seen & seen, ~seen & seen))
    rest = slice(140, 160)
    assert before.probs.argmax(1)[rest].tolist() == [0] * 20  # the majority of the cluster misleads
    assert after.probs.argmax(1)[rest].tolist() == [1] * 20
    assert (after.label_quality[rest] < before.label_quality[rest]).all()
    assert (after.label_quality[100:140] < 0.5).all()  # the given labels are judged, not the corrected ones
    assert after.voters == (JUDGE, "neighbours")


def test_images_like_those_of_none_of_the_classes_lose_their_label() -> None:
    """Forty images beside the second class, labelled with it, show no class: a person says so of ten of them."""
    rng = np.random.default_rng(1)
    cluster = np.repeat([0, 1, 2], [100, 100, 40])
    centres = np.array([[7, 0, 0, 0], [0, 7, 0, 0], [0, 7, 4, 0]])
    x = (rng.normal(size=(240, 4)) + centres[cluster]).astype(np.float32)
    labels, nothing = np.minimum(cluster, 1), np.zeros(240, bool)
    seen = (np.arange(240) >= 200) & (np.arange(240) < 210)
    before = judged(x, labels, None)
    after = judged(x, labels, Lessons(labels, nothing, seen, seen))
    assert before.kinds.out_of_scope[210:].mean() < 0.1 < after.kinds.out_of_scope[210:].mean()
    assert after.kinds.out_of_scope[210:].mean() > 5 * after.kinds.out_of_scope[:200].mean()
    assert after.label_quality[210:].mean() < before.label_quality[210:].mean() - 0.1
    excluded = judged(x, labels, Lessons(labels, nothing, seen, nothing))
    assert excluded.kinds.out_of_scope[210:].mean() < 0.1


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize(
    "kind", ["a class excluded", "all but a class excluded", "all excluded", "all of no class", "all kept"]
)
def test_verdicts_that_leave_little_to_learn_from(n_classes: int, kind: str) -> None:
    x, true, labels = clusters(120, n_classes, 3, noise=0.1)
    everything, nothing = np.ones(120, bool), np.zeros(120, bool)
    left_out = {"a class excluded": labels == 0, "all but a class excluded": labels != 0, "all kept": nothing}.get(
        kind, everything
    )
    strange = everything if kind == "all of no class" else nothing
    said = Lessons(labels, everything if kind == "all kept" else nothing, left_out, strange)
    findings = judge_labels(
        labels, n_classes, everything, np.arange(120), {"a": opinion(true, n_classes, 1)}, {"b": x}, lessons=said
    )
    assert findings.label_quality.shape == (120,)
    assert np.isfinite(findings.label_quality).all()
    assert ((findings.label_quality >= 0) & (findings.label_quality <= 1)).all()


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.integers(4, 30), st.integers(2, 5))
def test_any_verdicts_have_a_defined_answer(seed: int, n: int, n_classes: int) -> None:
    x, true, labels = clusters(n, n_classes, seed)
    kind = np.random.default_rng(seed).integers(0, 4, n)
    said = Lessons(np.where(kind == 1, true, labels), kind == 1, kind > 1, kind == 3)
    learn = np.random.default_rng(seed + 1).random(n) < 0.7
    findings = judge_labels(
        labels, n_classes, learn, np.arange(n), {"a": opinion(true, n_classes, 1)}, {"b": x}, lessons=said
    )
    assert np.isfinite(findings.label_quality).all()
    assert np.isfinite(findings.kinds.out_of_scope).all()


def test_looks_are_drawn_by_the_first_judgement() -> None:
    x, _, labels = clusters(60, 3, 0, noise=0.1)
    first = judged(x, labels, None)
    assert first.draw_quality is first.label_quality
    again = replace(first, label_quality=first.label_quality[::-1], first_quality=first.label_quality)
    assert again.draw_quality is first.label_quality
