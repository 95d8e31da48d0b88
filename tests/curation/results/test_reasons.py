"""Reasons name the voters of each class."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from curation.results.reasons import against, reasons
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import small_audit


def test_every_voter_is_named_once(tmp_path: Path) -> None:
    audit = small_audit(Workspace(tmp_path), cams=0)
    sentences = reasons(audit, range(len(audit.rows)))
    assert len(sentences) == len(audit.rows)
    for row, (text, count) in enumerate(zip(sentences, against(audit).tolist(), strict=True)):
        assert all(text.count(f"{voter} ") == 1 for voter in audit.findings.voters)
        given = audit.rows.classes[audit.rows.labels[row]]
        assert f"nobody says {given}" in text if count == len(audit.findings.voters) else f"{given}, as given" in text


def test_a_class_that_turns_the_direction_of_letters_turns_nothing_beside_it(tmp_path: Path) -> None:
    audit = small_audit(Workspace(tmp_path), cams=0)
    classes = tuple(f"{name}\u202e" for name in audit.rows.classes)
    sentences = reasons(replace(audit, checked=replace(audit.checked, rows=replace(audit.rows, classes=classes))), [0])
    assert "\u202e" not in sentences[0]
    assert rf"{audit.rows.classes[audit.rows.labels[0]]}\u202e, as given: " in sentences[0]


def test_a_copy_with_another_label_is_said_first(tmp_path: Path) -> None:
    audit = small_audit(Workspace(tmp_path), cams=0)
    conflicting = audit.duplicates.conflicting(audit.rows.labels)
    sentences = reasons(audit, range(len(audit.rows)))
    assert [text.startswith("a copy carries another label") for text in sentences] == conflicting.tolist()


def test_a_label_that_was_learned_late_is_said_to_be(tmp_path: Path) -> None:
    audit = small_audit(Workspace(tmp_path), cams=0)
    late = np.full(len(audit.rows), np.nan, np.float32)
    late[:2] = 0.1, 0.9
    first = replace(audit.architectures[0], margin_quality=late)
    sentences = reasons(replace(audit, architectures=(first, *audit.architectures[1:])), range(3))
    assert [f"learned late ({first.name})" in text for text in sentences] == [True, False, False]
