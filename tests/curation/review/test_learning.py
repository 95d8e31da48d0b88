"""The learned order of a real audit: it follows the log, beside the keys, and a fresh one says the same."""

import shutil
import threading

import numpy as np
import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of
from curation.results.audit import Audit
from curation.review.bench import ALL, Bench
from curation.review.learning import proposing_order
from curation.review.looks import learned_from, named_queue
from curation.review.population import label_probabilities
from curation.scoring.learned.order import LearnedOrder, Learner, Looks
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import small_audit


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return small_audit(Workspace(tmp_path_factory.mktemp("home")), cams=0)


@pytest.fixture
def ledger(audit: Audit) -> Ledger:
    workspace = Workspace(audit.folder.parent.parent)
    shutil.rmtree(workspace.decisions, ignore_errors=True)
    return Ledger(log_of(workspace, "tiny"), audit.checked)


def walk(bench: Bench, looks: int, verdict: str = "none-of-these") -> list[Decision]:
    """Let a reviewer who waits for every fit judge the next images; return the verdicts as the log has them."""
    written = []
    for _ in range(looks):
        bench.learning.now()
        queue = bench.learned_queue(ALL, bench.tally().seen)
        assert queue.answers is not None
        image_id, drawn = str(bench.audit.rows.image_ids[queue.rows[0]]), bool(queue.drawn[0])
        name = named_queue("all: suspicion", queue.answers)
        decision = Decision("ana", image_id, verdict, queue=name, rank=queue.start + 1, drawn=drawn)
        written += bench.ledger.decide(decision)
    return written


def test_before_a_verdict_it_is_the_queue_of_old(audit: Audit, ledger: Ledger) -> None:
    bench = Bench(audit, ledger)
    learned, fixed = bench.learned_queue(ALL, bench.tally().seen), bench.queue(ALL, "suspicion")
    assert learned.rows.tolist() == fixed.rows[: len(learned.rows)].tolist()
    assert learned.drawn.tolist() == fixed.drawn[: len(learned.rows)].tolist()
    assert (learned.start, learned.answers) == (0, 0)


def test_the_log_alone_gives_the_same_queue_again(audit: Audit, ledger: Ledger) -> None:
    written = walk(Bench(audit, ledger), 15)
    assert [decision.rank for decision in written] == list(range(1, 16))
    fresh = Bench(audit, ledger)
    assert sum(decision.drawn for decision in written) == 2
    before = np.zeros(len(audit.rows), bool)
    for look, decision in enumerate(written):
        state = ledger.replay(written[:look])
        learned = proposing_order(audit, state)
        if look:
            assert learned is not None
            assert learned.answers == learned_from(decision.queue)
            if not decision.drawn:
                following = next(row for row in learned.order if not before[row])
                assert fresh.row_of[decision.image_id] == following
        before[fresh.row_of[decision.image_id]] = True


def test_an_undo_goes_back(audit: Audit, ledger: Ledger) -> None:
    bench = Bench(audit, ledger)
    walk(bench, 5)
    known = bench.learning.now()
    walk(bench, 1)
    assert bench.learning.now().answers == 6
    ledger.undo("ana")
    again = bench.learning.now()
    assert again.answers == 5
    assert again.order.tolist() == known.order.tolist()


def test_keys_do_not_wait_for_a_fit(audit: Audit, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, going_on, follow = Bench(audit, ledger), threading.Event(), Learner.follow
    first = bench.learning.latest()

    def slow(learner: Learner, looks: Looks) -> LearnedOrder:
        going_on.wait(30)
        return follow(learner, looks)

    monkeypatch.setattr(Learner, "follow", slow)
    ledger.decide(Decision("ana", str(audit.rows.image_ids[0]), "keep"))
    assert bench.learning.latest() is first  # while the fit waits
    assert bench.learned_queue(ALL, bench.tally().seen).answers == 0
    assert bench.budget(ALL).looked == 1
    going_on.set()
    assert bench.learning.now().answers == 1
    assert bench.learning.latest().answers == 1


def test_an_order_that_learned_is_behind_the_estimate(audit: Audit, ledger: Ledger) -> None:
    bench = Bench(audit, ledger)
    walk(bench, 20)
    learned = bench.learning.now()
    budget = bench.budget(ALL)
    assert 1 <= budget.drawn <= 2  # an image that would have been selected by now counts for itself
    assert budget.drawn == 2 - int(learned.reached.sum())
    assert (budget.looked, budget.found, budget.drawn) == (20, 20, budget.drawn)
    with ledger.reading() as state:
        fresh = proposing_order(audit, state)
    assert fresh is not None
    assert bench.part(ALL).budget(bench.tally(), label_probabilities(audit), fresh) == budget


def test_looks_in_a_fixed_order_are_counted_without_the_learned_one(audit: Audit, ledger: Ledger) -> None:
    bench = Bench(audit, ledger)
    queue = bench.queue(ALL, "suspicion")
    for place, row in enumerate(queue.rows[:12].tolist()):
        image_id, drawn = str(audit.rows.image_ids[row]), bool(queue.drawn[place])
        ledger.decide(Decision("ana", image_id, "keep", queue="all: suspicion", rank=place + 1, drawn=drawn))
    with ledger.reading() as state:
        assert proposing_order(audit, state) is None
    assert bench.budget(ALL) == bench.part(ALL).budget(bench.tally(), label_probabilities(audit))


def test_everything_judged(audit: Audit, ledger: Ledger) -> None:
    bench = Bench(audit, ledger)
    ledger.decide(*(Decision("ana", str(image_id), "keep") for image_id in audit.rows.image_ids))
    bench.learning.now()
    assert len(bench.learned_queue(ALL, bench.tally().seen).rows) == 0
    assert bench.budget(ALL).left.high == 0
