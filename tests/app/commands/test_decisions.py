"""`errata decisions`: what it prints, merges and undoes."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of, open_ledger
from curation.decisions.log import DecisionLog
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import small_audit
from tests.helpers.typed_command import exit_code

IMAGE, OTHER = "test/sea/0.png", "train/street/1.png"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("home"))
    small_audit(workspace)
    return workspace


@pytest.fixture
def workspace(made: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Workspace:
    monkeypatch.setenv("ERRATA_HOME", str(made.root))
    monkeypatch.chdir(tmp_path)
    shutil.rmtree(made.root / "decisions", ignore_errors=True)
    return made


@pytest.fixture
def ledger(workspace: Workspace) -> Ledger:
    """Five lines: ana relabels one image, keeps another, undoes that; ben keeps the first, excludes the second."""
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ana", IMAGE, "relabel", ("forest",), looked_s=2.5, queue="suspicious-test", rank=1))
    ledger.decide(Decision("ana", OTHER, "keep"))
    ledger.undo("ana")
    ledger.decide(Decision("ben", IMAGE, "keep"))
    ledger.decide(Decision("ben", OTHER, "exclude"))
    return ledger


def errata(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    """Run the command; return what it printed, or its sentence where it refuses."""
    assert exit_code("decisions", *arguments) == code
    printed = capsys.readouterr()
    return printed.err if code else printed.out


def lines(output: str) -> list[str]:
    """Return the lines of the table."""
    return [line for line in output.splitlines() if re.match(r" *\d+  ", line)]


def test_all_lines_are_listed_newest_last(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    output = errata(capsys, "tiny")
    assert re.match(r"line  time +reviewer  image +label +decision +status", output)
    assert [re.split(" {2,}", line.strip())[:1] + re.split(" {2,}", line.strip())[2:] for line in lines(output)] == [
        ["1", "ana", IMAGE, "sea", "relabel forest", "in force"],
        ["2", "ana", OTHER, "street", "keep", "undone"],
        ["3", "ana", OTHER, "street", "undo of keep"],
        ["4", "ben", IMAGE, "sea", "keep", "in force"],
        ["5", "ben", OTHER, "street", "exclude", "in force"],
    ]
    assert "in force: 1 exclude, 1 keep, 1 relabel; 2 images judged by ana, ben" in output
    assert (
        "1 of 2 images were judged by several: 0% of their verdicts agree (Cohen's kappa 0.00), least on forest"
        in output
    )
    assert f"1 to adjudicate, most serious first: {IMAGE}\n" in output


def test_adjudicated_and_agreed(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    ledger.decide(Decision("cleo", IMAGE, "multi-label", ("sea", "forest"), adjudicates=True))
    ledger.decide(Decision("ana", OTHER, "exclude"))
    output = errata(capsys, "tiny")
    assert "multi-label sea, forest (adjudicated)" in output
    assert "to adjudicate" not in output


def numbers(output: str) -> list[int]:
    return [int(line.split()[0]) for line in lines(output)]


def test_filters(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    for options, expected in (
        (["--reviewer", "ben"], [4, 5]),
        (["--decision", "keep"], [2, 3, 4]),
        (["--split", "train"], [2, 3, 5]),
        (["--image", IMAGE], [1, 4]),
        (["--until", "2020-01-01"], []),
        (["--since", "2020-01-01"], [1, 2, 3, 4, 5]),
        (["--last", 2], [4, 5]),
        (["--last", 0], [1, 2, 3, 4, 5]),
        (["--at", 2], [1, 2]),
        (["--at", "2020-01-01"], []),
        (["--at", "2999-01-01"], [1, 2, 3, 4, 5]),
        (["--at", 0], []),
    ):
        assert numbers(errata(capsys, "tiny", *options)) == expected, options
    assert "3 earlier lines; --last 0 shows all" in errata(capsys, "tiny", "--last", 2)
    assert "undone" not in errata(capsys, "tiny", "--at", 2)  # it was undone later
    assert errata(capsys, "tiny", "--reviewer", "dan") == "no such decisions on tiny yet\n"
    assert errata(capsys, "tiny", "--at", 0) == "no decisions on tiny yet\n"


def test_files(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    output = errata(capsys, "tiny", "--csv", "x.csv", "--reviewer", "ana")
    assert output == "3 lines written to x.csv\n"
    printed = json.loads(errata(capsys, "tiny", "--json", "--reviewer", "ana"))
    rows = list(csv.DictReader(Path("x.csv").read_text().splitlines()))
    assert [(row["line"], row["kind"], row["looked_s"]) for row in rows] == [
        ("1", "decision", "2.5"), ("2", "decision", ""), ("3", "undo", ""),
    ]  # fmt: skip
    assert [value["status"] for value in printed] == ["in force", "undone", ""]


def test_undo_and_redo(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    assert errata(capsys, "tiny", "--undo", "--reviewer", "ben") == f"took back: exclude for {OTHER}\n"
    assert errata(capsys, "tiny", "--redo", "--reviewer", "ben") == f"brought back: exclude for {OTHER}\n"
    assert errata(capsys, "tiny", "--redo", "--reviewer", "ben") == "nothing of ben to redo\n"
    assert errata(capsys, "tiny", "--undo", "--reviewer", "ana") == f"took back: relabel forest for {IMAGE}\n"
    assert errata(capsys, "tiny", "--undo", "--reviewer", "ana") == "nothing of ana to undo\n"
    assert "in force: 1 exclude, 1 keep; 2 images judged by ben" in errata(capsys, "tiny")


def test_any_line_is_taken_back_and_put_back(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    took = errata(capsys, "tiny", "--take-back", "4", "--reviewer", "ben")
    assert took == f"took back: keep for {IMAGE}\n"  # not ben's last
    assert "in force: 1 exclude, 1 relabel;" in errata(capsys, "tiny")
    assert errata(capsys, "tiny", "--put-back", "4", "--reviewer", "ben") == f"brought back: keep for {IMAGE}\n"
    assert errata(capsys, "tiny", "--put-back", "2", "--reviewer", "ana") == f"brought back: keep for {OTHER}\n"
    assert ledger.lines() == 8


def test_merge(ledger: Ledger, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    hers = DecisionLog(tmp_path / "hers.jsonl")
    sha256 = ledger.at(1).verdicts(IMAGE)["ana"].sha256
    hers.append(Decision("cleo", "was/elsewhere.png", "keep", (), "sea", sha256))
    hers.append(Decision("cleo", "gone.png", "keep", (), "sea", "0" * 64))
    output = errata(capsys, "tiny", "--merge", hers.path)
    assert output == ("new: 2 lines of 1 log\n1 decision in the log about images that tiny does not have\n")
    assert errata(capsys, "tiny", hers.path, hers.path, "--merge").startswith("new: 0 lines of 2 logs\n")
    output = errata(capsys, "tiny", "--reviewer", "cleo")
    assert [line.split()[4] for line in lines(output)] == [IMAGE, "gone.png"]
    assert "image gone" in output
    hers.path.write_text('{"schema_version": 7}\n')
    refusal = errata(capsys, "tiny", "--merge", hers.path, code=2)
    assert re.search(r"hers\.jsonl, line 1: schema_version 7 is of a newer Errata.*nothing was merged", refusal)


def test_problems_of_the_log_are_printed(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    with ledger.log.path.open("ab") as file:
        file.write(b"rubbish\n{torn")
    exit_code("decisions", "tiny")
    printed = capsys.readouterr()
    assert numbers(printed.out) == [1, 2, 3, 4, 5]
    assert "tiny.jsonl, line 6: it is damaged: no JSON object\n" in printed.err
    assert "tiny.jsonl, line 7: it has no end, as after a crash" in printed.err


def test_a_data_set_without_decisions(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert errata(capsys, "tiny") == "no decisions on tiny yet\n"
    assert errata(capsys, "tiny", "--undo", "--reviewer", "ana") == "nothing of ana to undo\n"
    log_of(workspace, "tiny").path.unlink()
    assert not (workspace.root / "decisions" / "tiny.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["tinny"], "no audited data set 'tinny'"),
        (["scenes"], "no audited data set 'scenes'"),
        (["tiny", "--decision", "keeps"], "no decision 'keeps'; did you mean 'keep'?"),
        (["tiny", "--split", "tests"], "no split 'tests'; did you mean 'test'?"),
        (["tiny", "--at", "9"], "tiny.jsonl has 5 lines; there is no line 9"),
        (["tiny", "--at", "-1"], "'-1' is not a time"),
        (["tiny", "--since", "noon"], "'noon' is not a time; write it as 2026-01-31"),
        (["tiny", "--undo"], "name the reviewer with --reviewer"),
        (["tiny", "--redo", "--undo"], "give one of --merge, --import, --carry, --undo, --redo, --take-back and"),
        (["tiny", "--undo", "--put-back", "1"], "give one of --merge, --import, --carry"),
        (["tiny", "--take-back", "1"], "name the reviewer with --reviewer"),
        (["tiny", "--take-back", "9", "--reviewer", "ana"], "there is no line 9"),
        (["tiny", "--put-back", "3", "--reviewer", "ana"], "line 3 is not a decision but the undo of one"),
        (["tiny", "--take-back", "5", "--reviewer", "ana"], "is ben's and not ana's"),
        (["tiny", "--take-back", "2", "--reviewer", "ana"], "is taken back already"),
        (["tiny", "--put-back", "5", "--reviewer", "ben"], "nothing to put back"),
        (["tiny", "--merge"], "--merge takes one file or more"),
        (["tiny", "x.jsonl"], "x.jsonl is one argument too many; to merge decision logs give --merge"),
        (["tiny", "--merge", "x.jsonl"], "no decision log x.jsonl"),
        (["tiny", "--undo", "--reviewer", " "], "reviewer ' ' is not a name"),
        (["tiny", "--csv", "/proc/none/x.csv"], "cannot write /proc/none/x.csv"),
    ],
)
def test_bad_input_is_one_sentence(
    ledger: Ledger, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    refusal = errata(capsys, *arguments, code=2)
    assert sentence in refusal
    assert refusal.count("\n") == 1


def test_control_characters_of_a_merged_log_do_not_reach_the_terminal(
    ledger: Ledger, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    DecisionLog(tmp_path / "x.jsonl").append(Decision("dan", "\x1b[2J[red].png", "keep", (), "sea", "1" * 64))
    errata(capsys, "tiny", "--merge", tmp_path / "x.jsonl")
    output = errata(capsys, "tiny", "--reviewer", "dan")
    assert "\x1b" not in output
    assert r"'\x1b[2J[red].png'" in output


def test_tasks_for_another_tool_and_its_verdicts(
    ledger: Ledger, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert exit_code("issues", "tiny", "--tasks", "tasks.json", "--limit", 3) == 0
    assert "1 task for Label Studio" in capsys.readouterr().out, "ana and ben judged two of the first three"
    answer = [{"image": "test/sea/1.png", "choice": "sea"}, {"image": "nowhere.png", "choice": "sea"}]
    (tmp_path / "done.json").write_text(json.dumps(answer))
    output = errata(capsys, "tiny", "done.json", "--import", "--reviewer", "eva")
    assert output == "1 verdict read from Label Studio; 1 image not in this data set (nowhere.png)\n"
    assert ledger.log.read().entries[-1][1].source == "import"
    assert "--import takes one file or more" in errata(capsys, "tiny", "--import", code=2)


def test_verdicts_under_another_name_are_offered_and_carried(
    workspace: Workspace, ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(ledger.log.path, ledger.log.path.with_name("before.jsonl"))
    ledger.log.path.unlink()
    offer = "2 images here are judged in 'before'; `errata decisions tiny --carry before` brings 4 verdicts here"
    assert offer in errata(capsys, "tiny")
    assert errata(capsys, "tiny", "--carry", "before") == "carried: 4 verdicts on 2 images from before\n"
    assert "nothing was carried" in errata(capsys, "tiny", "--carry", "before", code=2)
