"""Learning curves read back: whole lines only, the later one of an epoch, damage in one sentence."""

import json
from pathlib import Path

import pytest

from models.errors import ErrataError
from models.figures.curves import kept_epoch, read_curve, read_curves


def line(epoch: int, **figures: float | None) -> str:
    return json.dumps({"epoch": epoch, **figures}) + "\n"


def test_curves_of_folds(tmp_path: Path) -> None:
    (tmp_path / "fold-0.jsonl").write_text(line(1, val_loss=2.0) + line(2, val_loss=1.0))
    (tmp_path / "fold-2.jsonl").write_text(line(1, val_loss=3.0))
    curves = read_curves(tmp_path, range(3))
    assert sorted(curves) == [0, 2]
    assert [epoch["val_loss"] for epoch in curves[0]] == [2.0, 1.0]


def test_the_curve_of_a_run(tmp_path: Path) -> None:
    assert read_curve(tmp_path) == []
    (tmp_path / "metrics.jsonl").write_text("")
    assert read_curve(tmp_path) == []
    (tmp_path / "metrics.jsonl").write_text(line(1, val_loss=2.0) + line(2, val_loss=None))
    assert read_curve(tmp_path) == [{"epoch": 1, "val_loss": 2.0}, {"epoch": 2, "val_loss": None}]


def test_a_line_still_being_written_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text(line(1, val_loss=2.0) + '{"epoch": 2, "val')
    assert [epoch["epoch"] for epoch in read_curve(tmp_path)] == [1]


def test_an_epoch_written_again_after_a_resume_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text(line(1, val_loss=3.0) + line(2, val_loss=2.0) + line(2, val_loss=1.5) + line(3, val_loss=1.0))
    assert [(epoch["epoch"], epoch["val_loss"]) for epoch in read_curve(tmp_path)] == [(1, 3.0), (2, 1.5), (3, 1.0)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("{]\n", "damaged in line 1"), ('{"loss": 1}\n', "no epoch in line 1"), ("[1]\n", "no epoch in line 1")],
)
def test_a_damaged_curve_is_one_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "metrics.jsonl").write_text(content)
    with pytest.raises(ErrataError, match=sentence):
        read_curve(tmp_path)


def test_the_epoch_kept_is_the_last_of_the_lowest_loss() -> None:
    losses = (3.0, 1.0, 2.0, 1.0, 4.0)
    assert kept_epoch([{"epoch": i + 1, "val_loss": loss} for i, loss in enumerate(losses)]) == 4
    assert kept_epoch([{"epoch": 1, "val_loss": float("nan")}, {"epoch": 2, "val_loss": None}, {"epoch": 3}]) is None
    assert kept_epoch([]) is None
