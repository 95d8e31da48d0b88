"""A workspace written by version 0.1 (tests/data/workspace_0_1.zip) is read as it is, and an audit goes on with it.

In it: 41 drawn pictures, an audit with a frozen backbone, seven lines in the decision log of two reviewers, version v1
of the labels, trainings on the labels as given and on v1, and a finished job of the queue. Beside it: what version 0.1
wrote with `errata issues --csv`, `errata decisions --csv` and `errata compare --json`.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from curation.database.start import stop_database
from curation.workspace.folders import Workspace
from tests.helpers.processes.errata_process import errata
from tests.helpers.typed_command import exit_code
from tests.workspaces.whole import unpack_older

NOTE = "no look was drawn at random: nobody knows what the ranking hides"  # as version 0.1 said it
NOTE_TODAY = "no look was drawn at random: errors that the ranking does not show are unknown"


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the archive; files that name their place are told the new one."""
    return unpack_older(tmp_path_factory.mktemp("older")).parent


@pytest.fixture(autouse=True)
def home(older: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("ERRATA_HOME", str(older / "home"))
    yield older / "home"
    stop_database(Workspace(older / "home"))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_ranking_is_the_same(older: Path, tmp_path: Path) -> None:
    assert exit_code("issues", "pictures", "--csv", tmp_path / "issues.csv") == 0
    assert table(tmp_path / "issues.csv") == table(older / "issues.csv")


def test_every_line_of_the_decision_log_is_there(older: Path, tmp_path: Path) -> None:
    assert exit_code("decisions", "pictures", "--csv", tmp_path / "decisions.csv") == 0
    assert table(tmp_path / "decisions.csv") == table(older / "decisions.csv")
    assert len(table(older / "decisions.csv")) == 7


def test_the_version_holds_the_same_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("splits", "pictures") == 0
    assert "v1" in capsys.readouterr().out
    assert exit_code("diff", "pictures", "original", "v1") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:5]] == [
        "test/waves/flipped.png", "train/dots/02.png", "train/dots/flipped.png", "train/stripes/01.png",
    ]  # fmt: skip


def test_runs_and_the_queue_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("runs", "pictures") == 0
    listed = capsys.readouterr().out
    assert all(f"pictures-efficientnet-lite0-e162f83d-s{seed} " in listed for seed in (0, 1, 5))
    assert exit_code("queue") == 0
    shown = capsys.readouterr().out
    assert "finished" in shown
    assert "--seeds=2" in shown


def test_the_comparison_says_the_same(older: Path, tmp_path: Path) -> None:
    assert exit_code("compare", "pictures", "--json", tmp_path / "compare.json") == 0
    texts = [(folder / "compare.json").read_text() for folder in (older, tmp_path)]
    assert texts[0].count(NOTE) == 2
    before, after = json.loads(texts[0].replace(NOTE, NOTE_TODAY)), json.loads(texts[1])
    assert before.pop("written")
    assert after.pop("written")
    audited = after.pop("audit")  # the architectures of the audit among themselves: since then
    assert [contestant["architecture"] for contestant in audited["contestants"]] == ["efficientnet_lite0"]
    assert after["images"].pop("split") == "test"
    assert [version.pop("changed_train", 0) for version in after["versions"]] == [0, 3]
    assert [contestant.pop("models") for contestant in after["contestants"]] == ["", ""]  # trained networks
    assert after == before


def test_the_same_audit_again_trains_nothing_anew(older: Path, home: Path, tmp_path: Path) -> None:
    run = home / "runs" / "pictures-efficientnet_lite0-2bb81472"
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    arguments = ("--architectures", "efficientnet_lite0", "--folds", "2", "--cams", "1")
    code, output, errors = errata(home, "audit", str(older / "pictures"), *arguments)
    assert code == 0, errors
    assert "41 images, 4 classes" in output
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before
    assert exit_code("issues", "pictures", "--csv", tmp_path / "issues.csv") == 0
    first = [row["image_id"] for row in table(tmp_path / "issues.csv")][:2]
    assert sorted(first) == ["test/waves/flipped.png", "train/dots/flipped.png"]
