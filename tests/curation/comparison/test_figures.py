"""All figures of a comparison, checked by hand."""

import json
from typing import Any

import pytest

from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from models.figures.metrics import wilson_interval
from tests.helpers.compared_runs import NAME, STRONG, STRONG_V1, WEAK


def test_figures_by_hand(figures: dict[str, Any], workspace: Workspace) -> None:
    assert figures["images"] == {"n": 10, "of": 12, "split": "test", "left_out": {"none-of-these": 1, "unsure": 1}}
    strong, retrained, weak = figures["contestants"]
    assert [contestant["name"] for contestant in figures["contestants"]] == [STRONG, STRONG_V1, WEAK]
    tested = strong["on"]["v1"]
    assert tested["each"] == [1.0, 0.9]
    assert tested["correct"] == [10, 9]
    assert tested["accuracy"]["mean"] == pytest.approx(0.95)
    assert (tested["low"], tested["high"]) == pytest.approx(wilson_interval(9.5, 10))
    assert (strong["parameters"], strong["size_mb"], strong["speed"]) == (1_250_000, 5.0, None)
    assert strong["seconds"]["mean"] == 6.5
    assert [run["kept_epoch"] for run in strong["runs"]] == [2, 2]
    version = figures["versions"][1]
    curated = load_version(workspace, NAME, "v1")
    assert (version["sha256"], version["changed"], version["several"]) == (curated.sha256, 2, 1)
    assert retrained["split_sha256"] == curated.sha256
    # The weak network by v1: forest 1 taken for the sea, sea 0 (a forest now) too; 2 of 4 forests are found.
    forest = next(row for row in weak["on"]["v1"]["per_class"] if row["class"] == "forest")
    assert forest["support"] == 4
    assert forest["f1"]["mean"] == pytest.approx(2 * 2 / (2 + 4))


def test_the_figures_can_be_kept_as_json(figures: dict[str, Any]) -> None:
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
