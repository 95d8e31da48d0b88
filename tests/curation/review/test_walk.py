"""Which images come next in a queue that learns, and what a replay of the log says of them."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of
from curation.decisions.log import DecisionLog
from curation.results.audit import Audit
from curation.review.bench import Bench, Place
from curation.review.looks import learned_from, named_queue
from curation.review.walk import Proposal, Walk, next_looks
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import small_audit


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return small_audit(Workspace(tmp_path_factory.mktemp("home")), cams=0)


@pytest.fixture
def bench(audit: Audit) -> Bench:
    workspace = Workspace(audit.folder.parent.parent)
    shutil.rmtree(workspace.decisions, ignore_errors=True)
    return Bench(audit, Ledger(log_of(workspace, "tiny"), audit.checked))


def walk_of(bench: Bench, *splits: str, gone: tuple[int, ...] = ()) -> Walk:
    return Walk(bench, splits, lambda row: row not in gone)


def judge(bench: Bench, walk: Walk, row: int, walked: bool, decision: str = "keep") -> Decision:
    """Judge an image as FiftyOne's page does, after everything was learned."""
    proposal = walk.proposal(row, walked)
    queue = "q" if proposal is None or proposal.answers is None else named_queue("q", proposal.answers)
    place = vars(walk.place(proposal)) if proposal else {}
    image_id = str(bench.audit.rows.image_ids[row])
    (written,) = bench.ledger.decide(Decision("ana", image_id, decision, queue=queue, **place))
    bench.learning.now()
    return written


def rows(proposals: list[Proposal]) -> list[int]:
    return [proposal.row for proposal in proposals]


def test_without_a_verdict_it_is_the_fixed_queue(bench: Bench) -> None:
    queue = bench.queue("train", "suspicion")
    proposals = next_looks(bench, ["train"])
    assert rows(proposals) == queue.rows.tolist()
    assert [proposal.drawn for proposal in proposals] == queue.drawn.tolist()
    assert [proposal.rank for proposal in proposals] == [*range(1, 19)]
    assert {proposal.answers for proposal in proposals} == {0}


def test_of_several_splits_the_smaller_rank_comes_first(bench: Bench) -> None:
    both = next_looks(bench, ["train", "test"])
    assert [proposal.rank for proposal in both[:6]] == [1, 1, 2, 2, 3, 3]
    assert bench.audit.rows.splits[rows(both[:4])].tolist() == ["train", "test"] * 2
    walk = walk_of(bench, "test")
    first = rows(next_looks(bench, ["test"]))[0]
    judge(bench, walk, first, walked=False)
    after = next_looks(bench, ["train", "test"])  # test is one ahead
    assert bench.audit.rows.splits[rows(after[:3])].tolist() == ["train", "train", "test"]


def test_what_the_page_has_fetched_stays_next(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    walk, queue = walk_of(bench, "train"), rows(next_looks(bench, ["train"]))
    judge(bench, walk, queue[0], walked=False)
    first, second = rows(walk.coming(queue[0], 2))
    assert first not in (queue[0], second)
    turned = [Proposal(row, rank, False, 9) for rank, row in enumerate(queue[:2:-1], 2)]  # another order altogether
    monkeypatch.setattr("curation.review.walk.next_looks", lambda bench, splits: turned)
    assert rows(walk.coming(first, 2)) == [second, queue[-1]]
    assert walk.proposal(first, walked=True) is not None
    assert rows(walk.coming(second, 1)) == [queue[-1]]
    assert walk.proposal(queue[-1], walked=True) == Proposal(queue[-1], 2, False, 9)


def test_an_image_that_was_picked_has_no_rank_unless_it_was_next(bench: Bench) -> None:
    walk, queue = walk_of(bench, "train"), rows(next_looks(bench, ["train"]))
    picked = judge(bench, walk, queue[4], walked=False)  # the fifth would be drawn
    assert (picked.rank, picked.drawn, picked.inclusion) == (None, False, None)
    assert learned_from(picked.queue) is None
    (after,) = walk.coming(queue[4], 1)  # the walk goes on at the top of the queue
    assert after.rank == 1
    assert walk.proposal(after.row, walked=True) == after
    assert walk_of(bench, "train").proposal(after.row, walked=False) == after  # it is next, whoever opened it
    assert walk_of(bench, "train").proposal(queue[9], walked=True) is None  # nobody proposed it


def test_the_image_that_was_named_next_is_next_though_it_is_opened_from_the_grid(bench: Bench) -> None:
    walk, queue = walk_of(bench, "train"), rows(next_looks(bench, ["train"]))
    walk.proposal(queue[7], walked=False)
    (first,) = walk.coming(queue[7], 1)
    assert (first.row, first.rank) == (queue[0], 1)
    assert walk.proposal(queue[0], walked=False) == first
    assert [proposal.rank for proposal in walk.coming(queue[0], 2)] == [2, 3]
    assert walk.proposal(queue[2], walked=False) is None  # named too, but not next


def test_drawn_images_are_logged_with_their_probability(bench: Bench) -> None:
    walk, row, written = walk_of(bench, "train"), rows(next_looks(bench, ["train"]))[0], []
    for number in range(6):
        written.append(judge(bench, walk, row, walked=number > 0))
        row = walk.coming(row, 2)[0].row
    assert [decision.rank for decision in written] == [1, 2, 3, 4, 5, 6]
    assert [decision.drawn for decision in written] == [False] * 4 + [True, False]
    assert [decision.inclusion is not None for decision in written] == [False] * 4 + [True, False]
    part = bench.part("train")
    draws = bench.audit.rows.image_ids[part.rows[part.draws.order]].tolist()
    left = [image_id for image_id in draws if image_id not in [decision.image_id for decision in written[:4]]]
    assert written[4].image_id == left[0]


def test_a_verdict_taken_back_is_proposed_as_it_was(bench: Bench) -> None:
    walk, queue = walk_of(bench, "train"), rows(next_looks(bench, ["train"]))
    judge(bench, walk, queue[0], walked=False)
    second = walk.coming(queue[0], 2)[0].row
    judge(bench, walk, second, walked=True)
    third = walk.coming(second, 2)[0].row
    (undone,) = bench.ledger.undo("ana")
    walk.again(second, undone, before=third)
    assert walk.proposal(second, walked=True) == Proposal(second, 2, False, learned_from(undone.queue))
    assert rows(walk.coming(second, 1)) == [third]
    (undone,) = bench.ledger.undo("ana")
    walk.again(queue[0], Decision("ana", "a", "keep", queue="FiftyOne: all"), before=second)
    assert walk.proposal(queue[0], walked=True) is None  # it was picked then


def test_judged_in_the_app_meanwhile_and_images_that_are_gone(bench: Bench) -> None:
    queue = rows(next_looks(bench, ["test"]))
    walk = walk_of(bench, "test", gone=(queue[2],))
    walk.proposal(queue[0], walked=False)
    assert rows(walk.coming(queue[0], 2)) == [queue[1], queue[3]]
    bench.ledger.decide(Decision("ben", str(bench.audit.rows.image_ids[queue[1]]), "keep"))
    assert queue[1] not in rows(walk.coming(queue[0], 3))
    bench.ledger.decide(*(Decision("ben", name, "keep") for name in bench.audit.rows.image_ids.tolist()))
    assert walk.coming(queue[0], 2) == []
    assert walk_of(bench).coming(queue[0], 2) == []  # no split


def test_nobody_waits_until_the_embeddings_are_read(bench: Bench) -> None:
    """Until then the fixed queue goes on, and the log says so."""
    image_id = str(bench.audit.rows.image_ids[int(bench.queue("train", "suspicion").rows[0])])
    bench.ledger.decide(Decision("ana", image_id, "none-of-these", queue="q", rank=1))
    walk = walk_of(bench, "train")
    (second,) = walk.coming(bench.row_of[image_id], 1)
    assert not bench.learning.ready
    assert second == Proposal(int(bench.queue("train", "suspicion").rows[1]), 2, False, None)
    assert judge(bench, walk, second.row, walked=True).queue == "q"  # which learns
    assert walk.coming(second.row, 1)[0].answers == 2


def test_places_in_the_log(bench: Bench) -> None:
    walk = walk_of(bench, "train")
    row = int(bench.part("train").rows[0])
    assert walk.place(Proposal(row, 7, False, 3)) == Place(7, False, None)
    drawn = walk.place(Proposal(row, 7, True, 3))
    assert (drawn.rank, drawn.drawn) == (7, True)
    assert drawn.inclusion is not None
    assert walk.has(row)
    assert not walk_of(bench, "test").has(row)


def test_the_log_alone_gives_the_same_queue(bench: Bench, tmp_path: Path) -> None:
    """Each verdict given without a lag is on the image that the log up to then proposes, at its rank."""
    for number in range(12):
        row = next_looks(bench, ["train"])[0].row
        verdict = ("none-of-these", "keep", "exclude", "unsure")[number % 4]
        judge(bench, walk_of(bench, "train"), row, False, verdict)  # nothing was fetched before
    lines = bench.ledger.log.path.read_text().splitlines(keepends=True)
    for number, (_, decision) in enumerate(bench.ledger.log.read().entries):
        assert isinstance(decision, Decision)
        path = tmp_path / f"{number}.jsonl"
        path.write_text("".join(lines[:number]))
        before = Bench(bench.audit, Ledger(DecisionLog(path), bench.audit.checked))
        proposal = next_looks(before, ["train"])[0]
        assert bench.audit.rows.image_ids[proposal.row] == decision.image_id
        assert (proposal.rank, proposal.drawn) == (decision.rank, decision.drawn)
        assert proposal.answers == learned_from(decision.queue)
    again = Bench(bench.audit, Ledger(bench.ledger.log, bench.audit.checked))
    assert next_looks(again, ["train", "test"]) == next_looks(bench, ["train", "test"])
    assert np.array_equal(again.learning.now().correction, bench.learning.now().correction)


def test_a_log_of_another_ranking_and_of_images_that_are_gone(bench: Bench) -> None:
    """Ranks far behind, and verdicts on images that the data set no longer has, do not stop the walk."""
    names = bench.audit.rows.image_ids[bench.audit.rows.splits == "train"].tolist()
    queue = "FiftyOne: to review train (learned from 4,000 verdicts)"
    bench.ledger.decide(Decision("ana", names[0], "none-of-these", queue=queue, rank=5000))
    bench.ledger.decide(Decision("ana", names[1], "keep", queue=queue, rank=5001, drawn=True, inclusion=0.5))
    path = bench.ledger.log.path
    lines = path.read_text().splitlines(keepends=True)
    sha256 = str(bench.audit.checked.sha256s[bench.row_of[names[0]]])
    path.write_text("".join([lines[0].replace(names[0], "train/sea/gone.png").replace(sha256, "0" * 64), lines[1]]))
    again = Bench(bench.audit, Ledger(bench.ledger.log, bench.audit.checked))
    proposals = next_looks(again, ["train"])
    assert [proposal.rank for proposal in proposals] == [*range(2, 19)]  # one look counts
    assert names[0] in bench.audit.rows.image_ids[rows(proposals)]
    assert names[1] not in bench.audit.rows.image_ids[rows(proposals)]


def test_without_embeddings(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Predictions made elsewhere have none: the order learns from classes and scores alone."""
    monkeypatch.setattr(type(bench.audit.voters[0]), "frozen", property(lambda self: False))
    assert bench.learning._learner.traits.sight.shape[1] == 0
    walk, row = walk_of(bench, "train"), rows(next_looks(bench, ["train"]))[0]
    for number in range(5):
        judge(bench, walk, row, walked=number > 0, decision="none-of-these")
        row = walk.coming(row, 2)[0].row
    assert bench.learning.now().answers == 5
