"""What the next judgement starts from: the same images, and nothing else."""

from pathlib import Path

import numpy as np
import pytest

from curation.scoring.findings import Findings, judge_labels
from curation.scoring.groundwork import Groundwork
from curation.scoring.lessons import Lessons
from models.arrays import FloatArray, IntArray
from tests.curation.scoring.test_judge import clusters


def judged(x: FloatArray, labels: IntArray, lessons: Lessons | None, groundwork: Groundwork) -> Findings:
    n = len(labels)
    return judge_labels(labels, 3, np.ones(n, bool), np.arange(n), {}, {"a": x}, lessons=lessons, groundwork=groundwork)


def test_a_judgement_that_starts_from_another_ends_at_the_same_findings(tmp_path: Path) -> None:
    x, true, labels = clusters(300, 3, 0, noise=0.15)
    groundwork = Groundwork()
    first = judged(x, labels, None, groundwork)
    groundwork.save(tmp_path / "groundwork.npz", "these")
    known = Groundwork.load(tmp_path / "groundwork.npz", "these")
    assert known.axes.keys() == groundwork.axes.keys()
    assert known.heads.keys() == {"weight", "bias", "penalty"}
    np.testing.assert_allclose(judged(x, labels, None, known).probs, first.probs, atol=0.005)
    lessons = _correcting(labels, true)
    alone, started = judged(x, labels, lessons, Groundwork()), judged(x, labels, lessons, known)
    assert np.corrcoef(started.label_quality, alone.label_quality)[0, 1] > 0.99  # the penalties may differ
    np.testing.assert_array_equal(first.label_quality, judged(x, labels, None, Groundwork()).label_quality)


def _correcting(labels: IntArray, true: IntArray) -> Lessons:
    """Return the true labels of the first forty images; five of them show no class, which adds a class."""
    confirmed, strange = np.zeros(len(labels), bool), np.zeros(len(labels), bool)
    confirmed[:40], strange[40:45] = True, True
    return Lessons(np.where(confirmed, true, labels), confirmed, strange, strange)


@pytest.mark.parametrize("damage", ["missing", "empty", "halved", "other images"])
def test_what_cannot_be_used_is_made_again(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "groundwork.npz"
    x, _, labels = clusters(60, 3, 0)
    groundwork = Groundwork()
    judged(x, labels, None, groundwork)
    groundwork.save(path, "these")
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage != "other images":
        path.write_bytes(content[: len(content) // 2] if damage == "halved" else b"")
    known = Groundwork.load(path, "others" if damage == "other images" else "these")
    assert (known.axes, known.heads) == ({}, {})
