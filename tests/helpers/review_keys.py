"""The keys of the review screen in a browser: press one, and wait for what it does."""

import time
from contextlib import suppress

from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as TooLate

from tests.helpers.chromium import PATIENCE_MS

# Whether another image is drawn, or the app has been idle for half a second: then the last key did nothing.
ANSWER = """before => {
  const image = document.querySelector('.er-look img');
  if (image && image.alt !== before && image.complete && image.naturalWidth > 20) return 'next';
  if (document.querySelector(".stApp[data-test-script-state='notRunning']")) window.idleSince ??= performance.now();
  else window.idleSince = null;
  return window.idleSince && performance.now() - window.idleSince > 500 && 'nothing';
}"""


def under_review(page: Page) -> str:
    """Wait until an image is under review, and return its name."""
    page.wait_for_selector(".stApp[data-test-script-state='notRunning'] .er-look img", timeout=PATIENCE_MS)
    return str(page.locator(".er-look img").get_attribute("alt"))


def answer(page: Page, image_id: str) -> str:
    """Wait for what the last key does: `next` once another image is drawn, `nothing` where the app stays idle."""
    page.evaluate("window.idleSince = null")
    return str(page.wait_for_function(ANSWER, arg=image_id, timeout=PATIENCE_MS).json_value())


def press(page: Page, key: str) -> float:
    """Press a key, again until Streamlit hears it, and return the seconds until the browser has drawn another image."""
    before = under_review(page)
    for _ in range(20):
        pressed_s = time.perf_counter()
        page.keyboard.press(key)
        if answer(page, before) == "next":
            return time.perf_counter() - pressed_s
    raise AssertionError(f"the key {key} does nothing to {before}")


def press_until(page: Page, key: str, shown: Locator) -> None:
    """Press a key until the page shows something: Streamlit hears keys a moment after it has drawn.

    A key that was heard is not pressed again, so that moves and verdicts count once.
    """
    for _ in range(20):
        page.wait_for_selector(".stApp[data-test-script-state='notRunning']", timeout=PATIENCE_MS)
        if shown.count():
            return
        page.keyboard.press(key)
        with suppress(TooLate):
            shown.first.wait_for(state="attached", timeout=PATIENCE_MS / 20)
    raise AssertionError(f"the key {key} does not bring {shown}")
