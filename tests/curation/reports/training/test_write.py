"""Folders that cannot be reported on, and one that cannot be written to."""

from dataclasses import replace
from pathlib import Path

import pytest

from curation.reports.training.write import write_run_report
from curation.results.trained import load_run, load_seeds
from models.errors import ErrataError
from tests.helpers.trained_folder import make_rows, make_run


def test_bad_run_folders(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    run, twin = make_run(tmp_path / "a-s0", rows), make_run(tmp_path / "b-s0", rows)
    other = make_run(tmp_path / "a-s1", rows, seed=1, config={"epochs": 9})
    with pytest.raises(ErrataError, match="no run folder is given"):
        load_seeds([])
    with pytest.raises(ErrataError, match="holds no run"):
        load_run(tmp_path)
    with pytest.raises(ErrataError, match="a-s0 and b-s0 have the same seed 0"):
        load_seeds([run, twin])
    with pytest.raises(ErrataError, match="a-s0 and a-s1 are no seeds of one recipe: their config differs"):
        load_seeds([other, run])
    with pytest.raises(ErrataError, match="predicts 2 classes, the data set has 3"):
        write_run_report([run], tmp_path / "report", replace(rows, classes=("a", "b", "c")))
    (run / "metrics.json").write_text("{")
    with pytest.raises(ErrataError, match="damaged"):
        load_run(run)


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = make_run(tmp_path / "run", make_rows(tmp_path / "images"))
    with pytest.raises(ErrataError, match="cannot write"):
        write_run_report([folder], tmp_path / "file" / "report")
