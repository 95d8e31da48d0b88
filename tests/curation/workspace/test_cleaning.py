"""Files that nothing refers to go; all others stay, byte by byte."""

from pathlib import Path

import numpy as np
import pytest

from curation.images.compared_pairs import ComparedPairs
from curation.results.audit import Audit
from curation.workspace.cleaning import find_leftovers, remove
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.runs import computing
from models.files.unfinished import unfinished_file
from models.images.row_store import fill_rows
from tests.helpers.small_audit import small_audit, write_status

PROTECTED = ("decisions", "splits", "exports", "data", "database")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.fixture
def audit(workspace: Workspace) -> Audit:
    return small_audit(workspace)


def old_models(workspace: Workspace, name: str = "tiny-efficientnet_lite0-11111111") -> Path:
    folder = workspace.runs / name
    folder.mkdir(parents=True)
    (folder / "fold-0.safetensors").write_bytes(b"\1" * 10_000)
    return folder


def cache(root: Path, sha256s: list[str]) -> Path:
    """Cache a row for each image as the program does, and return the array's folder."""
    before = set(root.glob("*"))
    fill_rows(root, sha256s, (2,), np.float32, lambda rows: np.zeros((len(rows), 2), np.float32), 8, 1)
    return (set(root.glob("*")) - before).pop()


def compare(workspace: Workspace, sha256s: list[str]) -> Path:
    """Keep compared pairs of the images as the program does, and return their folder."""
    root = workspace.copies / "method-2"
    before = set(root.glob("*"))
    pairs = np.array([[0, 1]], np.int64)
    ComparedPairs(root, "").alike(np.array(sorted(sha256s)), lambda: pairs, lambda asked: np.zeros(len(asked), bool))
    return (set(root.glob("*")) - before).pop()


def everything(workspace: Workspace) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in workspace.root.rglob("*") if path.is_file()}


def test_shards_go_once_no_audit_may_go_on_with_them(workspace: Workspace, audit: Audit) -> None:
    shards = [workspace.features / "backbone-00" / ".shards", audit.folder / ".checks"]
    for folder in shards:
        folder.mkdir(parents=True)
        (folder / "0123abcd.npz").write_bytes(b"rows")
    write_status(audit.folder, "cancelled")
    assert find_leftovers(workspace) == []
    write_status(audit.folder, "finished")
    assert [leftover.path for leftover in find_leftovers(workspace)] == shards
    remove(workspace, find_leftovers(workspace))
    assert not any(folder.exists() for folder in shards)


def test_only_what_nothing_refers_to_goes(workspace: Workspace, audit: Audit) -> None:
    for name in PROTECTED:
        (workspace.root / name).mkdir(exist_ok=True)
        (workspace.root / name / "tiny.json").touch()
    for name in PROTECTED[:3]:
        (workspace.root / name / ".tiny-0123abcd.part.json").touch()  # not even these
    mine = audit.checked.sha256s.tolist()
    cache(workspace.features / "backbone-00", mine)
    cache(workspace.pixels / "96px-bicubic", ["f" * 64, mine[0]])  # one of its images is still listed
    compare(workspace, [*mine, "f" * 64])
    before = everything(workspace)
    models = old_models(workspace)
    gone = cache(workspace.features / "backbone-00", ["e" * 64])
    compared = compare(workspace, ["e" * 64, "f" * 64])
    half = workspace.runs / "audit-tiny" / ".rows-0123abcd.part.npz"
    half.write_bytes(b"half")
    noted = workspace.root / "queue" / "2-0b.json"
    for log in ("job-1-0a", "job-2-0b", "export-tiny"):
        (workspace.root / "jobs" / log).mkdir(parents=True)
    noted.parent.mkdir()
    noted.touch()
    torn_pairs = compared.with_name(".0123abcd-0123abcd.part")
    torn_pairs.mkdir()
    torn = noted.with_name(".3-0c-0123abcd.part.json")
    torn.touch()
    off_the_list = workspace.root / "jobs" / "job-1-0a"
    leftovers = find_leftovers(workspace)
    assert {leftover.path for leftover in leftovers} == {models, gone, compared, off_the_list, half, torn, torn_pairs}
    reasons = [leftover.why.split()[0] for leftover in leftovers]
    assert reasons == ["models", "features", "compared", "log", *3 * ["half-written"]]
    assert remove(workspace, leftovers) == sum(leftover.size_bytes for leftover in leftovers) > 10_000
    noted.unlink()
    assert everything(workspace) == before
    assert {folder.name for folder in (workspace.root / "jobs").iterdir()} == {"job-2-0b", "export-tiny"}
    noted.touch()
    assert find_leftovers(workspace) == []


@pytest.mark.parametrize("state", ["interrupted", "failed", "cancelled"])
def test_an_audit_that_goes_on_later_keeps_its_models(workspace: Workspace, audit: Audit, state: str) -> None:
    old_models(workspace)
    of_pets = old_models(workspace, "pets-efficientnet_lite0-11111111")
    write_status(audit.folder, state)
    assert [leftover.path for leftover in find_leftovers(workspace)] == [of_pets]


def test_nothing_goes_while_something_is_computed(workspace: Workspace, audit: Audit) -> None:
    old = old_models(workspace)
    leftovers = find_leftovers(workspace)
    with computing(workspace.runs / "trained", {}):
        for work in (lambda: find_leftovers(workspace), lambda: remove(workspace, leftovers)):
            with pytest.raises(ErrataError, match="trained is being computed and may need anything"):
                work()
    assert old.exists()


def test_what_is_used_again_before_the_answer_stays(workspace: Workspace, audit: Audit) -> None:
    old = old_models(workspace)
    leftovers = find_leftovers(workspace)
    with computing(workspace.runs / "trained", {"init_from": f"runs/{old.name}/fold-0.safetensors"}):
        pass
    assert remove(workspace, leftovers) == 0
    assert old.exists()


def test_a_damaged_audit_stops_it(workspace: Workspace, audit: Audit) -> None:
    old = old_models(workspace)
    (audit.folder / "results.json").write_text("{")
    with pytest.raises(ErrataError, match=r"results\.json is damaged"):
        find_leftovers(workspace)
    assert old.exists()


def test_what_a_living_process_writes_stays(workspace: Workspace, audit: Audit) -> None:
    with unfinished_file(audit.folder / "rows.npz"):
        assert find_leftovers(workspace) == []
