"""Duplicates and image problems of a report, and what its page says of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from curation.images.duplicates import Duplicates
from curation.images.problems import CHECKS
from tests.helpers.html_page import Page
from tests.helpers.reported_audit import CLASSES, flagged, make_audit, written


def test_duplicates_leaks_and_the_accuracy_without_them(tmp_path: Path) -> None:
    figures, html = written(make_audit(tmp_path), tmp_path / "report")
    duplicates = figures["duplicates"]
    assert (duplicates["images"], duplicates["exact_images"], duplicates["near_images"]) == (4, 2, 2)
    assert (duplicates["conflicting_groups"], duplicates["conflicting_images"]) == (1, 2)
    assert duplicates["leaks"] == {"test": 2}
    assert [group["rows"] for group in duplicates["groups"]] == [[3, 4], [1, 5]]  # the conflict first
    assert [group["copies"] for group in duplicates["groups"]] == ["near", "exact"]
    test = figures["architectures"][0]["splits"]["test"]
    assert (test["without_leaks"]["correct"], test["without_leaks"]["n"]) == (2, 2)  # rows 0 and 2
    assert "without_leaks" not in figures["architectures"][0]["splits"]["train"]
    text = Page(html).text
    assert "1 group (2 images) with conflicting labels" in text
    assert "leaks: 2 test images with a twin in train" in text
    assert "50.0 % (15.0 to 85.0 %), n = 4" in text
    assert "100.0 %" in text


def test_no_duplicates(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    no_copy = np.zeros(8, bool)
    audit = replace(audit, duplicates=Duplicates(np.arange(8), no_copy, no_copy))
    figures, html = written(audit, tmp_path / "report")
    assert figures["duplicates"]["groups"] == []
    assert "None among 8 images." in Page(html).text


def test_both_images_of_a_pair_stand_side_by_side_with_label_and_split(tmp_path: Path) -> None:
    _, html = written(make_audit(tmp_path), tmp_path / "report")
    section = html[html.index('<section id="duplicates"') :].split("</section>")[0]
    text = Page(section).text
    assert text.index("Conflicting labels 1 group") < text.index("Leaks from train 1 group")
    assert "Other copies" not in text  # both groups are worse than that
    pairs = section.split('class="twins"')[1:]
    assert [pair.count("<img") for pair in pairs] == [2, 2]
    assert all(f">{split}</span>" in pair for pair in pairs for split in ("test", "train"))


def test_image_problems_lowest_score_first(tmp_path: Path) -> None:
    figures, html = written(flagged(make_audit(tmp_path), dark=[1, 6], odd_size=[6]), tmp_path / "report")
    problems = figures["problems"]
    assert problems["images"] == 2
    assert [image["row"] for image in problems["checks"]["dark"]] == [6, 1]
    assert problems["checks"]["blurry"] == []
    assert problems["checks"]["odd_size"][0] | {"score": 0} == {
        "row": 6, "image_id": "train/6.png", "label": CLASSES[1], "split": "train", "size_px": [40, 20], "score": 0,
    }  # fmt: skip
    text = Page(html).text
    assert "2 images of 8: 2 dark and 1 odd size." in text
    assert "train · score 0.10" in text
    assert "train · 40 x 20 px" in text
    assert "Blurry" not in text
    assert "#problems" in Page(html).values("href")


def test_no_image_problems_are_one_line_and_common_ones_another(tmp_path: Path) -> None:
    audit = flagged(make_audit(tmp_path))
    section = written(audit, tmp_path / "one")[1].split('<section id="problems">')[1].split("</section>")[0]
    assert section.splitlines() == [
        "<details><summary><h2>Image problems</h2></summary>",
        "<p>None among 8 images.</p>",
        "</details>",
    ]
    assert audit.problems is not None
    audit.problems.scores[:, CHECKS.index("grayscale")] = 0
    assert "not flagged: grey (8 of 8)" in Page(written(audit, tmp_path / "two")[1]).text


def test_an_audit_without_these_checks_has_no_section(tmp_path: Path) -> None:
    figures, html = written(make_audit(tmp_path), tmp_path / "report")
    assert figures["problems"] is None
    assert 'id="problems"' not in html
    assert "#problems" not in Page(html).values("href")
