"""Versions on disk: made from an audit and its decisions, never overwritten, refused once changed."""

import hashlib
import json
import threading
from pathlib import Path

import numpy as np
import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, open_ledger
from curation.images.unchanged import check_unchanged, file_sha256
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.versions.store import Version, list_versions, load_version, version_folder
from curation.workspace.folders import Workspace
from curation.workspace.names import checked_version, version_names
from models.errors import ErrataError
from models.files.atomic import write_json
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import COPY, ORIGINAL, small_audit

WRONG = "test/sea/0.png"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    small_audit(Workspace(tmp_path), cams=0)
    return Workspace(tmp_path)


@pytest.fixture
def ledger(workspace: Workspace) -> Ledger:
    return open_ledger(workspace, "tiny")


def refused(workspace: Workspace, request: VersionRequest, name: str = "tiny") -> str:
    with pytest.raises(ErrataError) as error:
        make_version(workspace, name, request)
    return str(error.value)


def test_without_decisions_a_version_is_the_labels_as_given(workspace: Workspace) -> None:
    made = make_version(workspace, "tiny", VersionRequest("v1", reviewer="ana"))
    original = load_version(workspace, "tiny", "original")
    assert made.sha256 == original.sha256
    assert made.manifest["guard"][-1] == "no decision counts: the labels are as given"
    assert made.manifest["leaks"] == {"dropped": False, "images": [ORIGINAL]}
    assert made.manifest["parent"] == {"version": "original", "sha256": original.sha256}
    dropped = make_version(workspace, "tiny", VersionRequest("v2", drop_leaks=True))
    assert dropped.sha256 != original.sha256
    assert set(original.rows.image_ids) - set(dropped.rows.image_ids) == {ORIGINAL}
    assert COPY in dropped.rows.image_ids.tolist()


def test_what_is_written_down(workspace: Workspace, ledger: Ledger) -> None:
    ledger.decide(Decision("ana", WRONG, "relabel", ("forest",)))
    ledger.decide(Decision("ana", "test/sea/1.png", "keep"), Decision("ana", "test/sea/2.png", "exclude"))
    ledger.decide(Decision("ana", "test/sea/3.png", "keep"))
    ledger.decide(Decision("ben", "test/sea/3.png", "relabel", ("street",)))
    made = make_version(workspace, "tiny", VersionRequest("v1", auto_accept=0.5, reviewer="cleo"))
    about = read_json(version_folder(workspace, "tiny", "v1") / "split.json")
    assert about["decisions"] == {
        "lines": 5,
        "log_sha256": ledger.log.sha256(5),
        "in_force": {"exclude": 1, "keep": 2, "relabel": 2},
        "reviewers": ["ana", "ben"],
        "changed": {"auto": 1, "relabel": 1},
        "of_missing_images": 0,
    }
    assert about["auto"] == {"threshold": 0.5, "splits": ["train", "val"], "count": 1, "in_sample": False}
    assert about["disputed"] == ["test/sea/3.png"]
    assert about["out"] == {"exclude": 1}
    assert about["counts"]["test"] == {"sea": 2, "forest": 5, "street": 4}
    assert about["counts"]["train"] == {"sea": 7, "forest": 6, "street": 5}
    assert about["guard"][:2] == [
        "test: 1 of 11 labels changed and 1 image left out, each by a person's decision; 4 images judged",
        "1 label of train and val taken from the models without a look (label_quality below 0.5); none of test",
    ]
    assert (about["reviewer"], about["seed"], about["shares"]) == ("cleo", 0, "keep")
    row = made.images.checked.rows.image_ids.tolist().index("train/street/1.png")
    assert (made.images.decisions[row], made.images.reviewers[row]) == ("auto", "")
    ledger.decide(Decision("ana", "test/sea/1.png", "exclude"))  # what comes later does not count
    assert load_version(workspace, "tiny", "v1").sha256 == made.sha256
    assert make_version(workspace, "tiny", VersionRequest("v2", "v1")).sha256 != made.sha256


def test_the_same_inputs_give_the_same_hash(workspace: Workspace, ledger: Ledger) -> None:
    ledger.decide(Decision("ana", WRONG, "relabel", ("forest",)))
    shares = {"train": 0.5, "val": 0.25, "test": 0.25}
    hashes = [
        make_version(workspace, "tiny", VersionRequest(version, shares=shares, seed=seed)).sha256
        for version, seed in (("a", 1), ("b", 1), ("c", 2))
    ]
    assert hashes[0] == hashes[1] != hashes[2]


def test_relabel_then_undo_gives_the_hash_of_before(workspace: Workspace, ledger: Ledger) -> None:
    ledger.decide(Decision("ana", WRONG, "relabel", ("forest",)))
    first = make_version(workspace, "tiny", VersionRequest("v1"))
    ledger.undo("ana")
    original = load_version(workspace, "tiny", "original").sha256
    assert make_version(workspace, "tiny", VersionRequest("v2", "v1")).sha256 == original != first.sha256


def test_what_is_decided_meanwhile_does_not_count(
    workspace: Workspace, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.decide(Decision("ana", WRONG, "relabel", ("forest",)))

    def busy(*arguments: object) -> Version:
        ledger.decide(Decision("ana", "test/sea/1.png", "exclude"))
        return load_version(workspace, "tiny", "original")

    monkeypatch.setattr("curation.versions.make.load_version", busy)
    make_version(workspace, "tiny", VersionRequest("v1"))
    made = load_version(workspace, "tiny", "v1")
    assert ledger.lines() > made.manifest["decisions"]["lines"] == 1
    assert made.manifest["decisions"]["log_sha256"] == ledger.log.sha256(1)
    assert made.images.out_counts() == {}


def test_the_list(workspace: Workspace, ledger: Ledger) -> None:
    assert version_names(workspace, "tiny") == ("original",)
    ledger.decide(Decision("ana", WRONG, "relabel", ("forest",)))
    for version, parent in (("v1", "original"), ("v10", "v1"), ("v2", "v1")):
        make_version(workspace, "tiny", VersionRequest(version, parent, reviewer="ana"))
    summaries = list_versions(workspace, "tiny")
    assert (
        [summary.name for summary in summaries]
        == ["original", "v1", "v2", "v10"]
        == list(version_names(workspace, "tiny"))
    )
    assert [summary.parent for summary in summaries] == ["", "original", "v1", "v1"]
    assert summaries[1].changed == {"relabel": 1}
    assert summaries[1].reviewer == "ana"
    assert summaries[0].created == ""
    assert summaries[1].sha256 == summaries[2].sha256 != summaries[0].sha256
    assert checked_version(workspace, "tiny", "v2") == "v2"
    with pytest.raises(ErrataError, match=r"no version of the labels 'v3' \(choices: original, v1, v10, v2\)"):
        checked_version(workspace, "tiny", "v3")


# --- never changed ----------------------------------------------------------------------------------------------------


def test_it_cannot_be_written(workspace: Workspace) -> None:
    make_version(workspace, "tiny", VersionRequest("v1"))
    folder = version_folder(workspace, "tiny", "v1")
    assert sorted(path.name for path in folder.iterdir()) == ["rows.npz", "split.json"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}
    assert folder.stat().st_mode & 0o777 == 0o555
    before = file_sha256(folder / "split.json")
    message = refused(workspace, VersionRequest("v1", drop_leaks=True))
    assert message == "version 'v1' of 'tiny' exists already; versions are never overwritten: give another --version"
    assert file_sha256(folder / "split.json") == before


def writable(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)


@pytest.mark.parametrize("change", ["a byte", "a label", "the file", "json", "hash", "schema", "another name", "gone"])
def test_a_changed_file_is_refused(workspace: Workspace, change: str) -> None:
    made = make_version(workspace, "tiny", VersionRequest("v1"))
    folder = version_folder(workspace, "tiny", "v1")
    writable(folder)
    rows, about = folder / "rows.npz", read_json(folder / "split.json")
    message = r"rows\.npz was changed since version 'v1' was made; versions are never changed"
    if change == "a byte":
        data = bytearray(rows.read_bytes())
        data[len(data) // 2] ^= 1
        rows.write_bytes(data)
    elif change == "a label":
        arrays = dict(np.load(rows))
        arrays["labels"][0] = (arrays["labels"][0] + 1) % 3
        np.savez(rows, **arrays)
    elif change == "the file":
        rows.write_bytes(b"")
    elif change == "json":
        about["reviewer"] = "somebody else"
        message = r"split\.json was changed since version 'v1' was made"
    elif change == "hash":
        del about["about_sha256"]
        message = r"split\.json was changed"
    elif change == "schema":
        about["schema_version"] = 2
        message = "has schema 2, of a newer Errata; this one reads up to 1"
    elif change == "another name":
        folder.rename(folder.with_name("v7"))
        message = "holds version 'v1' of 'tiny'"
    else:
        rows.unlink()
        message = "cannot read .*rows.npz"
    if change in ("json", "hash", "schema"):
        write_json(folder / "split.json", about)
    with pytest.raises(ErrataError, match=message):
        load_version(workspace, "tiny", "v7" if change == "another name" else "v1")
    assert made.sha256


def test_a_forged_label_does_not_fit_the_hash(workspace: Workspace) -> None:
    """All checksums are made to fit; only the content hash differs from the published one."""
    make_version(workspace, "tiny", VersionRequest("v1"))
    folder = version_folder(workspace, "tiny", "v1")
    writable(folder)
    arrays = dict(np.load(folder / "rows.npz"))
    arrays["labels"][0] = (arrays["labels"][0] + 1) % 3
    np.savez(folder / "rows.npz", **arrays)
    about = {**read_json(folder / "split.json"), "rows_sha256": file_sha256(folder / "rows.npz")}
    del about["about_sha256"]
    about_sha256 = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    write_json(folder / "split.json", {**about, "about_sha256": about_sha256})
    with pytest.raises(ErrataError, match=r"does not hold what its hash [0-9a-f]{12} says"):
        load_version(workspace, "tiny", "v1")


def test_two_at_once_make_one(workspace: Workspace) -> None:
    messages: list[str] = []

    def make(reviewer: str) -> None:
        try:
            make_version(workspace, "tiny", VersionRequest("v1", reviewer=reviewer))
        except ErrataError as error:
            messages.append(str(error))

    threads = [threading.Thread(target=make, args=(f"r{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(messages) == 3
    assert all("versions are never overwritten" in message for message in messages), messages
    assert load_version(workspace, "tiny", "v1").manifest["reviewer"] in {"r0", "r1", "r2", "r3"}
    assert [path.name for path in version_folder(workspace, "tiny", "v1").parent.iterdir()] == ["v1"]


# --- bad input --------------------------------------------------------------------------------------------------------


def test_what_is_refused(workspace: Workspace) -> None:
    message = "labels of the test split are changed by people only, so --auto-accept is refused for test"
    assert message in refused(workspace, VersionRequest("v1", auto_accept=0.1, auto_splits=("test",)))
    assert "no version of the labels 'v0' (choices: original)" in refused(workspace, VersionRequest("v1", "v0"))
    assert not workspace.splits.exists()


def test_a_data_set_that_was_not_audited(workspace: Workspace) -> None:
    assert "no audited data set 'tinny'; did you mean 'tiny'?" in refused(workspace, VersionRequest("v1"), "tinny")


def test_images_that_are_gone_or_changed(workspace: Workspace, ledger: Ledger) -> None:
    root = ledger.rows.root
    ledger.decide(Decision("ana", "test/sea/2.png", "exclude"))
    (root / "test/sea/2.png").unlink()  # is left out: nobody needs it
    make_version(workspace, "tiny", VersionRequest("v1"))
    for number in range(4):
        (root / f"test/street/{number}.png").unlink()
    (root / WRONG).write_bytes(b"other")
    assert refused(workspace, VersionRequest("v2")) == (
        "images are not as the audit read them: 4 gone (test/street/0.png, test/street/1.png, test/street/2.png, …), "
        f"1 changed ({WRONG}); no version was made: put them back or audit again"
    )
    check_unchanged([], [], [], "nothing")


def test_a_line_of_the_log_that_cannot_be_read(workspace: Workspace, ledger: Ledger) -> None:
    ledger.decide(Decision("ana", WRONG, "relabel", ("forest",)))
    with ledger.log.path.open("a") as log:
        log.write(json.dumps({"schema_version": 1, "kind": "decision"}) + "\n")
    assert "no version was made (one such line)" in refused(workspace, VersionRequest("v1"))


def test_a_full_disk_and_no_permission(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(np.lib.format, "write_array", full)
        assert "No space left on device; free some space" in refused(workspace, VersionRequest("v1"))
    assert list((workspace.splits / "tiny").iterdir()) == []
    make_version(workspace, "tiny", VersionRequest("v1"))
    (workspace.splits / "tiny").replace(workspace.root / "kept")
    (workspace.splits / "tiny").write_text("")
    assert "cannot write" in refused(workspace, VersionRequest("v2"))


def test_no_version_is_made_of_the_audit_of_a_version(workspace: Workspace) -> None:
    results = workspace.runs / "audit-tiny" / "results.json"
    about = read_json(results)
    write_json(results, {**about, "version": "v1"})
    message = "'tiny' is the audit of a curated version; decide on 'tiny': all versions are made from its decisions"
    assert refused(workspace, VersionRequest("v2")) == message
