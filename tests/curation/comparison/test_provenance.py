"""What people looked at before a version was made."""

from pathlib import Path

import numpy as np
import pytest

from curation.comparison.board import read_board
from curation.comparison.provenance import Provenance, count_ways, read_provenance
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.results.audit import load_audit
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.compared_runs import NAME, compared_runs


def provenance(workspace: Workspace) -> tuple[list[str], Provenance]:
    """Return the compared images, and what was looked at."""
    board, audit = read_board(workspace, NAME), load_audit(workspace, NAME)
    return board.images.rows.image_ids.tolist(), read_provenance(
        workspace, load_version(workspace, NAME, "v1"), audit, board.images
    )


def test_by_hand(workspace: Workspace) -> None:
    names, labels = provenance(workspace)
    seen = {name: labels.chosen[place] for place, name in enumerate(names) if labels.chosen[place]}
    assert seen == {"test/sea/0.png": "by suspicion", "test/street/0.png": "drawn", "test/street/1.png": "drawn"}
    assert count_ways(labels) == {"drawn": 2, "by suspicion": 1, "picked": 0}
    assert [name for name, blind in zip(names, labels.blind, strict=True) if blind] == ["test/street/1.png"]
    assert [name for name, fixed in zip(names, labels.fixed, strict=True) if fixed] == [
        "test/sea/0.png",
        "test/street/0.png",
    ]
    assert labels.proposed_by[names.index("test/sea/0.png")] == {"efficientnet_lite0"}
    assert labels.proposed_by[names.index("test/street/0.png")] == set()
    assert labels.reviewers == ("ana",)
    assert labels.disputed == 0
    assert labels.inclusion[names.index("test/sea/0.png")] == 1  # the most suspicious one, looked at for certain
    assert ((labels.inclusion > 0) & (labels.inclusion <= 1)).all()


def test_what_is_decided_later_does_not_count(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path)
    before = provenance(workspace)[1]
    later = [Decision("ben", f"test/sea/{i}.png", "keep", queue="link") for i in (2, 3)]
    open_ledger(workspace, NAME).decide(*later)
    after = provenance(workspace)[1]
    assert after.chosen == before.chosen
    assert np.array_equal(after.inclusion, before.inclusion)


def test_images_picked_by_hand_and_disputed_ones(tmp_path: Path) -> None:
    from curation.versions.make import make_version
    from curation.versions.request import VersionRequest

    workspace = compared_runs(tmp_path)
    ledger = open_ledger(workspace, NAME)
    ledger.decide(Decision("ben", "test/street/3.png", "keep", queue="link"))
    ledger.decide(Decision("ben", "test/sea/0.png", "keep", queue="test: suspicion (grid)"))  # ana says forest
    ledger.decide(Decision("ben", "test/street/2.png", "keep", queue="test: suspicion (alike)"))
    make_version(workspace, NAME, VersionRequest("v2", reviewer="ana"))
    board, audit = read_board(workspace, NAME, tested_on=("original", "v2")), load_audit(workspace, NAME)
    labels = read_provenance(workspace, load_version(workspace, NAME, "v2"), audit, board.images)
    names = board.images.rows.image_ids.tolist()
    assert labels.chosen[names.index("test/street/3.png")] == "picked"
    assert labels.chosen[names.index("test/street/2.png")] == "picked"
    assert labels.chosen[names.index("test/sea/0.png")] == "by suspicion"
    assert (labels.disputed, labels.reviewers) == (1, ("ana", "ben"))
    assert not labels.fixed[names.index("test/sea/0.png")]


def test_another_log(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path)
    (workspace.decisions / f"{NAME}.jsonl").unlink()
    with pytest.raises(ErrataError, match="is not the decision log that version 'v1' was made from"):
        provenance(workspace)
