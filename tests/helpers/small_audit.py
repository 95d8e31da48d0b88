"""A finished audit of thirty drawn pictures, made without a model: what screens, reports and FiftyOne are tested with.

Three classes, six training and four test images each. Planted: `test/sea/0.png` shows a forest, `train/street/1.png`
shows the sea, `test/forest/3.png` is a copy of `train/forest/3.png`, and `train/sea/broken.png` cannot be read.
"""

import hashlib
import json
import os
import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from curation.datasets.rows import Rows
from curation.images.checked_rows import CheckedRows
from curation.images.keys import rows_key
from curation.results.audit import Audit, load_audit
from curation.results.cam_files import cam_pair
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder, slug
from curation.workspace.stages import StageRecord
from models.arrays import FloatArray, IntArray
from models.figures.predictions import NO_FOLD, Predictions
from models.files.atomic import write_json, write_text
from models.files.runs import Status
from tests.helpers.json_file import read_json

CLASSES = ("sea", "forest", "street")
ARCHITECTURES = ("efficientnet_lite0", "simple_cnn_norm_dropout")
PER_SPLIT = {"train": 6, "test": 4}
WRONG = {"test/sea/0.png": "forest", "train/street/1.png": "sea"}  # image_id -> what it really shows
CONFUSED = "test/street/2.png"  # a right label; the second architecture alone sees a forest there
COPY, ORIGINAL = "test/forest/3.png", "train/forest/3.png"
SKIPPED = ("train/sea/broken.png", "the file is empty")
FOLDS = 3
_COLOURS = {"sea": (52, 120, 180), "forest": (40, 110, 60), "street": (130, 125, 120)}
SIZE_PX = (60, 40)


def small_audit(workspace: Workspace, name: str = "tiny", in_sample: bool = False, cams: int = 4) -> Audit:
    """Write a finished audit into the workspace and return it as it is read back.

    Args:
        workspace: the images go to its `data` folder.
        name: of the data set.
        in_sample: whether the predictions come without folds, as those of a model trained elsewhere may.
        cams: most suspicious images of each split that have maps.
    """
    rows = _draw_images(workspace.drawn / name)
    folder = audit_folder(workspace, name)
    checked = checked_images(rows)
    checked.save(folder)
    groups = np.arange(len(rows))
    copy, original = (int(np.flatnonzero(rows.image_ids == image_id)[0]) for image_id in (COPY, ORIGINAL))
    groups[copy] = groups[original]
    groups = np.unique(groups, return_inverse=True)[1]
    exact = np.isin(rows.image_ids, (COPY, ORIGINAL))
    np.savez(folder / "duplicates.npz", groups=groups, exact=exact, near=np.zeros(len(rows), bool))
    fold = np.where(rows.splits == "train", np.arange(len(rows)) % FOLDS, NO_FOLD)
    runs = {}
    for place, architecture in enumerate(ARCHITECTURES):
        runs[architecture] = f"{name}-{slug(architecture)}-00000000"
        run = workspace.runs / runs[architecture]
        probs = _probs(rows, strong=place == 0)
        embeddings = np.log(probs) @ np.arange(12, dtype=np.float32).reshape(3, 4)  # (N, 4)
        Predictions(rows.image_ids, probs, embeddings, None if in_sample else fold).save(run / "predictions.npz")
        _training_record(run, architecture)
        np.save(folder / f"map-{slug(architecture)}.npy", embeddings[:, :2] + place)
    write_results(folder, runs, rows_key(checked))
    load_audit(workspace, name).findings.save(folder / "findings.npz")
    audit = load_audit(workspace, name)
    _draw_cams(audit, cams)
    return audit


def frozen_audit(workspace: Workspace, name: str = "tiny") -> Audit:
    """Write the small audit as if an architecture were a frozen backbone: a review can learn from what images show."""
    audit = small_audit(workspace, name, cams=0)
    shows = np.array([_truth(image_id) for image_id in audit.rows.image_ids.tolist()])
    corners = np.array([[0, 0], [2, 0], [1, 1.7]])  # of a triangle: the classes are equally unlike
    embeddings = corners[shows] + np.random.default_rng(0).normal(size=(len(shows), 2)) / 20
    run = audit.voters[0].run_folder
    predictions = Predictions.load(run / "predictions.npz")
    replace(predictions, embeddings=embeddings.astype(np.float32)).save(run / "predictions.npz")
    write_json(run / "config.json", {**read_json(run / "config.json"), "config": {"penalties": [1.0]}})
    return load_audit(workspace, name)


def note_rows(folder: Path) -> None:
    """Let the results of an audit be of the rows that its folder holds, which a test has changed."""
    results = {**read_json(folder / "results.json"), "dataset_key": rows_key(CheckedRows.load(folder))}
    write_json(folder / "results.json", results)


def small_config() -> dict[str, object]:
    """Return the settings of the audit, as `AuditConfig` writes them."""
    return {
        "architectures": list(ARCHITECTURES),
        "folds": FOLDS,
        "seed": 0,
        "cams_per_split": 4,
        "engine": "auto",
        "version": "original",
    }


def _truth(image_id: str) -> int:
    return CLASSES.index(WRONG.get(image_id, image_id.split("/")[1]))


def _draw_images(root: Path) -> Rows:
    """Draw the pictures: a sky over a ground whose colour and shapes tell the class."""
    image_ids = sorted(
        f"{split}/{label}/{i}.png" for split, count in PER_SPLIT.items() for label in CLASSES for i in range(count)
    )
    random = np.random.default_rng(0)
    for image_id in image_ids:
        path = root / image_id
        path.parent.mkdir(parents=True, exist_ok=True)
        _picture(CLASSES[_truth(image_id)], random).save(path)
    (root / COPY).write_bytes((root / ORIGINAL).read_bytes())
    (root / SKIPPED[0]).touch()
    labels = np.array([CLASSES.index(image_id.split("/")[1]) for image_id in image_ids], np.int64)
    splits = np.array([image_id.split("/")[0] for image_id in image_ids])
    return Rows(root, CLASSES, np.array(image_ids), labels, splits)


def _picture(kind: str, random: np.random.Generator) -> Image.Image:
    width, height = SIZE_PX
    image = Image.new("RGB", SIZE_PX, (190, 215, 235))
    draw = ImageDraw.Draw(image)
    horizon = int(random.integers(14, 22))
    colour = tuple(int(c) for c in np.array(_COLOURS[kind]) + random.integers(-18, 18, 3))
    draw.rectangle((0, horizon, width, height), fill=colour)
    for x in random.integers(0, width, 9).tolist():
        top = int(random.integers(4, horizon))
        if kind == "forest":
            draw.polygon([(x - 5, height), (x, top), (x + 5, height)], fill=(20, 70, 35))
        elif kind == "street":
            draw.rectangle((x - 4, top, x + 4, horizon + 8), fill=(100, 85, 80))
        else:
            draw.line((x - 6, horizon + top, x + 6, horizon + top), fill=(220, 235, 245))
    return image


def checked_images(rows: Rows) -> CheckedRows:
    """Return images as an audit reads them."""
    sha256s = np.array([hashlib.sha256(path.read_bytes()).hexdigest() for path in rows.paths])
    hashes = np.array([int(sha256[:16], 16) for sha256 in sha256s], np.uint64)
    return CheckedRows(rows, sha256s, hashes, np.tile(np.array(SIZE_PX), (len(rows), 1)), (SKIPPED,))


def _probs(rows: Rows, strong: bool) -> FloatArray:
    """Return probabilities, shape (N, 3): most on what the picture shows, a little less for each next image."""
    truth: IntArray = np.array([_truth(str(image_id)) for image_id in rows.image_ids])
    if not strong:
        truth[rows.image_ids == CONFUSED] = CLASSES.index("forest")
    top = (0.9 if strong else 0.7) - 0.002 * np.arange(len(rows))  # no two images tie
    probs = np.empty((len(rows), len(CLASSES)), np.float64)
    probs[:] = ((1 - top) / 2)[:, None]
    probs[np.arange(len(rows)), truth] = top
    return probs.astype(np.float32)


def _training_record(run: Path, architecture: str) -> None:
    """Write the settings, and for the network trained epoch by epoch its learning curves."""
    write_json(run / "config.json", {"architecture": architecture, "folds": FOLDS, "seed": 0, "config": {}})
    if architecture != "simple_cnn_norm_dropout":
        return
    for fold in range(FOLDS):
        lines = [
            {
                "fold": fold,
                "epoch": epoch,
                "train_loss": 1.1 / epoch,
                "train_accuracy": 1 - 0.5 / epoch,
                "val_loss": 1.2 / epoch,
                "val_accuracy": 1 - 0.6 / epoch,
                "seconds": 0.5,
            }
            for epoch in (1, 2, 3)
        ]
        write_text(run / f"fold-{fold}.jsonl", "\n".join(json.dumps(line) for line in lines) + "\n")


def write_results(folder: Path, runs: dict[str, str], dataset_key: str) -> None:
    """Write that an audit is finished, and which run each architecture has."""
    stages = ["images", "duplicates", *(f"train {name}" for name in ARCHITECTURES), "report"]
    records = {name: asdict(StageRecord(name, "0" * 16, 1.5, 200.0, reused=False)) for name in stages}
    write_json(folder / "stages.json", records)
    results = {
        "config": small_config(),
        "version": "original",
        "runs": runs,
        "title": "Thirty drawn pictures",
        "licence": "Apache-2.0",
        "dataset_key": dataset_key,
        "stages": stages,
    }
    write_json(folder / "results.json", results)
    write_status(folder, "finished")


def write_status(folder: Path, state: str, stage: str = "", done: int = 0, total: int = 0, error: str = "") -> None:
    """Write where the audit stands, as if this process computed it."""
    now = time.time()
    write_json(folder / "status.json", asdict(Status(state, os.getpid(), now, now, stage, done, total, error)))


def _draw_cams(audit: Audit, per_split: int) -> None:
    """Write maps that look at the left for the given and at the right for the suggested class."""
    ramp = np.linspace(255, 1, 224, dtype=np.uint8)
    left = Image.fromarray(np.tile(ramp, (149, 1)))
    for architecture in audit.architectures:
        (architecture.run_folder / "cams").mkdir(exist_ok=True)
        for split in PER_SPLIT:
            for row in audit.suspects(split)[:per_split]:
                given, of_suggestion = cam_pair(audit, architecture, int(row))
                left.save(given)
                left.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(of_suggestion)
