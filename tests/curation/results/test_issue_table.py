"""The table of ranked labels: its order, its columns, and splits that are not there."""

from pathlib import Path

import pytest

from curation.results.audit import Audit
from curation.results.issue_table import issue_rows
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import small_audit


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    return small_audit(Workspace(tmp_path / "home"), cams=0)


def test_issue_table(audit: Audit) -> None:
    rows = issue_rows(audit, "test")
    assert [row[5] for row in rows] == list(range(1, 13))  # four images of three classes
    assert {row[1] for row in rows} == {"test"}
    qualities = [float(row[4]) for row in rows]
    assert qualities == sorted(qualities)
    by_id = {row[0]: row for row in rows}
    assert by_id["test/sea/0.png"][2:4] == ("sea", "forest")
    assert by_id["test/sea/1.png"][2:4] == ("sea", "")  # nothing to suggest


def test_all_splits_rank_within_each_split(audit: Audit) -> None:
    rows = issue_rows(audit)
    assert len(rows) == 30
    for split in ("train", "test"):
        ranks = [row[5] for row in rows if row[1] == split]
        assert ranks == list(range(1, len(ranks) + 1))


@pytest.mark.parametrize(
    ("split", "message"),
    [("tset", r"no split 'tset'; did you mean 'test'\?"), ("val", "'tiny' has no val images; its splits: test, train")],
)
def test_a_split_that_is_not_there(audit: Audit, split: str, message: str) -> None:
    with pytest.raises(ErrataError, match=message):
        issue_rows(audit, split)
