"""An audit of eight images whose report has numbers that can be worked out by hand."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from curation.datasets.catalog import DatasetSpec
from curation.datasets.rows import Rows
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates
from curation.images.problems import CHECKS, ImageProblems
from curation.reports.audit.write import write_report
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.review.wrong_labels import WrongLabels
from curation.scoring.findings import judge_labels
from curation.scoring.scores import rank, self_confidence
from curation.workspace.stages import StageRecord
from models.figures.predictions import NO_FOLD, Predictions
from models.files.atomic import write_json
from tests.helpers.html_page import EVIL

WRONG: dict[str, Any] = WrongLabels(8, 0, 0, 2.4, None).figures()
CLASSES = (EVIL, 'sea & "sand"')
SPLITS = ("test",) * 4 + ("train",) * 4
LABELS = (0, 0, 1, 1, 0, 0, 1, 1)
FIRST = (0.9, 0.2, 0.4, 0.7, 0.8, 0.6, 0.1, 0.95)  # probability of class 0: rows 1, 3 and 7 contradict the label
FOLDS = (NO_FOLD,) * 4 + (0, 1, 0, 1)
GROUPS = (0, 1, 2, 3, 3, 1, 4, 5)  # test 1 is train 5, the same label; test 3 is train 4, another label


def probs_of(first: Sequence[float]) -> Any:
    """Return probabilities of two classes, shape (N, 2), from those of the first."""
    return np.stack([np.array(first), 1 - np.array(first)], 1).astype(np.float32)


def make_audit(
    tmp_path: Path,
    splits: Sequence[str] = SPLITS,
    fold: Sequence[int] | None = FOLDS,
    trained: str | None = "from scratch",
    skipped: tuple[tuple[str, str], ...] = (),
    names: Sequence[str] = ("net",),
) -> Audit:
    """Return the audit of eight images of two classes; every architecture predicts the same."""
    root = tmp_path / "images"
    image_ids = [f"{split}/{i}{'<b>' if i == 1 else ''}.png" for i, split in enumerate(splits)]
    for i, image_id in enumerate(image_ids):
        (root / image_id).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 20), (30 * i, 80, 200 - 20 * i)).save(root / image_id)
    n, labels, probs = len(image_ids), np.array(LABELS), probs_of(FIRST)
    rows = Rows(root, CLASSES, np.array(image_ids), labels, np.array(splits))
    sizes = np.tile(np.array([40, 20], np.int64), (n, 1))
    checked = CheckedRows(rows, np.array([f"{i:064x}" for i in range(n)]), np.zeros(n, np.uint64), sizes, skipped)
    exact = np.isin(np.arange(n), (1, 5))
    near = np.isin(np.arange(n), (3, 4))
    folds = None if fold is None else np.array(fold, np.int64)
    architectures = []
    for name in names:
        folder = tmp_path / f"run-{name}"
        if trained:
            config = {"epochs": 2} if trained == "from scratch" else {}
            write_json(folder / "config.json", {"config": config, "versions": {"torch": "2.15"}})
        predictions = Predictions(rows.image_ids, probs, None, folds)
        architectures.append(ArchitectureResult(name, name, folder, predictions, rank(labels, probs)))
    stages = (
        StageRecord("images", "a", 2.0, 100.0, reused=True),
        StageRecord("train net", "b", 6.0, 300.0, reused=False),
        StageRecord("report", "c", 9.0, 300.0, reused=False),
    )
    train, opinions = rows.splits == "train", dict.fromkeys(names, probs)
    findings = judge_labels(labels, len(CLASSES), train, np.array(GROUPS), opinions, {})
    # the probabilities as they are: numbers that tests work out by hand
    findings = replace(findings, probs=probs, label_quality=self_confidence(labels, probs))
    duplicates = Duplicates(np.array(GROUPS), exact, near)
    settings: dict[str, Any] = {"folds": 2, "seed": 0, "architectures": list(names)}
    return Audit("tiny", tmp_path, settings, checked, duplicates, tuple(architectures), findings, stages)


def flagged(audit: Audit, **rows: Sequence[int]) -> Audit:
    """Return the audit with image problems: check -> rows, the last one with the lowest score."""
    scores = np.ones((len(audit.rows), len(CHECKS)), np.float32)
    flags = np.zeros(scores.shape, bool)
    for check, flagged_rows in rows.items():
        flags[list(flagged_rows), CHECKS.index(check)] = True
        scores[list(flagged_rows), CHECKS.index(check)] = np.linspace(0.3, 0.1, len(flagged_rows))
    return replace(audit, problems=ImageProblems(scores, flags))


def spec_of(audit: Audit) -> DatasetSpec:
    return DatasetSpec("tiny", f"Tiny {EVIL}", "folder", audit.rows.root, "CC0", "nowhere")


def written(audit: Audit, folder: Path) -> tuple[dict[str, Any], str]:
    """Write the report and return its figures and its page."""
    write_report(audit, spec_of(audit), folder, WRONG)
    return json.loads((folder / "report.json").read_text()), (folder / "report.html").read_text()
