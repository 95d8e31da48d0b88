"""From drawn images to a cleaned data set on disk, all of it clicked and typed in a real browser."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from torchvision.datasets import ImageFolder

from app.jobs.actions import cancel_job
from app.jobs.queue import jobs
from curation.database.start import stop_database
from curation.datasets.scenery.scenes import draw_scenes
from curation.decisions.ledger import log_of
from curation.results.audit import load_audit
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from curation.workspace.names import version_names
from tests.helpers.chromium import PATIENCE_MS, in_chromium
from tests.helpers.review_keys import press, under_review
from tests.helpers.served_app import served

VERDICTS = {"f": "keep", "1": "relabel", "n": "none-of-these", "u": "unsure", "x": "exclude"}
pytestmark = [
    *in_chromium,
    pytest.mark.mongo,
    pytest.mark.timeout(600),  # an audit, two trainings and an export, each a process of its own, on a busy machine
]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with sixty drawn scenes; what the app started in it is ended with the test."""
    workspace = Workspace(tmp_path / "home")
    draw_scenes(workspace.drawn / "scenes", train_per_class=5, test_per_class=5, size_px=32)
    yield workspace
    for job in reversed(jobs(workspace)):
        cancel_job(workspace, job.id)
    stop_database(workspace)


@pytest.fixture
def address(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The app on it; a screen's name is to follow."""
    monkeypatch.setenv("ERRATA_DATA", str(tmp_path / "nothing"))
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # compiling takes longer than a map of sixty points
    with served(workspace) as url:
        yield f"{url}/?dataset=scenes&screen="


def test_from_drawn_images_to_a_cleaned_data_set(page: Page, address: str, workspace: Workspace) -> None:
    audit(page, address)
    assert len(load_audit(workspace, "scenes").rows) == 60
    judged = review(page, address)
    lines = [json.loads(line) for line in log_of(workspace, "scenes").path.read_text().splitlines()]
    assert {line["image_id"]: line["decision"] for line in lines} == judged
    make_version(page, address)
    assert version_names(workspace, "scenes") == ("original", "v1")
    retrain(page, address)
    compare(page, address)
    exported = export(page, address, workspace)
    same_images(workspace, exported, {line["image_id"]: line for line in lines})


def audit(page: Page, address: str) -> None:
    """Audit with two folds of the smallest network, which is enough to rank labels."""
    page.goto(f"{address}audit")
    expect(page.locator("link[rel~='icon']")).to_have_attribute("href", re.compile("^data:image/svg"))  # not fetched
    page.get_by_role("button", name="Options").click()
    page.get_by_role("button", name="Clear all").click()
    voters = page.get_by_role("combobox", name="Architectures that vote")
    voters.fill("cnn3")
    voters.press("Enter")
    for field, value in (("Folds", "2"), ("Grad-CAM maps a split", "1")):
        page.get_by_role("spinbutton", name=field).fill(value)
        page.get_by_role("spinbutton", name=field).press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Start the audit").click()
    expect(page.locator(".er-row:not(.er-head)").first).to_be_visible(timeout=3 * PATIENCE_MS)
    expect(page.get_by_role("button", name="Audit again")).to_be_visible(timeout=3 * PATIENCE_MS)


def review(page: Page, address: str) -> dict[str, str]:
    """Judge five images by key; return what was said of each."""
    page.goto(f"{address}review")
    page.get_by_label("Your name").fill("anna")
    page.keyboard.press("Enter")
    judged = {}
    for key, verdict in VERDICTS.items():
        judged[under_review(page)] = verdict
        press(page, key)
    under_review(page)
    return judged


def make_version(page: Page, address: str) -> None:
    page.goto(f"{address}splits&part=New version")
    page.get_by_role("button", name="Make v1").click()
    expect(page.get_by_text("The last version is made.")).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth") == 1280  # nothing hangs over the edge


def retrain(page: Page, address: str) -> None:
    """Retrain on both versions with one click, and see it finish in another tab too."""
    page.get_by_role("button", name="Train on it").click()
    page.get_by_role("button", name="Retrain and compare").click()
    page.wait_for_url("**screen=compare**")
    second = page.context.new_page()
    for tab in (page, second):
        tab.goto(f"{address}train")
        expect(tab.locator("[class*='st-key-queue-']").first).to_contain_text("efficientnet_lite0 on v1")
    second.close()
    for version in ("v1", "original"):
        row = page.locator(".er-list tr", has_text=version)
        expect(row).to_contain_text("efficientnet_lite0@frozen", timeout=3 * PATIENCE_MS)
    expect(page.locator(".stException, .stAlertContentError")).to_have_count(0)


def compare(page: Page, address: str) -> None:
    """Both versions of the labels are columns, and both of the networks are there."""
    page.goto(f"{address}compare")
    table = page.locator(".er-compare table").first
    for shown_there in ("as given", "v1", "efficientnet_lite0"):
        expect(table).to_contain_text(shown_there, timeout=PATIENCE_MS)
    expect(page.locator(".stException, .stAlertContentError")).to_have_count(0)


def export(page: Page, address: str, workspace: Workspace) -> Path:
    page.goto(f"{address}splits&part=Versions")
    expect(page.locator(".er-changes img").first).to_be_visible()
    page.goto(f"{address}splits&part=Export")
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text("written to").first).to_be_visible(timeout=PATIENCE_MS)
    return workspace.exports / "scenes-v1-imagefolder"


def same_images(workspace: Workspace, folder: Path, lines: dict[str, dict[str, object]]) -> None:
    """Read the folder back with torchvision: every image of the version in the class that it says."""
    rows = load_version(workspace, "scenes", "v1").rows
    for split in ("train", "test"):
        read = ImageFolder(str(folder / split))
        pictures = sorted((read.classes[label], Path(path).read_bytes()) for path, label in read.samples)
        members = rows.splits == split
        labels = [rows.classes[label] for label in rows.labels[members]]
        paths = [rows.root / image_id for image_id in rows.image_ids[members]]
        assert pictures == sorted((label, path.read_bytes()) for label, path in zip(labels, paths, strict=True))
    line_of = {line["decision"]: line for line in lines.values()}
    kept = dict(zip(rows.image_ids.tolist(), rows.labels.tolist(), strict=True))
    for verdict in ("none-of-these", "exclude"):
        assert line_of[verdict]["image_id"] not in kept
    relabelled = line_of["relabel"]
    assert [rows.classes[kept[str(relabelled["image_id"])]]] == relabelled["new_labels"] != [relabelled["label"]]
