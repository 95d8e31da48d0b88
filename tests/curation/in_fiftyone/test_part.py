"""Above a limit FiftyOne gets a part of the images, says so, and a verdict on any other image is as good."""

from dataclasses import replace

import numpy as np
import pytest

from curation.database.names import dataset_name
from curation.database.store import load_dataset, read_values
from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of, open_ledger
from curation.in_fiftyone.desk import FiftyOneDesk
from curation.in_fiftyone.mirror import write_decisions
from curation.in_fiftyone.part import part_of, part_views, short_sentence
from curation.in_fiftyone.selection_view import save_selection_view
from curation.in_fiftyone.sync import sync
from curation.in_fiftyone.write_audit import write_audit, write_judgement
from curation.results.audit import Audit
from curation.review.bench import Bench
from curation.review.selections import save_selection
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import COPY, ORIGINAL, WRONG, small_audit

LIMIT = 10  # of the thirty images


@pytest.fixture
def audit(workspace: Workspace) -> Audit:
    return small_audit(workspace, cams=0)


def limited(audit: Audit, limit: int) -> Audit:
    return replace(audit, config={**audit.config, "fiftyone_limit": limit})


def test_all_images_where_the_limit_allows_them(audit: Audit, workspace: Workspace) -> None:
    n = len(audit.rows)
    for of in (audit, limited(audit, 0), limited(audit, n), limited(audit, n + 1)):
        part = part_of(of, None)
        assert (part.rows.tolist(), part.is_cut, part.sentence(), part_views(part)) == (list(range(n)), False, "", [])
        assert short_sentence(of) == ""


def test_the_judged_a_random_sample_and_the_first_of_each_queue(audit: Audit, workspace: Workspace) -> None:
    audit = limited(audit, LIMIT)
    ledger = Ledger(log_of(workspace, audit.name), audit.checked)
    part = part_of(audit, ledger)
    assert (len(part.rows), int(part.sampled.sum()), part.judged) == (LIMIT, LIMIT // 4, 0)
    assert part.sentence().startswith("FiftyOne has 10 of 30 images: 2 drawn at random from all, and the first of")
    assert short_sentence(audit).startswith("FiftyOne has 10 of 30 images")
    places = Bench(audit, ledger).places[0]
    of_queue = np.setdiff1d(part.rows, part.rows[part.sampled])
    assert places[of_queue].max() <= places[np.setdiff1d(np.arange(30), part.rows)].min()
    assert set(WRONG) <= set(audit.rows.image_ids[part.rows].tolist())
    last = str(audit.rows.image_ids[np.setdiff1d(np.arange(30), part.rows)[-1]])
    ledger.decide(Decision("ann", last, label=last.split("/")[1], decision="keep"))
    judged = part_of(audit, ledger)
    assert (judged.judged, len(judged.rows), last in audit.rows.image_ids[judged.rows]) == (1, LIMIT, True)
    np.testing.assert_array_equal(part_of(audit, None).rows, part.rows)  # a version: nobody decides on its labels


@pytest.mark.mongo
def test_in_the_database(mongo_workspace: Workspace) -> None:
    audit = limited(small_audit(mongo_workspace, "parted", cams=0), LIMIT)
    write_audit(mongo_workspace, audit)
    dataset = load_dataset(mongo_workspace, dataset_name("parted"))
    ids, sampled = read_values(dataset, ["image_id", "random_sample"])
    part = part_of(audit, open_ledger(mongo_workspace, "parted"))
    assert (ids, sampled) == (audit.rows.image_ids[part.rows].tolist(), part.sampled.tolist())
    described = {view.name: view.description for view in dataset._doc.get_saved_views()}
    assert described["part of the images"] == part.sentence() == dataset.info["errata"]["part"]
    assert dataset.load_saved_view("random sample").count() == LIMIT // 4
    twins = dict(zip(*read_values(dataset, ["image_id", "has_duplicate"]), strict=True))
    assert all(twin == (image_id in (COPY, ORIGINAL)) for image_id, twin in twins.items())

    # A verdict on an image without a sample, given in Errata's app, beside one on an image with a sample.
    inside, outside = ids[0], str(next(i for i in audit.rows.image_ids.tolist() if i not in ids))
    ledger = open_ledger(mongo_workspace, "parted")
    for image_id in (inside, outside):
        ledger.decide(Decision("ann", image_id, label=image_id.split("/")[1], decision="unsure"))
    assert write_decisions(dataset, ledger) == 1
    synced = sync(mongo_workspace, "parted", "ann")
    assert (synced.decisions, synced.refused) == ((), ())
    desk = FiftyOneDesk(Bench(audit, ledger), lambda: dataset, lambda: "ann")
    rows = [desk.bench.row_of[inside], desk.bench.row_of[outside]]
    assert len(desk.samples_of(rows)) == 1
    assert [desk.can_be_shown(row) for row in rows] == [True, False]

    save_selection(mongo_workspace, "parted", "both", [inside, outside], "test")
    save_selection_view(mongo_workspace, "parted", "both")
    dataset.reload()
    described = {view.name: view.description for view in dataset._doc.get_saved_views()}
    assert described["selection both"] == "2 images selected, 1 of them in FiftyOne"

    assert not write_judgement(mongo_workspace, audit)  # the judged image has to come in
    write_audit(mongo_workspace, audit)
    assert outside in load_dataset(mongo_workspace, dataset_name("parted")).values("image_id")
    assert write_judgement(mongo_workspace, audit)
