"""Classes that are read as others."""

import subprocess
import sys
from pathlib import Path

import pytest

from curation.datasets.catalog import DatasetSpec
from curation.datasets.classes.merges import note_merges, noted_merges, parse_merges, resolved
from curation.datasets.entries import Entry, make_rows
from curation.datasets.finding import find_dataset
from curation.datasets.read_rows import read_rows
from curation.decisions.decision import Decision
from curation.decisions.ledger import log_of
from curation.decisions.merged_classes import change_merges
from curation.workspace.folders import Workspace
from models.errors import ErrataError

BLOCK = {"title": "T", "layout": "folder", "licence": "none", "source": "here"}


def entries(*labels: str) -> list[Entry]:
    return [Entry(f"{place}.png", label, "train") for place, label in enumerate(labels)]


def test_images_of_one_class_are_read_as_those_of_another() -> None:
    merges = {"Cat": "cat", "cats ": "Cat", " dog": "dog", "bird": "cat"}
    rows = make_rows(Path("/x"), entries("Cat", "cat", "cats ", " dog", "dog"), (), (), 0, ("first",), merges)
    assert (rows.classes, rows.labels.tolist()) == (("cat", "dog"), [0, 0, 0, 1, 1])
    assert dict(rows.merged) == {"Cat": "cat", "cats ": "cat", " dog": "dog", "bird": "cat"}
    assert rows.notices == (
        "first",
        "1 image of class 'Cat': read as 'cat'",
        "1 image of class 'cats ': read as 'cat'",
        "1 image of class ' dog': read as 'dog'",
    )


def test_two_forms_of_unicode_are_one_class_and_said() -> None:
    rows = make_rows(Path("/x"), entries("caf\u00e9", "cafe\u0301", "tea"), (), (), 0)
    assert rows.classes == ("caf\u00e9", "tea")
    assert rows.notices == ("class 'café' is written in two forms of Unicode that look alike: read as one class",)


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        (["Cat"], "'Cat' does not say which class"),
        (["=cat"], "does not say"),
        (["a=b=c"], "does not say"),
        (["a=b", "a=c"], "'a' is read both as 'b' and as 'c'"),
        (["a=a"], r"read as itself \(a = a\)"),
        (["a=b", "b=c", "c=b"], "would be read as itself"),
    ],
)
def test_what_is_no_merge(pairs: list[str], sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        resolved(parse_merges(pairs))


def test_in_datasets_yaml() -> None:
    spec = DatasetSpec.from_dict("pets", {**BLOCK, "classes": ["Cat", "cat", "dog"], "merge_classes": {"Cat": "cat"}})
    assert spec.merge_classes == (("Cat", "cat"),)
    rows = make_rows(Path("/x"), entries("Cat", "cat", "dog"), spec.classes, (), 0, (), dict(spec.merge_classes))
    assert (rows.classes, rows.labels.tolist()) == (("cat", "dog"), [0, 0, 1])
    for wrong, sentence in (
        ({"Cat": 1}, "1 in merge_classes must be text"),
        ({"a": "a"}, "itself"),
        (["a"], "a block of"),
    ):
        with pytest.raises(ErrataError, match=sentence):
            DatasetSpec.from_dict("pets", {**BLOCK, "merge_classes": wrong})


def draw(root: Path) -> Path:
    for name in ("Cat", "cat ", "cat", "dog"):
        for number in range(2):
            path = root / "train" / name / f"{name.strip()}{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    return root


def test_a_verdict_on_a_class_is_kept_added_to_and_taken_back(workspace: Workspace, tmp_path: Path) -> None:
    folder = str(draw(tmp_path / "pets"))
    assert change_merges(workspace, folder, {"Cat ": " cat"}) == {"Cat": "cat"}
    assert change_merges(workspace, folder, {"cat ": "cat"}) == {"Cat": "cat", "cat ": "cat"}
    assert read_rows(find_dataset(folder, workspace)).classes == ("cat", "dog")
    for wrong, sentence in (
        ("Cta=cat", "did you mean 'Cat'"),
        ("dog=fish", "'dog' cannot be read as 'fish'"),
        ("cat=Cat", "itself"),
    ):
        with pytest.raises(ErrataError, match=sentence):
            change_merges(workspace, folder, parse_merges([wrong]))
    assert noted_merges(workspace, "pets") == {"Cat": "cat", "cat ": "cat"}
    assert change_merges(workspace, folder, parse_merges(["none"])) == {}
    assert not list(workspace.decisions.glob("*.json"))


@pytest.mark.parametrize("step", range(4))
def test_a_kill_at_any_step_leaves_the_merges_before(workspace: Workspace, tmp_path: Path, step: int) -> None:
    """The process ends at once where it would open for writing, rename or remove a file among the decisions."""
    folder = str(draw(tmp_path / "pets"))
    change_merges(workspace, folder, {"Cat": "cat"})
    code = f"""
import os, sys
from pathlib import Path
from curation.decisions.merged_classes import change_merges
from curation.workspace.folders import Workspace
steps = iter(range(1000))
def ends(event, arguments):
    opens = event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)
    writes = opens or event in ("os.rename", "os.remove", "os.link")
    if writes and "decisions" in str(arguments[0]) and next(steps) == {step}:
        os._exit(9)
sys.addaudithook(ends)
change_merges(Workspace(Path(sys.argv[1])), sys.argv[2], {{"cat ": "cat"}})
"""
    done = subprocess.run([sys.executable, "-c", code, str(workspace.root), folder], check=False)
    before, after = {"Cat": "cat"}, {"Cat": "cat", "cat ": "cat"}
    assert (done.returncode, noted_merges(workspace, "pets")) in ((0, after), (9, before), (9, after))
    assert change_merges(workspace, folder, {"cat ": "cat"}) == after


def test_a_class_that_only_verdicts_name(workspace: Workspace, tmp_path: Path) -> None:
    folder = str(draw(tmp_path / "pets"))
    log_of(workspace, "pets").append(Decision("ana", "a.png", "relabel", ("puppy",), "dog", "0" * 64))
    assert change_merges(workspace, folder, {"puppy": "dog"}) == {"puppy": "dog"}
    assert read_rows(find_dataset(folder, workspace)).merged == (("puppy", "dog"),)


def test_a_damaged_note_is_one_sentence(workspace: Workspace) -> None:
    note_merges(workspace, "pets", {"a": "b"})
    (file,) = workspace.decisions.glob("*.json")
    file.write_text('{"merged": ["a"]}')
    with pytest.raises(ErrataError, match=r"is damaged .*; remove it and name the classes again"):
        noted_merges(workspace, "pets")
