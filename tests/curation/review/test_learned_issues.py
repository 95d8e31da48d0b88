"""The table of labels in the learned order."""

import shutil

import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of
from curation.results.audit import Audit
from curation.results.issue_table import issue_rows
from curation.review.bench import Bench
from curation.review.learned_issues import COLUMNS, learned_issue_rows
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import small_audit


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return small_audit(Workspace(tmp_path_factory.mktemp("home")), cams=0)


@pytest.fixture
def bench(audit: Audit) -> Bench:
    workspace = Workspace(audit.folder.parent.parent)
    shutil.rmtree(workspace.decisions, ignore_errors=True)
    return Bench(audit, Ledger(log_of(workspace, "tiny"), audit.checked))


@pytest.mark.parametrize("split", ["", "test", "train"])
def test_without_verdicts_it_is_the_table_without_them(bench: Bench, split: str) -> None:
    learned, plain = learned_issue_rows(bench, split), issue_rows(bench.audit, split)
    assert [row[:4] for row in learned] == [row[:4] for row in plain]
    assert [row[9] for row in learned] == [row[5] for row in plain]
    corrections = [float(row[4]) for row in learned]
    assert corrections == sorted(corrections, reverse=True)
    for row in learned:
        assert sum(float(share) for share in row[5:9]) == pytest.approx(float(row[4]), abs=3e-4)
    assert {row[10] for row in learned} == {""}


def test_verdicts_move_labels(bench: Bench) -> None:
    before = {row[0]: float(row[4]) for row in learned_issue_rows(bench)}
    sea = [name for name in bench.audit.rows.image_ids.tolist() if "/sea/" in name]
    queue = "q (learned from 0 verdicts)"
    bench.ledger.decide(
        *(Decision("ana", name, "none-of-these", rank=n, queue=queue) for n, name in enumerate(sea[:7], 1))
    )
    after = {row[0]: row for row in learned_issue_rows(bench)}
    assert all(float(after[name][4]) > before[name] for name in sea[7:])
    assert all(float(after[name][7]) > 0.5 * float(after[name][4]) for name in sea[7:])  # most of it: out of scope


def test_columns_and_splits(bench: Bench) -> None:
    assert {len(row) for row in learned_issue_rows(bench, "test")} == {len(COLUMNS)}
    with pytest.raises(ErrataError, match=r"no split 'tset'; did you mean 'test'\?"):
        learned_issue_rows(bench, "tset")
