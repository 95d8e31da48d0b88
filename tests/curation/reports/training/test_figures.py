"""The figures of trained runs, checked by hand, and what the page says of them."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from models.figures.metrics import evaluate
from models.files.atomic import write_json
from tests.helpers.html_page import Page
from tests.helpers.trained_folder import make_rows, make_run, run_report, two_seeds


def test_one_run_by_hand(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    figures, html = run_report([make_run(tmp_path / "tiny-s0", rows)], tmp_path / "report", rows)
    test = figures["splits"]["test"]
    assert (test["n"], test["seeds"]) == (4, 1)
    assert test["accuracy"] == {"mean": 0.5, "std": None}
    assert test["confusion"] == [[1, 1], [1, 1]]
    assert [row["recall"]["mean"] for row in test["per_class"]] == [0.5, 0.5]
    assert test["auroc"]["value"]["mean"] == 0.75  # cats at 0.9 and 0.3, dogs at 0.8 and 0.2: three pairs of four
    assert figures["splits"]["val"]["accuracy"]["mean"] == 1
    assert list(figures["splits"]) == ["test", "val"]
    text = Page(html).text
    assert "50.0 % of 4 test images are predicted as they are labelled." in text
    assert "Mean ± standard deviation" not in text
    assert "15.0 to 85.0 %" in text  # Wilson's interval of 2 of 4
    assert "2 of 4" in text
    assert "1,234" in text


def test_seeds_together_by_hand(tmp_path: Path) -> None:
    folders, rows = two_seeds(tmp_path)
    figures, html = run_report(folders, tmp_path / "report", rows)
    test = figures["splits"]["test"]
    assert [run["seed"] for run in figures["runs"]] == [0, 1]
    assert test["accuracy"]["mean"] == 0.625
    assert test["accuracy"]["std"] == pytest.approx(np.std([0.5, 0.75], ddof=1))
    assert test["confusion"] == [[3, 1], [2, 2]]
    assert figures["seconds"] == {"mean": 6.5, "std": pytest.approx(math.sqrt(0.5))}
    assert figures["group"] == "tiny"
    text = Page(html).text
    assert "62.5 ± 17.7 % of 4 test images" in text
    assert "Mean ± standard deviation of 2 seeds." in text
    assert "n = 4, the counts of 2 seeds added up" in text


def test_no_validation_images(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    folder = make_run(tmp_path / "run", rows, losses=(None, None, None))
    metrics = json.loads((folder / "metrics.json").read_text())
    nothing = evaluate(np.zeros(0, np.int64), np.zeros((0, 2), np.float32), rows.classes)
    write_json(folder / "metrics.json", {**metrics, "val": nothing})
    assert list(run_report([folder], tmp_path / "report", rows)[0]["splits"]) == ["test"]
    write_json(folder / "metrics.json", {**metrics, "val": None})
    figures, html = run_report([folder], tmp_path / "report", rows)
    assert list(figures["splits"]) == ["test"]
    assert "3 of 3" in Page(html).text  # the last epoch is kept
