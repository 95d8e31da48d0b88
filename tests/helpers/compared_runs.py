"""A small audit with decisions, a curated version and trained runs whose every figure can be checked by hand.

Ten of twelve test images are compared: `test/sea/1.png` shows none of the classes, nobody is sure of
`test/forest/0.png`. Of the ten, v1 relabels `test/sea/0.png` to forest, and `test/street/0.png` may be street or sea.

                                 as given        v1
    strong, seed 0               8 of 10         10 of 10   predicts forest and sea for these two
    strong, seed 1               7 of 10         9 of 10    also takes test/sea/2.png for a forest
    strong, trained on v1        9 of 10         10 of 10   predicts street for the second
    weak                         9 of 10         8 of 10    as given, but takes test/forest/1.png for the sea
"""

import json
import os
import shutil
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.images.keys import rows_key
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from models.figures.metrics import evaluate
from models.figures.predictions import NO_FOLD, Predictions
from models.files.atomic import write_json
from tests.helpers.small_audit import CLASSES, small_audit

NAME = "tiny"
STRONG, STRONG_V1, WEAK = "tiny-strong-11111111", "tiny-strong-22222222", "tiny-weak-33333333"
TEST = [f"test/{label}/{i}.png" for label in sorted(CLASSES) for i in range(4)]
_STRONG = {"test/sea/0.png": "forest", "test/street/0.png": "sea"}


def compared_runs(root: Path, reviewed: bool = True) -> Workspace:
    """Write all of it and return the workspace; it is made once, then copied, with the images where they were made.

    Args:
        root: of the workspace.
        reviewed: False = neither decisions nor v1, nor the run that was trained on it.
    """
    shutil.copytree(_made(reviewed).name, root, dirs_exist_ok=True)
    return Workspace(root)


@cache
def _made(reviewed: bool) -> TemporaryDirectory[str]:
    folder = TemporaryDirectory(ignore_cleanup_errors=True)  # goes with the process
    workspace = Workspace(Path(folder.name))
    small_audit(workspace, NAME, cams=0)
    if reviewed:
        decide(workspace)
        version = make_version(workspace, NAME, VersionRequest("v1", reviewer="ana"))
        config: dict[str, Any] = {
            "version": "v1",
            "split_sha256": version.sha256,
            "rows_key": rows_key(version.images.member_checked),
        }
        trained_run(workspace, STRONG_V1, 0, {"test/sea/0.png": "forest"}, **config)
    key = rows_key(load_version(workspace, NAME, "original").images.member_checked)
    trained_run(workspace, STRONG, 0, _STRONG, rows_key=key)
    trained_run(workspace, STRONG, 1, {**_STRONG, "test/sea/2.png": "forest"}, rows_key=key)
    errors = {"test/forest/1.png": "sea"}
    trained_run(workspace, WEAK, 0, errors, "scenes-simple", "simple_cnn", "scratch", rows_key=key)
    return folder


def decide(workspace: Workspace) -> None:
    """Write five verdicts: one by suspicion, three that were drawn, one of them blind, and one picked by hand."""
    drawn: dict[str, Any] = {"drawn": True, "inclusion": 0.5, "queue": "test: suspicion"}
    open_ledger(workspace, NAME).decide(
        Decision(
            "ana", "test/sea/0.png", "relabel", ("forest",), queue="test: suspicion", rank=1,
            proposed_by=("efficientnet_lite0",),
        ),
        Decision("ana", "test/street/0.png", "ambiguous", ("sea", "street"), rank=2, **drawn),
        Decision("ana", "test/street/1.png", "keep", rank=3, blind=True, **drawn),
        Decision("ana", "test/sea/1.png", "none-of-these", rank=4, **drawn),
        Decision("ana", "test/forest/0.png", "unsure", queue="link"),
    )  # fmt: skip


def trained_run(
    workspace: Workspace,
    group: str,
    seed: int,
    errors: Mapping[str, str],
    recipe: str = "scenes-lite0-frozen",
    architecture: str = "efficientnet_lite0",
    mode: str = "frozen",
    names: list[str] = TEST,
    classes: tuple[str, ...] = CLASSES,
    **changes: Any,
) -> Path:
    """Write a finished run that predicts the given label of all test images but some.

    Args:
        workspace: whose `runs` it goes to.
        group: its name without the seed.
        seed: of it.
        errors: image_id -> what is predicted instead.
        recipe: of its config.
        architecture: of its config.
        mode: of its config.
        names: the images it predicts.
        classes: those it tells apart.
        **changes: of its config.
    """
    folder = workspace.runs / f"{group}-s{seed}"
    given = [name.split("/")[1] for name in names]
    answers = [errors.get(name, label) for name, label in zip(names, given, strict=True)]
    labels, predicted = (np.array([classes.index(name) for name in column]) for column in (given, answers))
    top = 0.9 - 0.01 * np.arange(len(names)) - 0.1 * seed
    spread = np.repeat(((1 - top) / (len(classes) - 1))[:, None], len(classes), 1)
    spread[np.arange(len(names)), predicted] = top
    probs = spread.astype(np.float32)
    config = {
        "dataset": NAME,
        "recipe": recipe,
        "architecture": architecture,
        "mode": mode,
        "seed": seed,
        "version": "original",
        "rows_key": "0" * 16,  # of no data set that there is
        "classes": list(classes),
        "images": {"train": 16, "val": 2, "test": 12},
        "config": {"epochs": 3},
        "input": {"size_px": 32},
        "versions": {"torch": "2.15"},
        "leaks": 1,
    }
    write_json(folder / "config.json", {**config, **changes})
    now = time.time()
    write_json(
        folder / "status.json",
        {"state": "finished", "pid": os.getpid(), "started": now, "updated": now},
    )
    lines = [
        {"epoch": i, "train_loss": 1.0, "train_accuracy": 0.5, "val_loss": loss, "val_accuracy": 1 - loss / 4}
        for i, loss in enumerate((2.0, 1.0, 1.5), 1)
    ]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    Predictions(np.array(names), probs, None, np.full(len(names), NO_FOLD)).save(folder / "predictions.npz")
    figures = {"test": evaluate(labels, probs, classes), "val": None}
    facts = {"seconds": 6.0 + seed, "images_per_s": 50.0, "parameters": 1_250_000, "epochs": 3, "schema_version": 1}
    write_json(folder / "metrics.json", {**figures, **facts})
    return folder
