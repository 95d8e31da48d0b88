"""A tiny audited data set with decisions, a version and trained runs: what screens after the review are tested with."""

import json
import time
from dataclasses import asdict

import numpy as np

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.results.audit import Audit
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.workspace.folders import Workspace
from models.figures.metrics import evaluate
from models.figures.predictions import NO_FOLD, Predictions
from models.files.atomic import write_json, write_text
from models.files.runs import Status


def add_verdicts(workspace: Workspace, name: str = "tiny") -> None:
    """Let Ana relabel both wrong images and keep one, and Ben contradict her on the kept one."""
    ledger = open_ledger(workspace, name)
    ledger.decide(Decision("ana", "test/sea/0.png", "relabel", ("forest",)))
    ledger.decide(Decision("ana", "train/street/1.png", "relabel", ("sea",)))
    ledger.decide(Decision("ana", "test/street/2.png", "keep"))
    ledger.decide(Decision("ben", "test/street/2.png", "exclude"))


def version(workspace: Workspace, name: str = "tiny", label: str = "v1") -> None:
    """Make a version of the decisions there are."""
    make_version(workspace, name, VersionRequest(label, reviewer="ana"))


def trained(workspace: Workspace, audit: Audit, recipe: str, labels: str = "original", seeds: int = 1) -> None:
    """Write finished runs that are right about all test images but the first."""
    rows = audit.rows
    judged = rows.splits == "test"
    probs = np.full((int(judged.sum()), len(rows.classes)), 0.1, np.float32)
    probs[np.arange(len(probs)), rows.labels[judged]] = 0.8
    probs[0] = np.roll(probs[0], 1)
    for seed in range(seeds):
        folder = workspace.runs / f"{audit.name}-{recipe.replace('_', '-')}-{labels}-s{seed}"
        epochs = [
            {"epoch": epoch, "train_accuracy": 1 - 0.5 / epoch, "val_accuracy": 1 - 0.6 / epoch, "val_loss": 1 / epoch,
             "train_loss": 1 / epoch, "seconds": 0.5}
            for epoch in (1, 2)
        ]  # fmt: skip
        write_text(folder / "metrics.jsonl", "".join(json.dumps(epoch) + "\n" for epoch in epochs))
        config = {
            "dataset": audit.name, "recipe": recipe, "architecture": recipe, "mode": "scratch", "seed": seed,
            "classes": list(rows.classes), "images": {"train": 18, "val": 0, "test": 12}, "input": {},
            "config": {"epochs": 2}, "version": labels, "leaks": 0, "device": "cpu", "versions": {},
        }  # fmt: skip
        write_json(folder / "config.json", config)
        Predictions(rows.image_ids[judged], probs, None, np.full(len(probs), NO_FOLD)).save(folder / "predictions.npz")
        figures = {"schema_version": 1, "val": None, "test": evaluate(rows.labels[judged], probs, rows.classes)}
        more = {"seconds": 1.0, "images_per_s": 36.0, "epochs": 2, "parameters": 1000}
        write_json(folder / "metrics.json", {**figures, **more})
        now = time.time()
        write_json(folder / "status.json", asdict(Status("finished", 1, now, now, "train", 2, 2)))
