"""How far the review is, as the panel in FiftyOne says it."""

import shutil

import numpy as np
import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of
from curation.results.audit import Audit
from curation.review.review_progress import Place, Progress
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import small_audit

WRONG, RIGHT = "test/sea/0.png", "test/sea/1.png"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return small_audit(Workspace(tmp_path_factory.mktemp("home")), cams=0)


@pytest.fixture
def ledger(made: Audit) -> Ledger:
    workspace = Workspace(made.folder.parent.parent)
    shutil.rmtree(workspace.decisions, ignore_errors=True)
    return Ledger(log_of(workspace, "tiny"), made.checked)


def test_judged_found_and_left(made: Audit, ledger: Ledger) -> None:
    progress = Progress(made, ledger)
    before = progress.standing("test", "ana")
    assert (before.images, before.judged, before.own, before.budget.found) == (12, 0, 0, 0)
    ledger.decide(Decision("ana", WRONG, "relabel", ("forest",)), Decision("ana", RIGHT, "keep"))
    ledger.decide(Decision("ben", "test/sea/2.png", "unsure"))
    after = progress.standing("test", "ana")
    assert (after.images, after.judged, after.own, after.budget.found) == (12, 3, 2, 1)
    assert after.budget.looked == 2
    assert progress.standing("train", "ana").judged == 0
    assert progress.standing("test", "cleo").own == 0
    ledger.undo("ana")
    assert progress.standing("test", "ana").judged == 1


def test_everything_judged_leaves_nothing(made: Audit, ledger: Ledger) -> None:
    images = made.rows.image_ids[made.rows.splits == "test"].tolist()
    ledger.decide(*(Decision("ana", image_id, "keep") for image_id in images))
    left = Progress(made, ledger).standing("test", "ana").budget.left
    assert (left.expected, left.low, left.high) == (0, 0, 0)


def test_the_pair_in_view(made: Audit, ledger: Ledger) -> None:
    progress = Progress(made, ledger)
    row = int(np.flatnonzero(made.rows.image_ids == WRONG)[0])
    assert progress.pair(row) == (1, 0)  # of sea that shows a forest there is one in test
    ledger.decide(Decision("ana", WRONG, "keep"))
    assert progress.pair(row) == (1, 1)


def test_agreement(made: Audit, ledger: Ledger) -> None:
    progress = Progress(made, ledger)
    assert progress.agreement().share is None
    ledger.decide(Decision("ana", WRONG, "keep"), Decision("ana", RIGHT, "keep"))
    ledger.decide(Decision("ben", WRONG, "exclude"), Decision("ben", RIGHT, "keep"))
    found = progress.agreement()
    assert (found.images, found.share, found.reviewers) == (2, 0.5, ("ana", "ben"))


def test_a_split_without_images(made: Audit, ledger: Ledger) -> None:
    with pytest.raises(ErrataError, match="no image to review in this split"):
        Progress(made, ledger).standing("val", "ana")


def test_the_figures_of_the_review_screen(made: Audit, ledger: Ledger) -> None:
    """The app counts looks in the same order: the same verdicts give the same estimate."""
    from curation.review.bench import Bench
    from curation.review.drawn_looks import audit_order

    ledger.decide(Decision("ana", WRONG, "relabel", ("forest",)), Decision("ana", RIGHT, "keep"))
    order = audit_order(made.rows.image_ids, made.consensus.label_quality, 0)
    places = {image_id: row for row, image_id in enumerate(made.rows.image_ids.tolist())}
    bench = Bench(made, ledger, order, places)
    assert bench.budget("test") == Progress(made, ledger).standing("test", "ana").budget


def test_the_queue_of_the_review_screen(made: Audit, ledger: Ledger) -> None:
    """FiftyOne's queue is the app's: the same place, drawn or not, with the same probability."""
    from curation.review.bench import Bench
    from curation.review.drawn_looks import audit_order

    order = audit_order(made.rows.image_ids, made.consensus.label_quality, 0)
    bench = Bench(made, ledger, order, {image_id: row for row, image_id in enumerate(made.rows.image_ids.tolist())})
    progress = Progress(made, ledger)
    for split in ("test", "train"):
        queue = bench.queue(split, "suspicion")
        assert queue.drawn.any()
        for place, (row, drawn) in enumerate(zip(queue.rows.tolist(), queue.drawn.tolist(), strict=True), 1):
            chance = bench.inclusion_of(split, row) if drawn else None
            assert progress.place(row) == Place(place, drawn, chance)


def test_whose_turn_it_is(made: Audit, ledger: Ledger) -> None:
    progress = Progress(made, ledger)
    by_place = {progress.place(row).rank: row for row in np.flatnonzero(made.rows.splits == "test").tolist()}
    assert sorted(by_place) == list(range(1, 13))
    assert [progress.next_up(by_place[rank]) for rank in (1, 2, 3)] == [True, False, False]
    ledger.decide(Decision("ana", str(made.rows.image_ids[by_place[1]]), "unsure"))
    assert [progress.next_up(by_place[rank]) for rank in (1, 2, 3)] == [True, True, False]
    ledger.decide(Decision("ben", str(made.rows.image_ids[by_place[3]]), "keep"))  # picked out of turn
    assert not progress.next_up(by_place[4])


def test_looks_that_were_drawn_are_counted_by_the_estimate(made: Audit, ledger: Ledger) -> None:
    progress = Progress(made, ledger)
    rows = np.flatnonzero(made.rows.splits == "train").tolist()
    for row in sorted(rows, key=lambda one: progress.place(one).rank)[:6]:  # the fifth is drawn, the eighth by quality
        place, image_id = progress.place(row), str(made.rows.image_ids[row])
        ledger.decide(Decision("ana", image_id, "keep", drawn=place.drawn, inclusion=place.inclusion))
    assert progress.standing("train", "ana").budget.drawn == 1


@pytest.mark.parametrize(("walked", "turn", "drawn"), [(True, False, True), (False, True, True), (False, False, False)])
def test_a_look_counts_as_drawn_in_its_turn(
    made: Audit, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, walked: bool, turn: bool, drawn: bool
) -> None:
    progress = Progress(made, ledger)
    monkeypatch.setattr(progress, "place", lambda row: Place(5, True, 0.25))
    monkeypatch.setattr(progress, "next_up", lambda row: turn)
    assert progress.place_of_look(0, walked) == (Place(5, True, 0.25) if drawn else Place(5, False, None))
