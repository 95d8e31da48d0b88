"""Places in the dataset that follow the learned order during a session."""

import time

import numpy as np
import pytest

from curation.database.names import FIXED_ORDER, REVIEW_ORDER, dataset_name
from curation.database.samples import read_samples, write_samples
from curation.database.store import load_dataset
from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of
from curation.in_fiftyone.queue_order import QueueOrder
from curation.in_fiftyone.review_views import learned_places, walked_splits, write_queue
from curation.results.audit import Audit
from curation.review.bench import Bench
from curation.review.walk import next_looks
from curation.workspace.folders import Workspace

pytestmark = pytest.mark.mongo
NAME = "order"


def places(workspace: Workspace, field: str = REVIEW_ORDER) -> dict[str, int | None]:
    samples = read_samples(load_dataset(workspace, dataset_name(NAME)), ("image_id", field)).values()
    return {sample["image_id"]: sample[field] for sample in samples}


@pytest.fixture
def order(mongo_workspace: Workspace, audit: Audit, ledger: Ledger) -> QueueOrder:
    """Of an App that works beside the ledger, as the app does in another process."""
    dataset = load_dataset(mongo_workspace, dataset_name(NAME))
    write_queue(dataset, audit, ledger)
    samples = read_samples(dataset, ("image_id",))
    bench = Bench(audit, Ledger(log_of(mongo_workspace, NAME), audit.checked))
    return QueueOrder(bench, dataset, {sample_id: sample["image_id"] for sample_id, sample in samples.items()})


def test_verdicts_move_those_who_come_next_and_nobody_else(
    order: QueueOrder, mongo_workspace: Workspace, audit: Audit, ledger: Ledger
) -> None:
    before, fixed = places(mongo_workspace), places(mongo_workspace, FIXED_ORDER)
    assert order.write() == 0  # nobody judged anything
    bench = Bench(audit, ledger)
    for _ in range(3):
        row = next_looks(bench, ["train"])[0].row
        ledger.decide(
            Decision(
                "ana", str(audit.rows.image_ids[row]), "none-of-these", queue="q (learned from 0 verdicts)", rank=1
            )
        )
        bench.learning.now()
    order.write()
    after, seen = places(mongo_workspace), bench.tally().seen
    for split in ("train", "test"):
        rows = [look.row for look in next_looks(bench, [split])]
        names = audit.rows.image_ids[rows].tolist()
        assert sorted(names, key=lambda name: after[name] or 0) == names
        assert [after[name] for name in names] == [look.rank for look in next_looks(bench, [split])]
    judged = audit.rows.image_ids[seen].tolist()
    assert [after[name] for name in judged] == [before[name] for name in judged]  # they stay in their view
    assert places(mongo_workspace, FIXED_ORDER) == fixed
    assert order.write() == 0  # only what changed


def test_another_process_may_write_places_too(
    order: QueueOrder, mongo_workspace: Workspace, audit: Audit, ledger: Ledger
) -> None:
    dataset, wanted = load_dataset(mongo_workspace, dataset_name(NAME)), places(mongo_workspace)
    samples = list(read_samples(dataset, ("image_id",)))
    write_samples(dataset, {samples[0]: {REVIEW_ORDER: None}, samples[1]: {REVIEW_ORDER: 29}})
    assert order.write() == 2
    assert places(mongo_workspace) == wanted


def test_it_follows_beside(order: QueueOrder, mongo_workspace: Workspace, audit: Audit, ledger: Ledger) -> None:
    before = places(mongo_workspace)
    names = [str(audit.rows.image_ids[look.row]) for look in next_looks(Bench(audit, ledger), ["test"])]
    ledger.decide(*(Decision("ana", name, "keep", queue="q", rank=1) for name in names[:3]))
    for _ in range(5):
        order.follow()  # asked again while it works, it works once more
    for _ in range(100):
        if places(mongo_workspace) != before:
            break
        time.sleep(0.1)
    assert places(mongo_workspace)[names[5]] is not None
    assert order.write() == 0


def test_images_beyond_those_that_come_next_stay_behind_them(
    audit: Audit, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("curation.in_fiftyone.review_views", "curation.review.walk"):
        monkeypatch.setattr(f"{module}.AHEAD", 4)
    bench, train = Bench(audit, ledger), audit.rows.splits == "train"
    fixed = bench.places[0]
    for _ in range(2):
        found = learned_places(bench)
        assert sorted(found[train & (found <= 30)]) == [1, 2, 3, 4]
        behind = found > 30
        assert np.array_equal(found[behind], fixed[behind] + 30)
        ledger.decide(Decision("ana", str(audit.rows.image_ids[~train][0]), "unsure"))  # learned, with the same order


def test_which_views_learn() -> None:
    splits = ("test", "train", "test")
    assert walked_splits("to review", splits) == ("train", "test")
    assert walked_splits("to review test", splits) == ("test",)
    for view in ("to review val", "to review test in fixed order", "to review in fixed order", "all", ""):
        assert walked_splits(view, splits) == ()
