"""A review that learns as a person sees it: seven verdicts on `scenes` in a real browser bring the next oddments."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from curation.datasets import scenes
from curation.datasets.rows import Rows
from curation.decisions.ledger import open_ledger
from curation.images.keys import rows_key
from curation.results.audit import Audit, load_audit
from curation.review.bench import Bench
from curation.scoring.findings import judge_labels
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.arrays import BoolArray, FloatArray
from models.figures.predictions import Predictions
from models.files.atomic import write_json
from tests.helpers.chromium import in_chromium
from tests.helpers.review_keys import press, under_review
from tests.helpers.served_app import served
from tests.helpers.small_audit import checked_images, write_results

pytestmark = in_chromium
NEXT = 12  # images to look at after the seven verdicts
AROUND, ASIDE = 0.16, 0.55  # how far images lie from the centre of their class, and oddments from all classes


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """Drawn scenes with many pictures of no class, as if a network had looked at them."""
    workspace = Workspace(tmp_path_factory.mktemp("home"))
    root, name = workspace.drawn / "drawn", "drawn"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(scenes.PLANTED, "no_class", 0.1)
        scenes.draw_scenes(root, train_per_class=40, test_per_class=5, size_px=48)
    with (root / "truth.csv").open() as file:
        truth = list(csv.DictReader(file))
    labels = np.array([scenes.SCENE_CLASSES.index(image["label"]) for image in truth])
    ids, splits = (np.array([image[column] for image in truth]) for column in ("image_id", "split"))
    rows = Rows(root, scenes.SCENE_CLASSES, ids, labels, splits)
    folder, checked = audit_folder(workspace, name), checked_images(rows)
    checked.save(folder)
    none = np.zeros(len(rows), bool)
    np.savez(folder / "duplicates.npz", groups=np.arange(len(rows)), exact=none, near=none)
    embeddings = _embeddings([image["true_label"] or image["label"] for image in truth], _oddments(root, rows))
    learn, uniform = splits == "train", np.full((len(rows), 6), 1 / 6, np.float32)
    run = workspace.runs / "drawn-efficientnet_lite0-00000000"
    findings = judge_labels(labels, 6, learn, np.arange(len(rows)), {"frozen": uniform}, {"frozen": embeddings})
    fold = np.where(learn, np.arange(len(rows)) % 3, -1)
    Predictions(ids, findings.probs, embeddings, fold).save(run / "predictions.npz")
    write_json(run / "config.json", {"architecture": "efficientnet_lite0", "config": {"penalties": [1.0]}})
    write_results(folder, {"efficientnet_lite0": run.name}, rows_key(checked))
    findings = judge_labels(
        labels, 6, learn, np.arange(len(rows)), {"efficientnet_lite0": findings.probs}, {"efficientnet_lite0": embeddings}
    )
    findings.save(folder / "findings.npz")
    return load_audit(workspace, name)


def _embeddings(shows: list[str], odd: BoolArray) -> FloatArray:
    """Return points around the centre of what each image shows; pictures of no class lie aside, towards one point."""
    random, centres = np.random.default_rng(0), np.eye(6, 8)
    places = np.array([np.mean([scenes.SCENE_CLASSES.index(name) for name in show.split("|")[:1]]) for show in shows])
    points = centres[places.astype(int)] + random.normal(size=(len(shows), 8)) * AROUND
    points[odd, 6] += ASIDE
    return np.asarray(points, np.float32)


def _oddments(root: Path, rows: Rows) -> BoolArray:
    with (root / "truth.csv").open() as file:
        kinds = {image["image_id"]: image["kind"] for image in csv.DictReader(file)}
    return np.array([kinds[image_id] == "no_class" for image_id in rows.image_ids.tolist()])


@pytest.fixture(scope="module")
def address(audit: Audit) -> Iterator[str]:
    with served(Workspace(audit.folder.parent.parent)) as url:
        yield f"{url}/?dataset=drawn&screen=review&reviewer=anna&split=train"


def test_seven_verdicts_bring_the_next_oddments(page: Page, address: str, audit: Audit) -> None:
    odd = _oddments(audit.rows.root, audit.rows)
    bench = Bench(audit, open_ledger(Workspace(audit.folder.parent.parent), "drawn"))
    fixed = bench.queue("train", "suspicion").rows
    seven = fixed[odd[fixed]][-7:]  # that a person came upon, on the map say
    for row in seven.tolist():
        page.goto(f"{address}&image={audit.rows.image_ids[row]}")
        assert under_review(page) == audit.rows.image_ids[row]
        press(page, "n")
    page.goto(address)
    seen = []
    for _ in range(NEXT):
        seen.append(bench.row_of[under_review(page)])
        press(page, "u")  # teaches nothing
    unlearned = fixed[~np.isin(fixed, seven)][:NEXT]
    print(f"oddments among the next {NEXT}: {odd[seen].sum()} instead of {odd[unlearned].sum()}")
    assert odd[seen].sum() >= odd[unlearned].sum() + 4
