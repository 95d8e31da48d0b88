"""Reasons name who says what."""

from pathlib import Path

from curation.reasons import against, reasons
from curation.workspace import Workspace
from tests.small_audit import small_audit


def test_every_voter_is_named_once(tmp_path: Path) -> None:
    audit = small_audit(Workspace(tmp_path), cams=0)
    said = reasons(audit, range(len(audit.rows)))
    assert len(said) == len(audit.rows)
    for row, (text, count) in enumerate(zip(said, against(audit).tolist(), strict=True)):
        assert all(text.count(f"{voter} ") == 1 for voter in audit.findings.voters)
        given = audit.rows.classes[audit.rows.labels[row]]
        assert f"nobody says {given}" in text if count == len(audit.findings.voters) else f"{given}, as given" in text


def test_a_copy_with_another_label_is_said_first(tmp_path: Path) -> None:
    audit = small_audit(Workspace(tmp_path), cams=0)
    conflicting = audit.duplicates.conflicting(audit.rows.labels)
    said = reasons(audit, range(len(audit.rows)))
    assert [text.startswith("a copy carries another label") for text in said] == conflicting.tolist()
