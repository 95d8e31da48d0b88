"""An ensemble beside its members, checked by hand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curation.reports.training.members import member_figures
from curation.results.trained import load_seeds
from models.figures.metrics import evaluate, wilson_interval
from models.files.atomic import write_json
from tests.helpers.html_page import EVIL, Page
from tests.helpers.trained_folder import CLASSES, make_rows, make_run, run_report


def four_images(correct: int) -> dict[str, Any]:
    """Return the figures of four images of which so many are predicted as they are labelled."""
    probs = np.array([[0.9, 0.1]] * correct + [[0.1, 0.9]] * (4 - correct), np.float32)
    return evaluate(np.zeros(4, np.int64), probs, CLASSES)


def ensemble(folder: Path, seed: int, correct: int) -> Path:
    """Write a run of two members; the second one was not tested and has no out-of-fold figures."""
    run = make_run(folder, make_rows(folder.parent / "images"), seed=seed, losses=())
    more = {
        "members": {EVIL: four_images(2), "b": None},
        "average": four_images(3),
        "out_of_fold": {EVIL: four_images(1), "b": None, "ensemble": four_images(4), "average": None},
        "measured": "mean of 5 fold models",
    }
    metrics = json.loads((run / "metrics.json").read_text())
    write_json(run / "metrics.json", {**metrics, "test": four_images(correct), **more})
    return run


def test_figures_by_hand(tmp_path: Path) -> None:
    runs = load_seeds([ensemble(tmp_path / "a-s0", 0, 4), ensemble(tmp_path / "a-s1", 1, 3)])
    together, average, first, second = member_figures(runs)
    assert [line["name"] for line in (together, average, first, second)] == ["ensemble", "average", EVIL, "b"]
    assert together["accuracy"] == {"mean": 0.875, "std": pytest.approx(0.25 / 2**0.5)}
    assert (together["low"], together["high"]) == pytest.approx(wilson_interval(3.5, 4))
    assert (together["n"], together["measured"]) == (4, "mean of 5 fold models")
    assert (together["out_of_fold"]["mean"], average["out_of_fold"]) == (1.0, None)
    assert (average["accuracy"]["mean"], first["accuracy"]["mean"], first["out_of_fold"]["mean"]) == (0.75, 0.5, 0.25)
    assert (second["n"], second["accuracy"], second["out_of_fold"]) == (None, None, None)


def test_the_page_has_a_line_for_each(tmp_path: Path) -> None:
    html = run_report([ensemble(tmp_path / "run", 0, 4)], tmp_path / "report")[1]
    page = Page(html)
    assert page.open == []
    assert EVIL not in html
    assert "test accuracy, mean of 5 fold models" in page.text
    assert f"{EVIL}50.0 % 15.0 to 85.0 %" in page.text


def test_other_trainings_have_no_members(tmp_path: Path) -> None:
    assert member_figures(load_seeds([make_run(tmp_path / "run", make_rows(tmp_path / "images"))])) == []
