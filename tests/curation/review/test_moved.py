"""Which verdicts moved an image, in words."""

from dataclasses import replace

import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.review.bench import Bench
from curation.review.moved import influences, moved
from curation.scoring.learned.order import LearnedOrder
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import frozen_audit

SEA = ("test/sea/1.png", "test/sea/2.png", "test/sea/3.png")
UNJUDGED = "train/sea/0.png"


@pytest.fixture
def bench(workspace: Workspace) -> Bench:
    return Bench(frozen_audit(workspace), open_ledger(workspace, "tiny"))


def judge(bench: Bench, reviewer: str, decision: str, *images: str, labels: tuple[str, ...] = ()) -> None:
    bench.ledger.decide(*(Decision(reviewer, image, decision, labels) for image in images))


def believe(bench: Bench, monkeypatch: pytest.MonkeyPatch, belief: float = 0.9) -> LearnedOrder:
    """Let the bench believe what it learned from the verdicts so far."""
    learned = replace(bench.learning.now(), belief=belief)
    monkeypatch.setattr(bench.learning, "latest", lambda: learned)
    return learned


def test_like_images_of_no_class(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(bench, "ana", "none-of-these", *SEA)
    row = bench.row_of[UNJUDGED]
    believe(bench, monkeypatch, 0.4)
    assert moved(bench, row, "ana") == ""
    believe(bench, monkeypatch)
    assert moved(bench, row, "ana") == "like 3 images you called none of these"
    assert moved(bench, row, "ben") == moved(bench, row) == "like 3 images called none of these"
    assert moved(bench, bench.row_of["train/street/0.png"], "ana") == ""  # looks like none of them
    (pull,) = influences(bench, row)
    assert {bench.row_of[image] for image in SEA} == set(pull.rows)
    assert pull.nats > 0
    assert bench.row_of[SEA[0]] not in influences(bench, bench.row_of[SEA[0]])[0].rows  # no image is like itself


def test_like_kept_and_like_relabelled_images(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(bench, "ana", "relabel", *(f"train/street/{place}.png" for place in (0, 2, 3)), labels=("sea",))
    judge(bench, "ana", "keep", "test/sea/0.png", *(f"train/forest/{place}.png" for place in (0, 1, 2)))
    believe(bench, monkeypatch)
    street, forest = bench.row_of["train/street/4.png"], bench.row_of["test/forest/0.png"]
    assert moved(bench, street, "ana") == "like 3 images you relabelled to sea"
    assert moved(bench, forest, "ana") == "like 4 images you kept"
    assert [pull.nats < 0 for pull in influences(bench, forest)] == [True]


def test_one_image_of_several_reviewers(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(bench, "ana", "exclude", SEA[0])
    believe(bench, monkeypatch)
    assert moved(bench, bench.row_of[UNJUDGED], "ana") == "like an image you excluded"
    judge(bench, "ben", "exclude", SEA[0])  # the later of two that agree
    assert moved(bench, bench.row_of[UNJUDGED], "ana") == "like an image excluded"


def test_a_relabel_to_the_given_class_says_nothing_against_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(bench, "ana", "relabel", "test/sea/0.png", "test/sea/1.png", labels=("forest",))
    believe(bench, monkeypatch)
    assert moved(bench, bench.row_of["train/forest/0.png"], "ana") == ""


def test_verdicts_taken_back_or_changed_meanwhile(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(bench, "ana", "none-of-these", SEA[0])
    judge(bench, "ana", "none-of-these", SEA[1])
    believe(bench, monkeypatch)
    bench.ledger.undo("ana")
    assert moved(bench, bench.row_of[UNJUDGED], "ana") == "like an image you called none of these"
    judge(bench, "ana", "keep", SEA[0])
    assert moved(bench, bench.row_of[UNJUDGED], "ana") == ""


def test_without_verdicts(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    believe(bench, monkeypatch)
    assert moved(bench, 0, "ana") == ""
