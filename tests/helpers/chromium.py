"""Chromium without a window, as a context of each test; the fixtures `browser` and `page` are in conftest.py."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE_MS = 60_000
KEYS_KNOWN = "try { localStorage.setItem('errata.keys', '2') } catch {}"  # the sheet of keys does not open by itself
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium; on Debian: apt-get install chromium")
in_chromium = [pytest.mark.browser, needs_chromium]
expect.set_options(timeout=PATIENCE_MS)  # 5 s by themselves, which a busy machine takes for one script run


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that ends with the block."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield opened
        finally:
            opened.close()


def opened_file(browser: Browser, path: Path, width: int, scheme: Any) -> Page:
    """Open a page from the disk; fail where it fetches anything, reports anything or is wider than the window."""
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    addresses: list[str] = []
    messages: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.goto(path.as_uri())
    assert [address for address in addresses if not address.startswith("data:")] == [path.as_uri()]
    assert messages == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    return page
