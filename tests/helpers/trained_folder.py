"""Folders of trained runs as training leaves them, with figures that can be checked by hand."""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from curation.datasets.rows import Rows
from curation.reports.training.write import write_run_report
from models.figures.metrics import evaluate
from models.figures.predictions import Predictions
from models.files.atomic import write_json

CLASSES = ("cat", "dog")
LABELS = (0, 0, 1, 1, 0, 1)
SPLITS = ("test",) * 4 + ("val",) * 2
# Probability of a cat. Seed 0: test images 1 and 2 wrong; seed 1: only image 2.
SEED_0, SEED_1 = (0.9, 0.3, 0.8, 0.2, 0.7, 0.4), (0.8, 0.6, 0.7, 0.1, 0.6, 0.2)


def make_rows(root: Path, classes: Sequence[str] = CLASSES) -> Rows:
    """Return six images of two classes, four of them of the test split."""
    image_ids = [f"{split}/{i}.png" for i, split in enumerate(SPLITS)]
    for i, image_id in enumerate(image_ids):
        (root / image_id).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 20), (30 * i, 80, 200)).save(root / image_id)
    return Rows(root, tuple(classes), np.array(image_ids), np.array(LABELS), np.array(SPLITS))


def make_run(
    folder: Path,
    rows: Rows,
    first: Sequence[float] = SEED_0,
    seed: int = 0,
    losses: Sequence[float | None] = (2.0, 1.0, 1.5),
    state: str = "finished",
    **changes: Any,
) -> Path:
    """Write a run; only `finished` ones have metrics and predictions."""
    config = {
        "dataset": "pets",
        "recipe": "tiny",
        "architecture": "net",
        "mode": "scratch",
        "seed": seed,
        "classes": list(rows.classes),
        "images": {"train": 10, "val": 2, "test": 4},
        "config": {"epochs": 3, "peak_lr": 0.002},
        "input": {"size_px": 32, "mean": [0.5, 0.5, 0.5]},
        "versions": {"torch": "2.15"},
    }
    write_json(folder / "config.json", {**config, **changes})
    now = time.time()
    status = {
        "state": state,
        "pid": os.getpid(),
        "started": now,
        "updated": now,
        "error": "no luck" * (state == "failed"),
    }
    write_json(folder / "status.json", status)
    lines = [
        {
            "epoch": i + 1,
            "train_loss": 1.0,
            "train_accuracy": 0.5,
            "val_loss": loss,
            "val_accuracy": 0.25,
            "learning_rate": 0.001,
            "seconds": 2.0,
        }
        for i, loss in enumerate(losses)
    ]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    if state == "finished":
        probs = np.stack([np.array(first), 1 - np.array(first)], 1).astype(np.float32)
        padded = np.zeros((len(probs), len(rows.classes)), np.float32)
        padded[:, :2] = probs
        figures = {
            split: evaluate(rows.labels[in_split], padded[in_split], rows.classes)
            for split in ("val", "test")
            for in_split in [rows.splits == split]
        }
        write_json(
            folder / "metrics.json", {**figures, "seconds": 6.0 + seed, "images_per_s": 50.0, "parameters": 1234}
        )
        Predictions(rows.image_ids, padded, None, None).save(folder / "predictions.npz")
    return folder


def two_seeds(tmp_path: Path) -> tuple[list[Path], Rows]:
    """Return the folders of two seeds of one recipe, the later seed first, and their images."""
    rows = make_rows(tmp_path / "images")
    second = make_run(tmp_path / "tiny-s1", rows, SEED_1, seed=1)
    return [second, make_run(tmp_path / "tiny-s0", rows)], rows


def run_report(folders: list[Path], output: Path, rows: Rows | None = None) -> tuple[dict[str, Any], str]:
    """Write the report of some runs; return its figures and its page."""
    write_run_report(folders, output, rows)
    return json.loads((output / "report.json").read_text()), (output / "report.html").read_text()
