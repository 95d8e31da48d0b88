"""The conditions of `errata check`."""

from pathlib import Path

import pytest

from curation.comparison.gate import check_accuracy, check_errors, check_leaks, parse_share
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.compared_runs import NAME, STRONG, WEAK, compared_runs
from tests.helpers.small_audit import WRONG


def test_leaks_are_counted_and_named(workspace: Workspace) -> None:
    outcome = check_leaks(workspace, NAME, "original")
    assert not outcome.holds
    assert outcome.text == "leaks: 1 image with a twin in a split further on (train/forest/3.png)"


def test_a_version_without_leaks(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path)
    make_version(workspace, NAME, VersionRequest("v2", reviewer="ana", drop_leaks=True))
    outcome = check_leaks(workspace, NAME, "v2")
    assert (outcome.holds, outcome.text) == (True, "leaks: 0 images with a twin in a split further on")


def test_the_most_accurate_network_counts_unless_some_are_named(workspace: Workspace) -> None:
    best = check_accuracy(workspace, NAME, "v1", 0.99)
    assert len(best) == 1
    assert best[0].holds
    assert best[0].text.startswith("accuracy of scenes-lite0-frozen, trained on v1: 100.0 % (95 % interval 72.2 % to")
    assert "n = 10 test images" in best[0].text
    named = check_accuracy(workspace, NAME, "v1", 0.9, (STRONG, WEAK))
    assert [outcome.holds for outcome in named] == [True, False]  # 95 % and 80 %
    assert check_accuracy(workspace, NAME, "v1", 0.8, (WEAK,))[0].holds  # as much as wanted is enough


def test_wrong_labels_left_once_all_are_judged(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path)
    ledger = open_ledger(workspace, NAME)
    with ledger.reading() as state:
        done = set(state.images())
    rest = [name for name in ledger.rows.image_ids.tolist() if name not in done or name == "test/forest/0.png"]
    ledger.decide(
        *(
            Decision("ana", name, "relabel", (WRONG[name],)) if name in WRONG else Decision("ana", name, "keep")
            for name in rest
        )
    )
    make_version(workspace, NAME, VersionRequest("v2", reviewer="ana"))
    given = check_errors(workspace, NAME, "original", 0.05)
    # Of 30 images 3 labels are wrong: both planted ones, and the one that shows none of the classes.
    assert not given.holds
    assert given.text.startswith("wrong labels: 10.0 % (3 of 30 images, counted: every image is judged)")
    assert check_errors(workspace, NAME, "original", 0.1).holds
    curated = check_errors(workspace, NAME, "v2", 0.0)
    assert curated.holds
    assert "wrong labels: 0.0 % (0 of 29" in curated.text
    assert "0 of 29 images" in curated.text
    test = check_errors(workspace, NAME, "original", 0.5, "test")
    assert "2 of 12 test images" in test.text


def test_splits_that_are_none(workspace: Workspace) -> None:
    with pytest.raises(ErrataError, match="no split 'tset'; did you mean 'test'"):
        check_errors(workspace, NAME, "v1", 0.1, "tset")
    with pytest.raises(ErrataError, match="has no val image"):
        check_errors(workspace, NAME, "v1", 0.1, "val")


@pytest.mark.parametrize(("text", "share"), [("2%", 0.02), ("0.02", 0.02), (" 85 % ", 0.85), ("1", 1), ("0%", 0)])
def test_shares(text: str, share: float) -> None:
    assert parse_share("--max-errors", text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["2", "-1%", "101%", "many", "2%%", "nan", "", "5%x"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(ErrataError, match=r"--max-errors .* is not a share"):
        parse_share("--max-errors", text)


def test_nothing_is_checked_while_a_decision_cannot_be_read(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path / "home")
    with (workspace.decisions / f"{NAME}.jsonl").open("ab") as file:
        file.write(b"rubbish\n")
    with pytest.raises(ErrataError, match=r"line 6: .*; nothing was checked \(one such line\)"):
        check_errors(workspace, NAME, "original", 0.5)
