"""The surest errors of trained runs."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.helpers.html_page import Page
from tests.helpers.trained_folder import make_rows, make_run, run_report, two_seeds


def test_the_surest_errors_first_with_how_many_seeds_are_wrong(tmp_path: Path) -> None:
    folders, rows = two_seeds(tmp_path)
    figures, html = run_report(folders, tmp_path / "report", rows)
    # Means of the seeds: image 1 is 0.45 a cat, so taken for a dog; image 2 is 0.75 a cat, and a dog by its label.
    assert figures["errors"] == {
        "test": [
            {
                "row": 2,
                "image_id": "test/2.png",
                "label": "dog",
                "prediction": "cat",
                "confidence": 0.75,
                "label_probability": 0.25,
                "wrong": 2,
                "seeds": 2,
            },
            {
                "row": 1,
                "image_id": "test/1.png",
                "label": "cat",
                "prediction": "dog",
                "confidence": 0.55,
                "label_probability": 0.45,
                "wrong": 1,
                "seeds": 2,
            },
        ]
    }
    assert [source[:23] for source in Page(html).values("src")] == ["data:image/jpeg;base64,"] * 2
    assert "label 25 % · 2/2 seeds" in Page(html).text


def test_errors_of_images_that_training_took_from_train_count_as_validation(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    folder = make_run(tmp_path / "tiny-s0", rows, (0.9, 0.8, 0.1, 0.2, 0.3, 0.4))
    taken = replace(rows, splits=np.array(["test"] * 4 + ["train"] * 2))
    figures, _ = run_report([folder], tmp_path / "report", taken)
    assert {split: [error["row"] for error in errors] for split, errors in figures["errors"].items()} == {"val": [4]}


def test_a_file_that_is_gone_has_no_picture(tmp_path: Path) -> None:
    folders, rows = two_seeds(tmp_path)
    rows.paths[2].unlink()
    assert "the file cannot be read" in Page(run_report(folders, tmp_path / "report", rows)[1]).text


def test_without_rows_only_the_errors_are_missing(tmp_path: Path) -> None:
    folders, _ = two_seeds(tmp_path)
    figures, html = run_report(folders, tmp_path / "report")
    assert figures["errors"] == {}
    assert 'id="errors"' not in html
    assert 'id="confusion"' in html
