"""One label for images that several judged: weighed by how reliable reviewers are, and never a model's alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cleanlab.multiannotator import get_label_quality_multiannotator

from curation.datasets.rows import Rows
from curation.decisions.consensus import Consensus, reviewer_consensus
from curation.decisions.decision import Decision
from curation.decisions.state import State, replay
from models.arrays import FloatArray, IntArray
from models.errors import ErrataError
from tests.helpers.log_writer import some_decision

CLASSES = ("sea", "forest", "street")


def rows_of(number: int) -> Rows:
    image_ids = np.array([f"{row:03d}.png" for row in range(number)], np.str_)
    return Rows(Path("/x"), CLASSES, image_ids, np.zeros(number, np.int64), np.array(["test"] * number, np.str_))


def state_of(votes: dict[str, list[int | None]]) -> State:
    """Return what reviewers say about images that were all given as sea; None: not judged."""
    time, decisions = "2026-01-31T12:00:00.000000Z", []
    for reviewer, own in votes.items():
        for row, vote in enumerate(own):
            if vote is not None:
                verdict, labels = ("relabel", (CLASSES[vote],)) if vote else ("keep", ())
                decisions.append(some_decision(f"{row:03d}.png", verdict, *labels, reviewer=reviewer))
    return replay([replace(one, id=f"{n}", sequence=n, time=time) for n, one in enumerate(decisions, 1)])


def flat(number: int) -> FloatArray:
    return np.full((number, 3), 1 / 3, np.float32)


def noisy(truth: IntArray, right: float, seed: int) -> list[int | None]:
    random = np.random.default_rng(seed)
    wrong = (truth + random.integers(1, 3, len(truth))) % 3
    return [int(vote) for vote in np.where(random.random(len(truth)) < right, truth, wrong)]


def test_crowdlab_trusts_who_is_right_more_often() -> None:
    truth = np.random.default_rng(0).integers(0, 3, 120)
    votes = {
        "a": noisy(truth, 0.97, 1),
        "b": noisy(truth, 0.95, 2),
        "c": noisy(truth, 0.4, 3),
        "d": noisy(truth, 0.4, 4),
    }
    probs = np.full((120, 3), 0.15, np.float32)
    probs[np.arange(120), truth] = 0.7
    found = reviewer_consensus(state_of(votes), rows_of(120), probs)
    assert (found.method, found.note, len(found.rows)) == ("crowdlab", "", 120)
    assert set(sorted(found.reviewers, key=lambda who: found.reviewers[who])[:2]) == {"c", "d"}
    oracle = get_label_quality_multiannotator(
        np.array(list(votes.values()), float).T, probs.astype(float), verbose=False
    )
    expected = oracle["label_quality"]["consensus_label"].to_numpy()
    given = np.array(list(votes.values())).T
    named = (given == expected[:, None]).any(1)
    assert (found.labels[named] == expected[named]).all()
    assert (found.labels == truth).mean() > 0.95
    assert ((found.quality >= 0) & (found.quality <= 1)).all()


def test_a_class_that_nobody_named_is_never_taken() -> None:
    """Models sure of the street, reviewers who say sea or forest."""
    own: list[int | None] = [0, 1] * 20
    votes = {"a": own, "b": own[:30] + own[:10][::-1]}
    probs = np.tile(np.array([[0.0005, 0.0005, 0.999]], np.float32), (40, 1))
    found = reviewer_consensus(state_of(votes), rows_of(40), probs)
    assert found.method == "crowdlab"
    for row, label in enumerate(found.labels):
        assert label in (votes["a"][row], votes["b"][row])
    assert (found.labels == reviewer_consensus(state_of(votes), rows_of(40), probs).labels).all()  # nothing is drawn


def majority(votes: dict[str, list[int | None]], probs: FloatArray | None = None) -> Consensus:
    number = len(votes["a"])
    found = reviewer_consensus(state_of(votes), rows_of(number), flat(number) if probs is None else probs)
    assert found.method == "majority"
    assert found.reviewers == {}
    return found


def test_the_majority_where_crowdlab_cannot_tell() -> None:
    found = majority({"a": [0, 1, None, 1], "b": [0, 2, None, 1], "c": [1, 2, None, None]})
    assert found.rows.tolist() == [0, 1, 3]
    assert found.labels.tolist() == [0, 2, 1]
    assert found.quality.tolist() == pytest.approx([2 / 3, 2 / 3, 1])
    assert found.note == "majority: only 3 images were judged by two reviewers, CROWDLAB takes 10"
    assert majority({"a": [0, 1]}).note == "majority of one reviewer: a consensus takes two or more"
    assert "no two reviewers agree" in majority({"a": [0] * 12, "b": [1] * 12}).note
    assert majority({"a": [None]}).rows.tolist() == []


def test_ties_go_to_the_more_probable_class() -> None:
    probs = np.array([[0.1, 0.2, 0.7], [0.5, 0.4, 0.1]], np.float32)
    assert majority({"a": [0, 0], "b": [1, 1]}, probs).labels.tolist() == [1, 0]


def test_only_verdicts_that_name_one_class_vote() -> None:
    decisions: list[Decision] = [
        some_decision("000.png", "unsure"),
        some_decision("001.png", "ambiguous", "sea", "forest"),
        some_decision("002.png", "exclude"),
        some_decision("003.png", "relabel", "desert"),
        some_decision("004.png", "keep"),
    ]
    time = "2026-01-31T12:00:00.000000Z"
    state = replay([replace(one, id=f"{n}", sequence=n, time=time) for n, one in enumerate(decisions, 1)])
    assert reviewer_consensus(state, rows_of(5), flat(5)).rows.tolist() == [4]


def test_probs_of_other_rows() -> None:
    with pytest.raises(ErrataError, match=r"probs have shape \(3, 3\); expected \(2, 3\)"):
        reviewer_consensus(state_of({"a": [0, 1]}), rows_of(2), flat(3))
