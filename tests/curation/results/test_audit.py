"""What an audit found, read back; every half-finished or damaged state is one sentence."""

from pathlib import Path

import numpy as np
import pytest

from curation.results.audit import load_audit
from curation.scoring.class_odds import among_its_class
from curation.scoring.conflicts import weigh_conflicts
from curation.scoring.findings import Findings
from curation.scoring.scores import rank, self_confidence
from curation.workspace.folders import Workspace
from curation.workspace.names import audited
from models.arrays import FloatArray
from models.errors import ErrataError
from models.files.atomic import write_json
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import ARCHITECTURES, COPY, ORIGINAL, WRONG, note_rows, small_audit


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    small_audit(Workspace(tmp_path))
    return Workspace(tmp_path)


def test_what_was_written_is_read(workspace: Workspace) -> None:
    audit = load_audit(workspace, "tiny")
    assert audited(workspace) == ["tiny"]
    assert [architecture.name for architecture in audit.architectures] == list(ARCHITECTURES)
    assert not audit.in_sample
    assert len(audit.checked.skipped) == 1
    for architecture in audit.architectures:
        expected = rank(audit.rows.labels, architecture.predictions.probs)
        np.testing.assert_array_equal(architecture.ranking.label_quality, expected.label_quality)
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
    first, second = (architecture.predictions.probs.argmax(1) for architecture in audit.architectures)
    assert audit.disagreement().tolist() == (first != second).tolist()


def test_in_sample_predictions_say_so(tmp_path: Path) -> None:
    assert small_audit(Workspace(tmp_path), in_sample=True).in_sample


def test_an_unknown_data_set_names_the_nearest(workspace: Workspace) -> None:
    with pytest.raises(ErrataError, match=r"no audited data set 'tini'; did you mean 'tiny'\?"):
        load_audit(workspace, "tini")


def test_no_audit_yet(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match="'tiny' has no finished audit; run `errata audit tiny`"):
        load_audit(Workspace(tmp_path), "tiny")


@pytest.mark.parametrize("name", ["../tiny", "", "Tiny", "a" * 65])
def test_a_name_never_leaves_the_workspace(tmp_path: Path, name: str) -> None:
    with pytest.raises(ErrataError, match="is not a name"):
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


@pytest.mark.parametrize(
    "change", ["an image more", "a class more", "another image", "another label", "another content"]
)
def test_an_audit_killed_after_its_data_set_changed_says_so(workspace: Workspace, change: str) -> None:
    """The new rows are written first; the old predictions must not be shown beside them."""
    folder, checked = workspace.runs / "audit-tiny", load_audit(workspace, "tiny").checked
    rows = checked.rows
    if change == "a class more":
        about = read_json(folder / "rows.json")
        write_json(folder / "rows.json", {**about, "classes": [*about["classes"], "zebra"]})
    else:
        arrays = dict(np.load(folder / "rows.npz"))
        if change == "another label":
            arrays["labels"][0] = (arrays["labels"][0] + 1) % 3
        elif change == "another content":
            arrays["sha256s"][0] = "0" * 64
        else:
            arrays["image_ids"] = np.append(rows.image_ids[:-1], "train/zzz.png")
        if change == "an image more":
            method = arrays.pop("method")
            arrays = {name: np.append(array, array[-1:], axis=0) for name, array in arrays.items()} | {"method": method}
        np.savez(folder / "rows.npz", **arrays)
    with pytest.raises(ErrataError, match="'tiny' has changed since its last finished audit; run `errata audit tiny`"):
        load_audit(workspace, "tiny")


def conflict(workspace: Workspace) -> FloatArray:
    """Give a copy another label, judge again, and return the label quality without regard to copies."""
    folder = workspace.runs / "audit-tiny"
    arrays = dict(np.load(folder / "rows.npz"))
    copy = arrays["image_ids"].tolist().index(COPY)
    arrays["labels"][copy] = (arrays["labels"][copy] + 1) % 3
    np.savez(folder / "rows.npz", **arrays)
    note_rows(folder)
    (folder / "findings.npz").unlink()
    audit = load_audit(workspace, "tiny")
    audit.findings.save(folder / "findings.npz")
    labels, probs = arrays["labels"], audit.findings.probs
    given = self_confidence(labels, probs)
    return among_its_class(given, labels, audit.rows.splits == "train", np.sqrt(given / probs.max(1)))


def test_the_label_quality_is_one_number(workspace: Workspace) -> None:
    alone = conflict(workspace)
    audit = load_audit(workspace, "tiny")
    assert audit.duplicates.conflicting(audit.rows.labels).sum() == 2
    expected = weigh_conflicts(audit.rows.labels, audit.duplicates.groups, alone, audit.findings.probs)
    assert (expected != alone).sum() in (1, 2)
    np.testing.assert_array_equal(audit.findings.label_quality, expected)
    np.testing.assert_array_equal(audit.consensus.label_quality, expected)


def test_findings_of_an_earlier_errata_are_read(workspace: Workspace) -> None:
    """The first held the label quality without regard to copies, which were compared when they were read."""
    alone, file = conflict(workspace), workspace.runs / "audit-tiny" / "findings.npz"
    weighed = load_audit(workspace, "tiny").consensus.label_quality
    arrays = dict(np.load(file))
    np.savez(file, **{**arrays, "label_quality": alone, "method": np.array(4)})
    np.testing.assert_array_equal(load_audit(workspace, "tiny").consensus.label_quality, alone)
    del arrays["method"]
    np.savez(file, **{**arrays, "label_quality": alone})
    assert Findings.load(file).method < 4
    np.testing.assert_array_equal(load_audit(workspace, "tiny").consensus.label_quality, weighed)


def test_without_the_judgement_there_is_no_other_ranking(workspace: Workspace) -> None:
    folder = workspace.runs / "audit-tiny"
    (folder / "findings.npz").unlink()
    assert len(load_audit(workspace, "tiny").suspects())  # an audit that has not judged yet ranks by its networks
    results = read_json(folder / "results.json")
    write_json(folder / "results.json", {**results, "stages": [*results["stages"], "judge"]})
    with pytest.raises(ErrataError, match=r"findings\.npz is gone, by which labels are ranked; run `errata audit`"):
        load_audit(workspace, "tiny")
