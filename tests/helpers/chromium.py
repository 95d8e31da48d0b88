"""Chromium without a window, as a context of each test; the fixtures `browser` and `page` are in conftest.py."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE_MS = 60_000
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
    """Open a page from the disk; fail where it fetches anything, reports anything or hangs over the edge."""
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", partial(_note, asked, "url"))
    page.on("console", partial(_note, said, "text"))
    page.goto(path.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    return page


def _note(into: list[str], what: str, event: Any) -> None:
    into.append(getattr(event, what))
