"""What is to review in FiftyOne: the order of the app's queue, which stays as it is during a session."""

from typing import Any

import pytest

from curation.database.names import REVIEW_ORDER, dataset_name
from curation.database.store import load_dataset
from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger
from curation.in_fiftyone.mirror import write_decisions
from curation.in_fiftyone.review_views import write_queue
from curation.in_fiftyone.sync import sync
from curation.results.audit import Audit
from curation.review.bench import Bench
from curation.review.walk import next_looks
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import WRONG

pytestmark = pytest.mark.mongo
NAME = "views"


def ids(dataset: Any, view: str) -> list[str]:
    image_ids: list[str] = dataset.load_saved_view(view).values("image_id")
    return image_ids


def test_the_queue_is_that_of_the_app(audit: Audit, ledger: Ledger, mongo_workspace: Workspace) -> None:
    dataset = load_dataset(mongo_workspace, dataset_name(NAME))
    for split in ("test", "train"):
        queue = Bench(audit, ledger).queue(split, "suspicion")
        for view in (f"to review {split}", f"to review {split} in fixed order"):
            assert ids(dataset, view) == audit.rows.image_ids[queue.rows].tolist()
        assert queue.drawn.any()
    assert ids(dataset, "to review test")[0] in WRONG
    assert dataset.load_saved_view("to review").values(REVIEW_ORDER) == sorted(dataset.values(REVIEW_ORDER))


def test_it_loses_what_was_judged_when_the_next_session_begins(
    audit: Audit, ledger: Ledger, mongo_workspace: Workspace
) -> None:
    dataset = load_dataset(mongo_workspace, dataset_name(NAME))
    before = ids(dataset, "to review test")
    ledger.decide(Decision("ana", before[1], "unsure"))
    write_decisions(dataset, ledger)
    assert ids(dataset, "to review test") == before  # else pages that are loaded later would jump over images
    sync(mongo_workspace, NAME, "ana")
    left = next_looks(Bench(audit, ledger), ["test"])
    assert ids(dataset, "to review test") == audit.rows.image_ids[[look.row for look in left]].tolist()
    assert ids(dataset, "to review test in fixed order") == [before[0], *before[2:]]
    ledger.undo("ana")
    write_queue(dataset, audit, ledger)
    for view in ("to review test", "to review test in fixed order"):
        assert ids(dataset, view) == before
