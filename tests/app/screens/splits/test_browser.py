"""The Splits screen in a real browser: its charts in both colour schemes."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser

from curation.workspace.folders import Workspace
from tests.helpers.chromium import PATIENCE_MS, in_chromium
from tests.helpers.curated_folder import add_verdicts
from tests.helpers.served_app import served
from tests.helpers.small_audit import small_audit

pytestmark = in_chromium


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on a small audit with decisions."""
    workspace = Workspace(tmp_path_factory.mktemp("home"))
    small_audit(workspace)
    add_verdicts(workspace)
    with served(workspace) as url:
        yield url


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
