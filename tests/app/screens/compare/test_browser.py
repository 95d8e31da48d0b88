"""The Compare screen in a real browser: every part is drawn in both colour schemes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers.chromium import PATIENCE_MS, in_chromium
from tests.helpers.compared_runs import NAME, compared_runs
from tests.helpers.served_app import served

HEADINGS = {  # part -> the heading that it shows
    "the choice": "Which one would be chosen",
    "what changed": "What cleaning changed",
    "classes": "Confusion",
    "calibration": "Calibration",
    "curves": "Learning curves",
    "side by side": "Side by side",
}
pytestmark = in_chromium


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The screen on a small review with trained runs."""
    with served(compared_runs(tmp_path_factory.mktemp("home"))) as url:
        yield f"{url}/?dataset={NAME}&screen=compare"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_part(browser: Browser, address: str, scheme: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("heading", name="Architectures of the audit")).to_be_visible()
    assert bold_cells(page) == said_bold(page)
    for part, heading in HEADINGS.items():
        page.get_by_role("radio", name=part).or_(page.get_by_role("button", name=part, exact=True)).first.click()
        expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=PATIENCE_MS)
        assert broken_images(page) == []
        assert wider_than_page(page) == 0
    assert "screen=compare" in page.url
    assert not errors
    page.close()


def test_a_link_to_the_images(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{address}&compare=images&versions=original,v1")
    expect(page.get_by_text("3 images of 10 on which the networks differ")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("test/sea/0.png")).to_be_visible()
    assert page.locator(".image-row").count() == 3
    assert broken_images(page) == []
    page.close()


def broken_images(page: Page) -> list[str]:
    """Return the alternative texts of the images that could not be drawn."""
    script = "[...document.images].filter(image => !image.complete || !image.naturalWidth).map(image => image.alt)"
    page.wait_for_function("[...document.images].every(image => image.complete)", timeout=PATIENCE_MS)
    return list(page.evaluate(script))


def wider_than_page(page: Page) -> int:
    """Return by how many px the page is wider than the window; wide tables scroll inside the page."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def bold_cells(page: Page) -> list[str]:
    """Return the numbers of the first table that the browser draws bold."""
    script = """table => [...table.querySelectorAll('td:not(:first-child), td:not(:first-child) b')]
        .filter(node => node.childNodes.length && [...node.childNodes].some(
            text => text.nodeType === 3 && text.textContent.trim()) && getComputedStyle(node).fontWeight >= 600)
        .map(node => node.textContent.trim())"""
    return list(page.locator("table.columns").first.evaluate(script))


def said_bold(page: Page) -> list[str]:
    """Return the numbers that should be bold: in the small review no test tells two networks apart, so all are."""
    rows = page.locator("table.columns").first.locator("tr", has_text="accuracy, labels ")
    texts = [cell.inner_text().split("\n")[0].strip() for cell in rows.locator("td:not(:first-child)").all()]
    assert len(texts) == 3 * 2
    return texts
