"""What an audit found, read back; every half-finished or damaged state is one sentence."""

from pathlib import Path

import numpy as np
import pytest

from curation.results.audit import load_audit
from curation.results.issue_table import COLUMNS, issue_rows, write_issues
from curation.scoring.scores import rank
from curation.workspace.folders import Workspace
from curation.workspace.names import audited, slug
from models.errors import ErrataError
from models.files.atomic import read_json, write_json
from tests.helpers.small_audit import ARCHITECTURES, COPY, ORIGINAL, WRONG, small_audit


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    small_audit(Workspace(tmp_path))
    return Workspace(tmp_path)


def test_what_was_written_is_read(workspace: Workspace) -> None:
    audit = load_audit(workspace, "tiny")
    assert audited(workspace) == ["tiny"]
    assert [one.name for one in audit.architectures] == list(ARCHITECTURES)
    assert not audit.in_sample
    assert len(audit.checked.skipped) == 1
    for one in audit.architectures:
        expected = rank(audit.rows.labels, one.predictions.probs)
        np.testing.assert_array_equal(one.ranking.label_quality, expected.label_quality)
    test = audit.suspects("test")
    assert str(audit.rows.image_ids[test[0]]) in WRONG
    assert (np.diff(audit.consensus.label_quality[test]) >= 0).all()
    assert (audit.rows.splits[test] == "test").all()
    assert sorted(audit.suspects()) == list(range(len(audit.rows)))
    leaks = audit.rows.image_ids[audit.duplicates.leaks(audit.rows.splits)]
    assert leaks.tolist() == [COPY]
    assert {COPY, ORIGINAL} == set(audit.rows.image_ids[audit.duplicates.shared()].tolist())


def test_alternatives_never_are_the_given_label(workspace: Workspace) -> None:
    audit = load_audit(workspace, "tiny")
    assert (audit.alternatives() != audit.rows.labels).all()


def test_disagreement_is_where_predictions_differ(workspace: Workspace) -> None:
    audit = load_audit(workspace, "tiny")
    one, other = (architecture.predictions.probs.argmax(1) for architecture in audit.architectures)
    assert audit.disagreement().tolist() == (one != other).tolist()


def test_in_sample_predictions_say_so(tmp_path: Path) -> None:
    assert small_audit(Workspace(tmp_path), in_sample=True).in_sample


@pytest.mark.parametrize(
    ("architecture", "version", "field"),
    [
        ("efficientnet_lite0", "original", "efficientnet_lite0"),
        ("efficientnet_lite0", "v1", "efficientnet_lite0_v1"),
        ("ResNet-18.a1", "original", "resnet_18_a1"),
        ("é", "original", "_"),
    ],
)
def test_slug(architecture: str, version: str, field: str) -> None:
    assert slug(architecture, version) == field


def test_an_unknown_data_set_names_the_nearest(workspace: Workspace) -> None:
    with pytest.raises(ErrataError, match=r"no audited data set 'tini'; did you mean 'tiny'\?"):
        load_audit(workspace, "tini")


def test_no_audit_yet(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match="'tiny' has no finished audit; run `errata audit tiny`"):
        load_audit(Workspace(tmp_path), "tiny")


@pytest.mark.parametrize("name", ["../tiny", "", "Tiny", "a" * 65])
def test_a_name_never_leaves_the_workspace(tmp_path: Path, name: str) -> None:
    with pytest.raises(ErrataError, match="is no name"):
        load_audit(Workspace(tmp_path), name)


@pytest.mark.parametrize("file", ["results.json", "rows.json", "rows.npz", "duplicates.npz"])
@pytest.mark.parametrize("size", [0, 20])
def test_a_damaged_file_is_one_sentence(workspace: Workspace, file: str, size: int) -> None:
    path = workspace.runs / "audit-tiny" / file
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ErrataError, match=file.replace(".", r"\.")):
        load_audit(workspace, "tiny")


def test_damaged_predictions_are_one_sentence(workspace: Workspace) -> None:
    run = read_json(workspace.runs / "audit-tiny" / "results.json")["runs"][ARCHITECTURES[0]]
    (workspace.runs / run / "predictions.npz").write_bytes(b"PK\x03\x04")
    with pytest.raises(ErrataError, match=r"predictions\.npz"):
        load_audit(workspace, "tiny")


@pytest.mark.parametrize("change", ["an image more", "a class more", "another image"])
def test_an_audit_killed_after_its_data_set_changed_says_so(workspace: Workspace, change: str) -> None:
    """The new rows are written first; the old predictions must not be shown beside them."""
    folder, checked = workspace.runs / "audit-tiny", load_audit(workspace, "tiny").checked
    rows = checked.rows
    if change == "a class more":
        about = read_json(folder / "rows.json")
        write_json(folder / "rows.json", {**about, "classes": [*about["classes"], "zebra"]})
    else:
        arrays = dict(np.load(folder / "rows.npz"))
        arrays["image_ids"] = np.append(rows.image_ids[:-1], "train/zzz.png")
        if change == "an image more":
            arrays = {name: np.append(array, array[-1:], axis=0) for name, array in arrays.items()}
        np.savez(folder / "rows.npz", **arrays)
    with pytest.raises(ErrataError, match="'tiny' has changed since its last finished audit; run `errata audit tiny`"):
        load_audit(workspace, "tiny")


def test_issue_table(workspace: Workspace, tmp_path: Path) -> None:
    audit = load_audit(workspace, "tiny")
    rows = issue_rows(audit, "test")
    assert [row[5] for row in rows] == list(range(1, 13))  # four images of three classes
    assert {row[1] for row in rows} == {"test"}
    qualities = [float(row[4]) for row in rows]
    assert qualities == sorted(qualities)
    by_id = {row[0]: row for row in rows}
    assert by_id["test/sea/0.png"][2:4] == ("sea", "forest")
    assert by_id["test/sea/1.png"][2:4] == ("sea", "")  # nothing to suggest
    write_issues(audit, "test", tmp_path / "out" / "issues.csv", None)  # type: ignore[arg-type]
    lines = (tmp_path / "out" / "issues.csv").read_text().splitlines()
    assert lines[0].split(",") == list(COLUMNS)
    assert [tuple(line.split(",")) for line in lines[1:]] == [tuple(map(str, row)) for row in rows]


def test_all_splits_rank_within_each_split(workspace: Workspace) -> None:
    rows = issue_rows(load_audit(workspace, "tiny"))
    assert len(rows) == 30
    for split in ("train", "test"):
        ranks = [row[5] for row in rows if row[1] == split]
        assert ranks == list(range(1, len(ranks) + 1))


@pytest.mark.parametrize(
    ("split", "message"),
    [("tset", r"no split 'tset'; did you mean 'test'\?"), ("val", "'tiny' has no val images; its splits: test, train")],
)
def test_a_split_that_is_not_there(workspace: Workspace, split: str, message: str) -> None:
    with pytest.raises(ErrataError, match=message):
        issue_rows(load_audit(workspace, "tiny"), split)
