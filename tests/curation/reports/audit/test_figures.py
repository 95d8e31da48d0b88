"""The figures of an audit's report that belong to no section alone: hashes, names, splits."""

from dataclasses import replace
from pathlib import Path

from tests.helpers.html_page import Page
from tests.helpers.reported_audit import make_audit, written


def test_hashes_change_with_a_label_or_a_prediction_and_only_then(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    first, second = (written(audit, tmp_path / name)[0]["hashes"] for name in ("one", "two"))
    assert first == second
    rows = replace(audit.rows, labels=1 - audit.rows.labels)
    changed = written(replace(audit, checked=replace(audit.checked, rows=rows)), tmp_path / "three")[0]["hashes"]
    assert changed["images_and_labels"] != first["images_and_labels"]
    assert changed["predictions"] == first["predictions"]


def test_a_name_that_is_no_utf8(tmp_path: Path) -> None:
    audit = make_audit(tmp_path, skipped=(("train/\udcff.jpg", "empty"),))
    figures, html = written(audit, tmp_path / "report")
    assert figures["skipped"][0]["image_id"] == r"train/\udcff.jpg"
    assert r"\udcff.jpg" in html


def test_train_only(tmp_path: Path) -> None:
    audit = make_audit(tmp_path, splits=("train",) * 8, fold=(0, 1) * 4)
    figures, html = written(audit, tmp_path / "report")
    assert list(figures["splits"]) == ["train"]
    assert list(figures["suspects"]) == ["train"]
    assert figures["duplicates"]["leaks"] == {}
    text = Page(html).text
    assert "Another label fits better for 3 of 8 train images (37.5 %)." in text
    assert "None: every listed file could be read." in text
