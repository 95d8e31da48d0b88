"""Planted errors among the first ranked images, where the truth is known."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from curation.results.audit import Audit
from tests.helpers.html_page import Page
from tests.helpers.reported_audit import make_audit, written


def write_truth(audit: Audit, true_labels: Sequence[str], header: str = "image_id,split,label,true_label,kind") -> None:
    lines = [
        f"{image_id},{split},{label},{true},{'clean' if true == str(label) else 'planted'}"
        for image_id, split, label, true in zip(
            audit.rows.image_ids, audit.rows.splits, audit.rows.labels, true_labels, strict=True
        )
    ]
    (audit.rows.root / "truth.csv").write_text("\n".join([header, *lines]) + "\n")


def plain_names(audit: Audit) -> Audit:
    return replace(audit, checked=replace(audit.checked, rows=replace(audit.rows, classes=("0", "1"))))


def test_known_truth_counts_planted_errors_among_the_first(tmp_path: Path) -> None:
    audit = plain_names(make_audit(tmp_path))
    write_truth(audit, ["0", "1", "0|1", "", "0", "0", "1", "1"])  # test: clean, flipped, ambiguous, no class
    figures, html = written(audit, tmp_path / "report")
    test, train = figures["known_truth"]["test"], figures["known_truth"]["train"]
    assert (test["images"], test["errors"], test["plain"]) == (4, 3, 2)  # of two blended classes the label is one
    assert test["top"]["50"] == {"n": 4, "errors": 3, "plain": 2, "precision": 0.75, "recall": 1.0}
    assert test["kinds"] == {"planted": {"errors": 3, "top_50": 3, "top_100": 3}}
    assert (train["errors"], train["top"]["100"]["recall"]) == (0, None)
    assert "3 of 4 (2 plainly)" in Page(html).text


def test_known_truth_looks_at_the_first_fifty_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.reports.audit.truth.TOPS", (1, 2))
    audit = plain_names(make_audit(tmp_path))
    write_truth(audit, ["1", "1", "1", "1", "0", "0", "1", "1"])  # ranked 1, 3, 2, 0: the first and the last are wrong
    from curation.reports.audit.truth import known_truth

    truth = known_truth(audit)
    assert truth is not None
    assert truth["test"]["errors"] == 2
    assert [truth["test"]["top"][top]["errors"] for top in ("1", "2")] == [1, 1]
    assert [truth["test"]["top"][top]["precision"] for top in ("1", "2")] == [1.0, 0.5]
    assert truth["test"]["kinds"]["planted"] == {"errors": 2, "top_1": 1, "top_2": 1}


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe", b"image_id,split,label\nx,test,0\n"])
def test_another_table_called_truth_is_no_truth(tmp_path: Path, content: bytes) -> None:
    audit = make_audit(tmp_path)
    (audit.rows.root / "truth.csv").write_bytes(content)
    figures, html = written(audit, tmp_path / "report")
    assert figures["known_truth"] is None
    assert 'id="truth"' not in html


def test_truth_of_other_images_is_left_out(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    (audit.rows.root / "truth.csv").write_text("image_id,split,label,true_label,kind\nelse.png,test,0,1,flipped\n")
    figures, html = written(audit, tmp_path / "report")
    assert not figures["known_truth"]
    assert 'id="truth"' not in html
