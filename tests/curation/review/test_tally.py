"""What the verdicts in force say together."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.decisions.state import State
from curation.review.looks import named_queue
from curation.review.tally import look_order, shared_images, tally
from curation.workspace.folders import Workspace
from tests.helpers.curated_folder import add_verdicts
from tests.helpers.small_audit import small_audit

N = 60
IDS = np.array([f"{row}.png" for row in range(N)])


def decided(reviewer: str, row: int, decision: str, *new: str, drawn: bool = False) -> Decision:
    return Decision(
        reviewer,
        str(IDS[row]),
        decision,
        new,
        "sea",
        drawn=drawn,
        id=f"{reviewer}{row}{decision}",
        time=f"2026-01-{row}",
    )


def test_each_image_counts_once() -> None:
    state = State()
    for decision in (
        decided("anna", 1, "relabel", "forest", drawn=True),
        decided("anna", 2, "keep"),
        decided("ben", 2, "relabel", "forest"),  # disputed
        decided("anna", 3, "unsure"),
        decided("ben", 4, "keep", drawn=True),
        replace(decided("anna", 4, "keep"), time="2026-02"),  # ben's look was drawn, anna's was not
    ):
        state.apply(decision)
    counts = tally(state, {str(image_id): row for row, image_id in enumerate(IDS)}, N)
    assert np.flatnonzero(counts.looked).tolist() == [1, 4]
    assert np.flatnonzero(counts.unsure).tolist() == [2, 3]
    assert np.flatnonzero(counts.wrong).tolist() == [1]
    assert np.flatnonzero(counts.drawn).tolist() == [1]
    assert not counts.walked.any()
    assert not counts.selected.any()
    everything, nothing = np.ones(N, bool), np.zeros(N, bool)
    assert np.flatnonzero(counts.done("anna", everything)).tolist() == [1, 2, 3, 4]
    assert np.flatnonzero(counts.done("ben", everything)).tolist() == [2, 4]
    assert np.flatnonzero(counts.done("ben", nothing)).tolist() == [1, 2, 4]  # anna is unsure of 3
    assert np.flatnonzero(counts.done("ben", np.arange(N) == 1)).tolist() == [2, 4]
    assert np.flatnonzero(counts.done("eva", everything)).tolist() == []


def test_looks_of_a_queue() -> None:
    state, queue = State(), named_queue("test: suspicion", 2)
    for decision in (
        replace(decided("anna", 1, "keep"), rank=1, queue="test: suspicion"),
        replace(decided("anna", 2, "keep"), rank=2, queue=queue),
        replace(decided("anna", 3, "keep", drawn=True), rank=3, queue=queue),
        replace(decided("anna", 4, "keep"), queue="link"),
    ):
        state.apply(decision)
    counts = tally(state, {str(image_id): row for row, image_id in enumerate(IDS)}, N)
    assert np.flatnonzero(counts.walked).tolist() == [1, 2, 3]
    assert np.flatnonzero(counts.selected).tolist() == [2]


def test_shared_images_are_the_same_for_everybody_and_grow_with_the_share() -> None:
    names = np.array([f"{k}.jpg" for k in range(2_000)])
    tenth, quarter = shared_images(names, 0.1), shared_images(names, 0.25)
    assert 160 < tenth.sum() < 240
    assert not (tenth & ~quarter).any()
    order = np.random.default_rng(0).permutation(len(names))
    assert np.array_equal(shared_images(names[order], 0.1), tenth[order])
    assert not shared_images(names, 0).any()
    assert shared_images(names, 1).all()


def test_images_stand_in_the_order_of_their_first_look(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    audit = small_audit(workspace, cams=0)
    add_verdicts(workspace)
    ledger = open_ledger(workspace, "tiny")
    row_of = {image_id: row for row, image_id in enumerate(audit.rows.image_ids.tolist())}
    named = audit.rows.image_ids[look_order(ledger, row_of)].tolist()
    assert named == ["test/sea/0.png", "train/street/1.png", "test/street/2.png"]
    ledger.undo("ana")
    ledger.undo("ana")
    assert audit.rows.image_ids[look_order(ledger, row_of)].tolist() == ["test/sea/0.png", "test/street/2.png"]
