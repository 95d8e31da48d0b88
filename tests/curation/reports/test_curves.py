"""Learning curves: a line for each fold, the epoch that was kept, and readable axes."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from curation.reports.curves import curves_plot
from tests.helpers.html_page import Page
from tests.helpers.reported_audit import make_audit, written


def write_curve(folder: Path, fold: int, losses: Sequence[float]) -> None:
    lines = [
        {"fold": fold, "epoch": i + 1, "train_loss": 1.0, "train_accuracy": 0.5, "val_loss": loss, "val_accuracy": 0.25}
        for i, loss in enumerate(losses)
    ]
    (folder / f"fold-{fold}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_learning_curves_of_each_fold_with_the_epoch_that_was_kept(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    write_curve(audit.architectures[0].run_folder, 0, [2.0, 1.0, 3.0])
    write_curve(audit.architectures[0].run_folder, 1, [math.nan, math.nan, math.nan])  # no inner split
    figures, html = written(audit, tmp_path / "report")
    curves = figures["architectures"][0]["curves"]
    assert [epoch["val_loss"] for epoch in curves["0"]] == [2.0, 1.0, 3.0]
    assert [epoch["val_loss"] for epoch in curves["1"]] == [None, None, None]
    loss = curves_plot(curves, "loss", "Loss")
    assert loss.count('<polyline class="train"') == 2
    assert loss.count('<polyline class="val"') == 1
    assert loss.count("<circle") == 1
    # Epoch 2 of 3: half-way from x = 46 to 450; a loss of 1 on a scale to 3: a third of the way from y = 210 to 14.
    assert '<circle class="val" cx="248.0" cy="144.7"' in loss
    assert "2 folds, a pair of lines each" in Page(html).text


@pytest.mark.parametrize(
    ("last", "ticks"),
    [
        (1, ["1"]),
        (4, ["1", "2", "3", "4"]),
        (14, ["2", "4", "6", "8", "10", "12", "14"]),
        (40, ["1", "5", "10", "15", "20", "25", "30", "35", "40"]),
        (600, ["1", "100", "200", "300", "400", "500", "600"]),
    ],
)
def test_epochs_named_on_the_axis(last: int, ticks: list[str]) -> None:
    curves: dict[str, list[dict[str, float | None]]] = {"0": [{"epoch": last, "val_loss": 1.0}]}
    words = Page(curves_plot(curves, "loss", "Loss")).words
    losses = ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert words[words.index("0") : words.index("epoch")] == losses + ticks


def test_an_axis_stands_still_while_epochs_are_added() -> None:
    epochs: list[dict[str, float | None]] = [
        {"epoch": 1, "train_loss": 2.0, "val_loss": 2.0},
        {"epoch": 2, "train_loss": 1.0, "val_loss": 1.0},
    ]
    names = {"train": "training", "val": "validation"}
    # Epoch 2 of 3: half-way from x = 46 to 450.
    assert 'points="46.0,' in curves_plot({"0": epochs}, "loss", "Loss", "seed", names, 3)
    assert " 248.0," in curves_plot({"0": epochs}, "loss", "Loss", "seed", names, 3)
    assert " 450.0," in curves_plot({"0": epochs}, "loss", "Loss", "seed", names, 0)
    assert curves_plot({"0": epochs[:1]}, "loss", "Loss", "seed", names).count("<circle") == 2  # lines of one point
