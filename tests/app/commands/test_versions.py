"""`errata split`, `splits`, `diff`, `sheet`, `apply` and `export`: what they print, write and refuse."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from app.commands.versions import _class_counts
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.workspace.folders import Workspace
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import SKIPPED, small_audit
from tests.helpers.typed_command import exit_code


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An audited data set, and four decisions of two reviewers."""
    root = tmp_path_factory.mktemp("home")
    small_audit(Workspace(root), cams=0)
    ledger = open_ledger(Workspace(root), "tiny")
    ledger.decide(Decision("ana", "test/sea/0.png", "relabel", ("forest",)))
    ledger.decide(Decision("ben", "test/sea/1.png", "exclude"))
    ledger.decide(Decision("ana", "test/sea/3.png", "keep"))
    ledger.decide(Decision("ben", "test/sea/3.png", "relabel", ("street",)))
    return root


@pytest.fixture(autouse=True)
def here(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder; the workspace has no versions and exports."""
    monkeypatch.setenv("ERRATA_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    for folder in (home / "splits", home / "exports"):
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir():
                path.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)
    return tmp_path


def errata(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    """Run the command; return what it printed, or its sentence where it refuses."""
    actual = exit_code(*arguments)
    printed = capsys.readouterr()
    assert actual == code, printed.err
    if code:
        (sentence,) = [line for line in printed.err.splitlines() if line.startswith("errata: ")]
        return sentence
    return printed.out


def test_split_says_what_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--auto-accept", "0.5", "--drop-leaks", "--reviewer", "cleo")
    output = errata(capsys, "split", "tiny", "--version", "v1", *options)
    assert re.match(r"tiny v1: 28 images, [0-9a-f]{64}\n  train      17: 7 sea, 5 forest, 5 street\n", output)
    assert "labels changed: 1 auto, 1 relabel; left out: 1 exclude, 1 leak" in output
    assert "test: 1 of 11 labels changed and 1 image left out, each by a person's decision; 3 images judged" in output
    assert "1 label of train and val taken from the models without a look (label_quality below 0.5)" in output
    assert "leaks: train/forest/3.png\ndisputed: test/sea/3.png\n" in output


def test_splits_and_diff(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    errata(capsys, "split", "tiny", "--version", "v1", "--reviewer", "cleo")
    remake = ("--remake", "train=.5,val=.2,test=.3", "--seed", "3")
    errata(capsys, "split", "tiny", "--version", "v2", "--parent", "v1", *remake)
    lines = errata(capsys, "splits", "tiny").splitlines()
    assert lines[0].split()[:5] == ["version", "images", "train", "val", "test"]
    assert [line.split()[0] for line in lines[1:]] == ["original", "v1", "v2"]
    assert lines[1].split()[1:8] == ["30", "18", "0", "12", "0", "0", "-"]
    assert lines[2].split()[1:8] == ["29", "18", "0", "11", "1", "1", "original"]
    assert lines[2].split()[-1] == "cleo"
    output = errata(capsys, "diff", "tiny", "original", "v1").splitlines()
    assert output[0].split() == ["image", "label", "split", "decision"]
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d"
    assert re.fullmatch(rf"test/sea/0\.png  sea -> forest  test +relabel, ana, {moment}", output[1])
    assert re.fullmatch(r"test/sea/1\.png  sea +test -> exclude  exclude, ben, .*", output[2])
    assert output[3] == "original to v1: 1 label, 1 membership"
    changes = json.loads(errata(capsys, "diff", "tiny", "original", "v1", "--json"))
    assert [(change["old_label"], change["new_label"]) for change in changes] == [("sea", "forest"), ("sea", "")]
    assert "changes written to d.csv" in errata(capsys, "diff", "tiny", "v1", "v2", "--csv", "d.csv")
    with (here / "d.csv").open(newline="") as file:
        assert {line["kind"] for line in csv.DictReader(file)} == {"split"}
    assert errata(capsys, "diff", "tiny", "v1", "v1") == "v1 to v1: nothing changed\n"


def test_sheet_and_apply(capsys: pytest.CaptureFixture[str], here: Path, home: Path) -> None:
    errata(capsys, "split", "tiny", "--version", "v1")
    files = ("--html", "s.html", "--csv", "s.csv", "--json", "s.json")
    output = errata(capsys, "sheet", "tiny", "--version", "v1", *files)
    assert output.splitlines()[0] == "tiny v1: 2 errata; 3 images judged"
    assert all((here / name).stat().st_size for name in ("s.html", "s.csv", "s.json"))
    assert "write it with --html" in errata(capsys, "sheet", "tiny", "--version", "v1")
    shutil.copytree(home / "data" / "tiny", here / "copy")
    (here / "copy" / SKIPPED[0]).unlink()
    (here / "copy/test/sea/1.png").unlink()
    dry = errata(capsys, "apply", "s.json", "copy", "--dry-run", "--output", "new", "--csv", "new.csv")
    assert "applied: 1, already right: 0, not found: 1, different label there: 0\nnot found: test/sea/1.png\n" in dry
    assert not (here / "new").exists()
    assert not (here / "new.csv").exists()
    errata(capsys, "apply", "s.json", "copy", "--output", "new", "--csv", "new.csv")
    assert len(list((here / "new/test/forest").iterdir())) == 5
    assert "test/sea/0.png,forest,test,forest,sea,applied" in (here / "new.csv").read_text().splitlines()


def test_export(capsys: pytest.CaptureFixture[str], here: Path, home: Path) -> None:
    errata(capsys, "split", "tiny", "--version", "v1")
    output = errata(capsys, "export", "tiny", "--version", "v1", "--format", "csv", "--output", "out")
    assert f"tiny v1: 29 images written to {here / 'out'} and verified" in output
    assert len(read_json(here / "out" / "manifest.json")["files"]) == 30
    errata(capsys, "export", "tiny", "--version", "v1", "--files", "hardlink")
    assert (home / "exports" / "tiny-v1-imagefolder" / "manifest.json").exists()


def test_a_class_without_an_image_in_a_split_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    ledger = open_ledger(Workspace.from_environment(), "tiny")
    ledger.decide(*[Decision("dan", f"test/street/{number}.png", "exclude") for number in range(4)])
    errata(capsys, "split", "tiny", "--version", "v1")
    output = errata(capsys, "export", "tiny", "--version", "v1")
    assert "no image of street in test: readers that number folders count others there" in output
    ledger.undo("dan")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["split", "tiny"], "Missing option '--version'"),
        (["split", "tinny", "--version", "v1"], "no audited data set 'tinny'"),
        (["split", "tiny", "--version", "original"], "is the labels as given and always there; give another name"),
        (["split", "tiny", "--version", "V 1"], "version 'V 1' is not a name"),
        (["split", "tiny", "--version", "v2", "--parent", "v0"], "no version of the labels 'v0'"),
        (["split", "tiny", "--version", "v2", "--remake", "train=.5"], "the shares sum to 0.5"),
        (
            ["split", "tiny", "--version", "v2", "--auto-accept", ".5", "--accept-in", "test"],
            "labels of the test split are changed by people only, so --auto-accept is refused for test",
        ),
        (["split", "tiny", "--version", "v2", "--auto-accept", "2"], "--auto-accept 2.0 is not a label_quality"),
        (["diff", "tiny", "original", "v9"], "no version of the labels 'v9'"),
        (["diff", "tiny", "original"], "Missing argument 'NEW'"),
        (["sheet", "tiny", "--version", "original"], "without errata; give --version of another one"),
        (["sheet", "tiny", "--version", "v9"], "no version of the labels 'v9'"),
        (["apply", "x.json", "copy"], "say where the corrections go"),
        (["apply", "x.json", "copy", "--dry-run"], "cannot read x.json"),
        (["apply", "x.json", "copy", "--dry-run", "--files", "symlink"], "no way to place files 'symlink'"),
        (["export", "tiny", "--version", "original", "--format", "zip"], "no export format 'zip'"),
        (["export", "tiny", "--version", "v9"], "no version of the labels 'v9'"),
        (["issues", "tiny", "--version", "v9"], "no version of the labels 'v9'"),
    ],
)
def test_a_wrong_command_is_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert message in errata(capsys, *arguments, code=2)


def test_an_existing_version_and_another_schema(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    errata(capsys, "split", "tiny", "--version", "v1")
    assert "versions are never overwritten" in errata(capsys, "split", "tiny", "--version", "v1", code=2)
    errata(capsys, "sheet", "tiny", "--version", "v1", "--json", "s.json")
    sheet = read_json(here / "s.json")
    (here / "s.json").write_text(json.dumps({**sheet, "schema_version": 7}))
    assert "has schema 7" in errata(capsys, "apply", "s.json", "copy", "--dry-run", code=2)


def test_sizes_of_many_classes_and_commas_in_names() -> None:
    assert _class_counts({"a, b": 2, "c": 0}, ["a, b", "c"]) == '2 "a, b", 0 c'
    names = [f"class {number}" for number in range(200)]
    assert _class_counts(dict.fromkeys(names, 2), names) == "2 of each of 200 classes"
    some = {name: number % 4 for number, name in enumerate(names)}
    assert _class_counts(some, names).startswith("1 to 3 of each of 150 classes; none of class 0, class 4, class 8")
    assert _class_counts(some, names).endswith("class 36 and 40 more")
