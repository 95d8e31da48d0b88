"""Writing an audit's fields into FiftyOne, bulk calls against one `sample.save()` each; writing single decisions."""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from curation.database import store
from curation.database.documents import Column, Labels, field_values
from curation.database.start import stop_database
from curation.decisions.log import DecisionLog
from curation.workspace.folders import Workspace
from tests.helpers.log_writer import some_decision

N_IMAGES = 10_000
N_DECISIONS = 5_000
N_SLOW = 500  # the slow side, measured on fewer and compared by rate
CLASSES = ("buildings", "forest", "glacier", "mountain", "sea", "street")
EMBEDDING = 512


def columns(n: int) -> list[Column]:
    """Return what an audit writes for one architecture: given label, prediction, score, embedding, one map."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(n, len(CLASSES))).astype(np.float32)
    given = Labels([CLASSES[i] for i in rng.integers(0, len(CLASSES), n)])
    predicted = Labels([CLASSES[i] for i in logits.argmax(1)], logits.max(1), logits)
    return [
        Column("ground_truth", "label", given, index=True),
        Column("split", "label", ["train"] * n, index=True),
        Column("model", "model", predicted, index=True),
        Column("label_quality", "label", rng.random(n).astype(np.float32), index=True),
        Column("model_emb", "model", rng.normal(size=(n, EMBEDDING)).astype(np.float32)),
        Column("model_cam", "model", [Path(f"/maps/{i:05d}.png") for i in range(n)]),
    ]


def run(folder: Path) -> None:
    """Print both rates and their ratio, each the better of two in turn; the images are only named, never opened."""
    with tempfile.TemporaryDirectory() as temporary:
        workspace = Workspace(Path(temporary))
        try:
            fo = store.connect(workspace)
            rounds = [(_one_by_one(fo, columns(N_SLOW)), _in_bulk(workspace, columns(N_IMAGES))) for _ in range(2)]
        finally:
            stop_database(workspace)
    slow, fast = (max(rates) for rates in zip(*rounds, strict=True))
    print(f"{'':<34}{'images/s':>10}{'ratio':>8}")
    print(f"{f'one sample.save() each, {N_SLOW}':<34}{slow:>10.0f}{1:>8.1f}")
    print(f"{f'bulk, {N_IMAGES:,}':<34}{fast:>10.0f}{fast / slow:>8.1f}")
    with tempfile.TemporaryDirectory() as temporary:
        print(f"one decision behind {N_DECISIONS:,} in the log: median {_decision_s(Path(temporary)) * 1000:.1f} ms")


def _in_bulk(workspace: Workspace, fields: list[Column]) -> float:
    """Return images/s of what an audit does, from an empty dataset to its last index."""
    started = time.perf_counter()
    paths = [Path(f"/images/{i:05d}.jpg") for i in range(N_IMAGES)]
    with store.replacing(workspace, "bench", paths, fields, CLASSES):
        pass
    return N_IMAGES / (time.perf_counter() - started)


def _one_by_one(fo: Any, fields: list[Column]) -> float:
    """Return images/s of the loop that FiftyOne's users write: get a sample, set its fields, save it."""
    dataset = fo.Dataset("one-by-one", overwrite=True)
    started = time.perf_counter()
    dataset.add_samples([fo.Sample(filepath=f"/images/{i:05d}.jpg") for i in range(N_SLOW)], progress=False)
    values = {column.name: list(field_values(fo, column)) for column in fields}
    for i, sample_id in enumerate(dataset.values("id")):
        sample = dataset[sample_id]
        for name, column in values.items():
            sample[name] = column[i]
        sample.save()
    return N_SLOW / (time.perf_counter() - started)


def _decision_s(folder: Path) -> float:
    """Return the median seconds to write one decision, on the disk when it returns."""
    log = DecisionLog(folder / "decisions.jsonl")
    with log.writing() as writer:
        writer.append(some_decision(image) for image in range(N_DECISIONS))
    seconds = []
    for image in range(20):
        started = time.perf_counter()
        log.append(some_decision(image))
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)
