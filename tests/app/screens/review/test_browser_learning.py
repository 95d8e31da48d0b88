"""A review that learns as a person sees it: seven verdicts on `scenes`, in a real browser, bring the next oddments.

`tests/data/scenes_seen.npz` holds what an audit of the training images of `scenes` saw: 32 axes of the embeddings of
EfficientNet-Lite0, turned at random, and the probabilities of all voters; 1,800 images at 128 px, seed 0.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from curation.datasets.rows import Rows
from curation.datasets.scenery.scenes import SCENE_CLASSES, draw_scenes
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.images.keys import rows_key
from curation.results.audit import Audit, load_audit
from curation.review.bench import Bench
from curation.scoring.confident_joint import estimated_joint
from curation.scoring.findings import Findings
from curation.scoring.kinds import kinds_of
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.arrays import BoolArray
from models.figures.predictions import Predictions
from models.files.atomic import write_json
from tests.helpers.chromium import in_chromium
from tests.helpers.review_keys import press, under_review
from tests.helpers.served_app import served
from tests.helpers.small_audit import checked_images, write_results

pytestmark = in_chromium
NAME, ARCHITECTURE = "drawn", "efficientnet_lite0"
BEFORE, NEXT = 10, 12  # looks before the seven verdicts, and after them


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, str]]]:
    """The folder of the drawn scenes, small, and what is known of the training images."""
    root = Workspace(tmp_path_factory.mktemp("home")).drawn / NAME
    draw_scenes(root, size_px=32)
    with (root / "truth.csv").open() as file:
        return root, [image for image in csv.DictReader(file) if image["split"] == "train"]


@pytest.fixture(scope="module")
def audit(truth: tuple[Path, list[dict[str, str]]]) -> Audit:
    """The audit of the training images."""
    root, images = truth
    workspace, seen = Workspace(root.parent.parent), np.load(Path("tests/data/scenes_seen.npz"))
    labels = np.array([SCENE_CLASSES.index(image["label"]) for image in images])
    n, names = len(images), np.array([image["image_id"] for image in images])
    rows = Rows(root, SCENE_CLASSES, names, labels, np.full(n, "train"))
    folder, checked = audit_folder(workspace, NAME), checked_images(rows)
    checked.save(folder)
    np.savez(folder / "duplicates.npz", groups=np.arange(n), exact=np.zeros(n, bool), near=np.zeros(n, bool))
    probs = seen["probs"].astype(np.float32)
    probs /= probs.sum(1, keepdims=True)
    run = workspace.runs / f"{NAME}-{ARCHITECTURE}-00000000"
    Predictions(names, probs, seen["embeddings"].astype(np.float32), np.arange(n) % 3).save(run / "predictions.npz")
    write_json(run / "config.json", {"architecture": ARCHITECTURE, "config": {"penalties": [1.0]}})
    write_results(folder, {ARCHITECTURE: run.name}, rows_key(checked))
    quality = seen["label_quality"].astype(np.float32)
    Findings(
        label_quality=quality,
        probs=probs,
        kinds=kinds_of(labels, probs, quality, seen["out_of_scope"].astype(np.float32)),
        flagged=quality < np.quantile(quality, 0.07),
        joint=np.asarray(estimated_joint(labels, probs), np.float32),
        voters=(ARCHITECTURE,),
        weights=np.ones(1, np.float32),
        votes=probs.argmax(1)[None],
        sure=probs.max(1)[None],
    ).save(folder / "findings.npz")
    return load_audit(workspace, NAME)


@pytest.fixture(scope="module")
def address(audit: Audit) -> Iterator[str]:
    with served(Workspace(audit.folder.parent.parent)) as url:
        yield f"{url}/?dataset={NAME}&screen=review&reviewer=anna&split=train"


def test_seven_verdicts_bring_the_next_oddments(
    page: Page, address: str, audit: Audit, truth: tuple[Path, list[dict[str, str]]]
) -> None:
    odd: BoolArray = np.array([image["kind"] == "no_class" for image in truth[1]])
    bench = Bench(audit, open_ledger(Workspace(audit.folder.parent.parent), NAME))
    names, fixed = audit.rows.image_ids, bench.queue("train", "suspicion").rows
    bench.ledger.decide(*(_true_verdict(truth[1][row]) for row in fixed[:BEFORE].tolist()))
    seven = fixed[odd[fixed]][-7:]  # that a person came upon, say on the map
    for row in seven.tolist():
        page.goto(f"{address}&image={names[row]}")
        assert under_review(page) == names[row]
        press(page, "n")
    page.goto(address)
    under_review(page)
    press(page, "u")  # the two images on the page stay where they are: these were chosen before
    press(page, "u")
    looked = [row for row in fixed.tolist() if str(names[row]) in _judged(bench)]
    seen = []
    for _ in range(NEXT):
        seen.append(bench.row_of[under_review(page)])
        press(page, "u")  # teaches nothing
    unlearned = fixed[~np.isin(fixed, looked)][:NEXT]
    print(f"oddments among the next {NEXT}: {odd[seen].sum()}, in the fixed order {odd[unlearned].sum()}")
    assert odd[seen].sum() >= odd[unlearned].sum() + 3


def _true_verdict(image: dict[str, str]) -> Decision:
    """Return what a person says who knows what was drawn."""
    name, label, shows = image["image_id"], image["label"], image["true_label"]
    if not shows:
        return Decision("anna", name, "none-of-these")
    if "|" in shows:
        return Decision("anna", name, "ambiguous", tuple(shows.split("|")))
    return Decision("anna", name, "keep") if shows == label else Decision("anna", name, "relabel", (shows,))


def _judged(bench: Bench) -> set[str]:
    with bench.ledger.reading() as state:
        return set(state.images())
