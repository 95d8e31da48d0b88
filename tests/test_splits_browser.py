"""From decisions to a finished retraining in a real browser: make a version, retrain with one click, see it finish."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app import serve_command
from app.queue_actions import cancel_job
from app.run_queue import jobs
from curation.results import Audit, versions
from curation.workspace import Workspace
from models.files import write_json
from tests.curated_folder import judge
from tests.small_audit import small_audit, small_config
from tests.test_browser import CHROMIUM, PATIENCE_MS, free_port

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium; on Debian: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    workspace = Workspace(tmp_path_factory.mktemp("home"))
    audit = small_audit(workspace)
    (audit.rows.root / "train/sea/broken.png").unlink()
    write_json(audit.folder / "config.json", {**small_config(), "source": str(audit.rows.root)})
    judge(workspace)
    return audit


@pytest.fixture(scope="module")
def address(audit: Audit, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on it; what its queue started is ended with it."""
    workspace, port = Workspace(audit.folder.parent.parent), free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ERRATA_DATA", str(tmp_path_factory.mktemp("nothing")))
        with serve_command._streamlit(workspace, port) as app:
            serve_command._wait_for_answer(workspace, app, port)
            yield f"http://127.0.0.1:{port}"
        for job in reversed(jobs(workspace)):
            cancel_job(workspace, job.id)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def test_a_version_is_made_and_the_frozen_backbone_retrained_on_it(page: Page, address: str, audit: Audit) -> None:
    workspace = Workspace(audit.folder.parent.parent)
    page.goto(f"{address}/?dataset=tiny&screen=splits&part=New version")
    page.get_by_role("button", name="Make v1").click()
    expect(page.get_by_text("The last version is made.")).to_be_visible(timeout=PATIENCE_MS)
    assert versions(workspace, "tiny") == ("original", "v1")
    assert page.evaluate("document.documentElement.scrollWidth") == 1280  # nothing hangs over the edge
    page.get_by_role("button", name="Train on it").click()
    page.get_by_role("button", name="Retrain and compare").click()
    page.wait_for_url("**screen=compare**")
    page.goto(f"{address}/?dataset=tiny&screen=train")
    second = page.context.new_page()  # sees the same
    second.goto(f"{address}/?dataset=tiny&screen=train")
    for tab in (page, second):
        expect(tab.locator("[class*='st-key-queue-']").first).to_contain_text(
            "efficientnet_lite0 on v1", timeout=PATIENCE_MS
        )
    row = page.locator(".er-list tr", has_text="v1")
    expect(row).to_contain_text("efficientnet_lite0@frozen", timeout=3 * PATIENCE_MS)
    expect(page.locator(".er-state.er-finished").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".stException, .stAlertContentError")).to_have_count(0)
    page.goto(f"{address}/?dataset=tiny&screen=splits&part=Versions")
    expect(page.locator(".er-changes img")).to_have_count(2, timeout=PATIENCE_MS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chart_follows_the_theme(browser: Browser, address: str, scheme: str) -> None:
    """A chart is an image of its own: its ink is light on dark and dark on light."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/?dataset=tiny&screen=splits&part=Decisions")
    chart = page.locator(".er-chart img")
    chart.wait_for(timeout=PATIENCE_MS)
    page.wait_for_function("document.querySelector('.er-chart img').naturalWidth > 0")
    levels = Image.open(BytesIO(chart.screenshot())).convert("L").tobytes()
    paper, ink = levels[-1], min(levels) if scheme == "light" else max(levels)
    assert (paper > 200) == (scheme == "light")
    assert abs(ink - paper) > 90
    context.close()
