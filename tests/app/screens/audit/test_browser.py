"""What a person sees of the audit screen, in a real browser without a window."""

import pytest
from playwright.sync_api import Browser, Page, expect

from curation.results.audit import Audit
from tests.helpers.chromium import PATIENCE_MS, in_chromium
from tests.helpers.review_keys import press_until
from tests.helpers.served_app import address_of_file, audit_of_file

pytestmark = in_chromium
audit, address = audit_of_file, address_of_file("")


def loaded(page: Page, selector: str, count: int) -> None:
    """Wait until so many images are there, and check that the browser could draw each of them."""
    images = page.locator(selector)
    expect(images).to_have_count(count, timeout=PATIENCE_MS)
    for place in range(count):
        image = images.nth(place)
        image.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete && image.naturalWidth > 20", arg=image.element_handle())


def settled(page: Page) -> None:
    """Wait until the app has drawn everything: a key pressed before has no button to go to yet."""
    page.wait_for_selector(".stApp[data-test-script-state='notRunning'] .er-image", timeout=PATIENCE_MS)


def test_the_ranked_table_with_thumbnails_and_overlays(page: Page, address: str, audit: Audit) -> None:
    page.goto(f"{address}/?dataset=tiny&split=all")
    rows = page.locator(".er-row:not(.er-head)")
    expect(rows).to_have_count(2, timeout=PATIENCE_MS)
    scores = [f"{audit.consensus.label_quality[row]:.2f}" for row in audit.suspects()]
    assert rows.all_inner_texts()[0].split() == ["1", "sea", "test/sea/0.png", "forest", scores[0]]
    assert rows.all_inner_texts()[1].split() == ["2", "street", "train/street/1.png", "sea", scores[1]]
    loaded(page, ".er-row img", 2)
    loaded(page, ".er-opinion figure img", 4)
    assert page.locator(".er-opinion figcaption").all_inner_texts() == ["why sea", "why forest"] * 2
    assert page.evaluate("document.documentElement.scrollWidth") == 1280  # nothing hangs over the edge
    expect(page.locator(".stException, .stAlert")).to_have_count(0)


def test_the_keyboard_is_enough(page: Page, address: str) -> None:
    page.goto(f"{address}/?dataset=tiny&split=all")
    head = page.locator(".er-image")
    expect(head).to_contain_text("test/sea/0.png", timeout=PATIENCE_MS)
    settled(page)
    press_until(page, "j", head.filter(has_text="train/street/1.png"))
    expect(head).to_contain_text("train/street/1.png", timeout=PATIENCE_MS)
    page.wait_for_url("**image=train*")
    settled(page)
    page.get_by_role("button", name="Show test/sea/0.png").focus()
    page.keyboard.press("Enter")
    expect(head).to_contain_text("test/sea/0.png", timeout=PATIENCE_MS)
    page.reload()
    expect(head).to_contain_text("test/sea/0.png", timeout=PATIENCE_MS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_both_themes(browser: Browser, address: str, scheme: str) -> None:
    """WCAG AA: at least 4.5 : 1 between the colours of a label and of what lies behind it."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/?dataset=tiny")
    page.wait_for_selector(".er-image", timeout=PATIENCE_MS)
    behind = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    for selector in (".er-image .er-given", ".er-image .er-other", ".er-image p:last-of-type", ".er-row small"):
        ink = page.evaluate(_INK, selector)
        assert contrast(ink, [int(part) for part in behind[4:-1].split(",")]) >= 4.5, selector
    context.close()


# Painted over the page's own background, since some colours are mixed with transparency.
_INK = """selector => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d');
  canvas.fillStyle = getComputedStyle(document.querySelector('.stApp')).backgroundColor;
  canvas.fillRect(0, 0, 1, 1);
  canvas.fillStyle = getComputedStyle(document.querySelector(selector)).color;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""


def contrast(first: list[int], second: list[int]) -> float:
    """Return the contrast of two sRGB colours, 1 to 21. Source: WCAG 2.2, relative luminance."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: list[int]) -> float:
    shares = [value / 255 for value in colour]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast([0, 0, 0], [255, 255, 255]) == pytest.approx(21)
