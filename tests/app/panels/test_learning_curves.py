"""Learning curves of the networks that an audit is training."""

import os
import time
from pathlib import Path

from app.jobs.process import JobState
from app.panels.learning_curves import audit_curves
from models.files.atomic import write_json, write_text


def test_curves_of_a_network_in_training(tmp_path: Path) -> None:
    folder = tmp_path / "audit-tiny"
    write_json(folder / "config.json", {"architectures": ["simple_cnn"], "folds": 3})
    progress = JobState("running", time.time() - 10, "train simple_cnn", 1, 3)
    assert audit_curves(folder, progress) == ""
    older, run = (tmp_path / f"tiny-simple_cnn-{key}" for key in ("00000000", "11111111"))
    line = '{"epoch": 1, "val_accuracy": 0.5}\n{"epoch": 2, "val_accuracy": null}\n'
    for where in (older, run):
        write_text(where / "fold-0.jsonl", line)
    os.utime(older / "fold-0.jsonl", (1.0, 1.0))
    write_text(run / "fold-1.jsonl", line)
    chart = audit_curves(folder, progress)
    assert "fold 0" in chart
    assert "fold 1" in chart
    assert "fold 2" not in chart
    assert audit_curves(folder, JobState("running", time.time() - 10, "map simple_cnn")) == ""
    assert audit_curves(folder, JobState("finished", 0.0, "train simple_cnn")) == ""
