"""How far the review is and where each image stands, as the app and FiftyOne say it."""

import shutil

import numpy as np
import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of
from curation.results.audit import Audit
from curation.review.bench import Bench, Place
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import small_audit

WRONG, RIGHT = "test/sea/0.png", "test/sea/1.png"


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return small_audit(Workspace(tmp_path_factory.mktemp("home")), cams=0)


@pytest.fixture
def ledger(audit: Audit) -> Ledger:
    workspace = Workspace(audit.folder.parent.parent)
    shutil.rmtree(workspace.decisions, ignore_errors=True)
    return Ledger(log_of(workspace, "tiny"), audit.checked)


def test_judged_found_and_left(audit: Audit, ledger: Ledger) -> None:
    bench = Bench(audit, ledger)
    before = bench.standing("test", "ana")
    assert (before.images, before.judged, before.by_reviewer, before.budget.found) == (12, 0, 0, 0)
    ledger.decide(Decision("ana", WRONG, "relabel", ("forest",)), Decision("ana", RIGHT, "keep"))
    ledger.decide(Decision("ben", "test/sea/2.png", "unsure"))
    after = bench.standing("test", "ana")
    assert (after.images, after.judged, after.by_reviewer, after.budget.found) == (12, 3, 2, 1)
    assert after.budget.looked == 2
    assert bench.standing("train", "ana").judged == 0
    assert bench.standing("test", "cleo").by_reviewer == 0
    ledger.undo("ana")
    assert bench.standing("test", "ana").judged == 1


def test_everything_judged_leaves_nothing(audit: Audit, ledger: Ledger) -> None:
    images = audit.rows.image_ids[audit.rows.splits == "test"].tolist()
    ledger.decide(*(Decision("ana", image_id, "keep") for image_id in images))
    left = Bench(audit, ledger).standing("test", "ana").budget.left
    assert (left.expected, left.low, left.high) == (0, 0, 0)


def test_the_pair_in_view(audit: Audit, ledger: Ledger) -> None:
    bench = Bench(audit, ledger)
    row = int(np.flatnonzero(audit.rows.image_ids == WRONG)[0])
    assert bench.pair_counts(row) == (1, 0)  # of sea that shows a forest there is one in test
    ledger.decide(Decision("ana", WRONG, "keep"))
    assert bench.pair_counts(row) == (1, 1)


def test_agreement(audit: Audit, ledger: Ledger) -> None:
    bench = Bench(audit, ledger)
    assert bench.agreement().share is None
    ledger.decide(Decision("ana", WRONG, "keep"), Decision("ana", RIGHT, "keep"))
    ledger.decide(Decision("ben", WRONG, "exclude"), Decision("ben", RIGHT, "keep"))
    agreement = bench.agreement()
    assert (agreement.images, agreement.share, agreement.reviewers) == (2, 0.5, ("ana", "ben"))


def test_a_split_without_images(audit: Audit, ledger: Ledger) -> None:
    with pytest.raises(ErrataError, match="no image to review in this split"):
        Bench(audit, ledger).standing("val", "ana")


def test_the_queue_of_the_review_screen(audit: Audit, ledger: Ledger) -> None:
    """FiftyOne's queue is the app's: the same place, drawn or not, with the same probability."""
    bench = Bench(audit, ledger)
    for split in ("test", "train"):
        queue = bench.queue(split, "suspicion")
        assert queue.drawn.any()
        for place, (row, drawn) in enumerate(zip(queue.rows.tolist(), queue.drawn.tolist(), strict=True), 1):
            chance = bench.inclusion_of(split, row) if drawn else None
            assert bench.place(row) == Place(place, drawn, chance)


def test_whose_turn_it_is(audit: Audit, ledger: Ledger) -> None:
    bench = Bench(audit, ledger)
    by_place = {bench.place(row).rank: row for row in np.flatnonzero(audit.rows.splits == "test").tolist()}
    assert sorted(by_place) == list(range(1, 13))
    assert [bench.is_next(by_place[rank]) for rank in (1, 2, 3)] == [True, False, False]
    ledger.decide(Decision("ana", str(audit.rows.image_ids[by_place[1]]), "unsure"))
    assert [bench.is_next(by_place[rank]) for rank in (1, 2, 3)] == [True, True, False]
    ledger.decide(Decision("ben", str(audit.rows.image_ids[by_place[3]]), "keep"))  # picked out of turn
    assert not bench.is_next(by_place[4])


def test_looks_that_were_drawn_are_counted_by_the_estimate(audit: Audit, ledger: Ledger) -> None:
    bench = Bench(audit, ledger)
    rows = np.flatnonzero(audit.rows.splits == "train").tolist()
    for row in sorted(rows, key=lambda row: bench.place(row).rank)[:6]:  # the fifth is drawn, the eighth by quality
        place, image_id = bench.place(row), str(audit.rows.image_ids[row])
        ledger.decide(Decision("ana", image_id, "keep", drawn=place.drawn, inclusion=place.inclusion))
    assert bench.standing("train", "ana").budget.drawn == 1


@pytest.mark.parametrize(("walked", "turn", "drawn"), [(True, False, True), (False, True, True), (False, False, False)])
def test_a_look_counts_as_drawn_in_its_turn(
    audit: Audit, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, walked: bool, turn: bool, drawn: bool
) -> None:
    bench = Bench(audit, ledger)
    monkeypatch.setattr(bench, "place", lambda row: Place(5, True, 0.25))
    monkeypatch.setattr(bench, "is_next", lambda row: turn)
    assert bench.place_of_look(0, walked) == (Place(5, True, 0.25) if drawn else Place(5, False, None))
