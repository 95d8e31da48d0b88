"""The table of trained runs: a line for each recipe, checked by hand."""

import json
from pathlib import Path

import pytest

from curation.reports.training.table import markdown_table, run_table
from models.errors import ErrataError
from tests.helpers.trained_folder import SEED_1, make_rows, make_run


def test_a_line_for_each_recipe_in_order(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    folders = [
        make_run(tmp_path / "b-s0", rows, recipe="b"),
        make_run(tmp_path / "a-s1", rows, SEED_1, seed=1, recipe="a"),
        make_run(tmp_path / "b-s1", rows, SEED_1, seed=1, recipe="b"),
    ]
    lines = run_table(folders)
    assert [(line["group"], line["seeds"]) for line in lines] == [("b", 2), ("a", 1)]
    assert lines[0]["accuracy"]["mean"] == 0.625
    assert lines[1]["accuracy"] == {"mean": 0.75, "std": None}
    assert lines[1]["auroc"] == {"mean": 0.75, "std": None}  # cats at 0.8 and 0.6, dogs at 0.7 and 0.1
    assert markdown_table(lines).splitlines() == [
        "| recipe | network | data | train / test images | accuracy | AUROC | parameters | training, s | images/s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        "| b | net@scratch | pets | 10 / 4 | 62.5 ± 17.7 % (2 seeds) | 0.750 ± 0.000 | 1,234 | 6 ± 1 | 50 |",
        "| a | net@scratch | pets | 10 / 4 | 75.0 % (30.1–95.4) | 0.750 | 1,234 | 7 | 50 |",  # noqa: RUF001
    ]


def test_unfinished_seeds_are_told_and_left_out(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    running = make_run(tmp_path / "a-s2", rows, seed=2, state="running")
    (none,) = run_table([running])
    assert (none["seeds"], none["started"], none["accuracy"], none["n"]) == (0, 1, None, None)
    assert "(0 of 1 seeds finished)" in markdown_table([none])
    (half,) = run_table([running, make_run(tmp_path / "a-s0", rows)])
    assert (half["seeds"], half["started"]) == (1, 2)
    assert "1 of 2 seeds" in markdown_table([half])
    (most,) = run_table([running, tmp_path / "a-s0", make_run(tmp_path / "a-s1", rows, SEED_1, seed=1)])
    assert "62.5 ± 17.7 % (2 of 3 seeds)" in markdown_table([most])


def test_auroc_of_two_classes_only(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images", ("cat", "dog", "eel"))
    (line,) = run_table([make_run(tmp_path / "run", rows)])
    assert line["auroc"] is None
    assert line["classes"] == 3


def test_without_test_images_the_validation_images_count_and_the_table_says_so(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    folder = make_run(tmp_path / "run", rows, images={"train": 10, "val": 2})
    metrics = json.loads((folder / "metrics.json").read_text())
    del metrics["test"]
    (folder / "metrics.json").write_text(json.dumps(metrics))
    (line,) = run_table([folder])
    assert (line["split"], line["n"]) == ("val", 2)
    assert "| 10 / 2 (val) | 100.0 % (34.2–100.0) |" in markdown_table([line])  # noqa: RUF001


def test_a_name_does_not_end_its_cell(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    (line,) = run_table([make_run(tmp_path / "run", rows, recipe="a | b\nc")])
    assert markdown_table([line]).splitlines()[2].startswith(r"| a \| b c | net@scratch |")


def test_the_figures_can_be_kept_as_json(tmp_path: Path) -> None:
    lines = run_table([make_run(tmp_path / "run", make_rows(tmp_path / "images"))])
    assert json.loads(json.dumps(lines, allow_nan=False)) == lines


def test_an_empty_table_and_a_folder_without_a_run(tmp_path: Path) -> None:
    assert len(markdown_table(run_table([])).splitlines()) == 2
    with pytest.raises(ErrataError, match="holds no run"):
        run_table([tmp_path])
