"""What keys do beside verdicts, in a real browser: fields, lists, moving, the sheet, the grid, and drawn looks."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from curation.decisions.decision import Decision
from curation.decisions.ledger import log_of, open_ledger
from curation.results.audit import Audit
from tests.helpers.chromium import PATIENCE_MS, in_chromium
from tests.helpers.review_keys import press, press_until, under_review
from tests.helpers.served_app import address_of_file, audit_of_file, home

pytestmark = in_chromium
WORST = "test/sea/0.png"
# What is left of the page where the evidence itself is taken out: names, numbers, pictures and bars.
SKELETON = """() => {
  const page = document.querySelector(".stMainBlockContainer").cloneNode(true);
  page.querySelectorAll(".er-progress, .er-look p, script, style, dialog").forEach(part => part.remove());
  return page.outerHTML;
}"""
audit, address = audit_of_file, address_of_file("/?dataset=tiny")


@pytest.fixture(autouse=True)
def nothing_judged(audit: Audit) -> None:
    log_of(home(audit), audit.name).path.unlink(missing_ok=True)


def logged(audit: Audit) -> list[dict[str, Any]]:
    path = log_of(home(audit), audit.name).path
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def settled(page: Page) -> None:
    page.wait_for_selector(".stApp[data-test-script-state='notRunning']", timeout=PATIENCE_MS)
    page.wait_for_function("window.errataKeys")


def test_a_key_is_typed_into_a_field_or_judges_and_never_both(page: Page, address: str, audit: Audit) -> None:
    page.goto(f"{address}&screen=review&reviewer=anna&split=all")
    first = under_review(page)
    page.locator(".st-key-review-bar").get_by_role("button", name="anna").click()
    field = page.get_by_label("Your name in the decision log")
    field.fill("")
    field.press_sequentially("fan2?/jk")  # verdicts, a class, the sheet, a move: here they are letters
    expect(field).to_have_value("fan2?/jk")
    assert under_review(page) == first
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")  # the field, then what opened it
    expect(field).to_have_count(0)
    order = page.get_by_role("combobox", name="Order")
    order.click()
    page.get_by_role("option", name="most suspicious first").click()
    page.wait_for_url("**order=most*")
    settled(page)
    expect(order).not_to_be_focused()
    press(page, "2")  # at once
    (line,) = logged(audit)
    assert (line["image_id"], line["queue"]) == (first, "all: suspicion")
    assert line["new_labels"] == ["forest"]  # the second class of the data set
    assert order.input_value() in ("", "most suspicious first")


def test_moving_skipping_and_going_back(page: Page, address: str, audit: Audit) -> None:
    page.goto(f"{address}&screen=review&reviewer=anna")
    seen = [under_review(page)]
    for key in ("j", "ArrowRight", "s", "ArrowDown"):
        press(page, key)
        seen.append(under_review(page))
    assert len(set(seen)) == 5
    for key, name in (("k", seen[3]), ("ArrowLeft", seen[2]), ("Backspace", seen[1]), ("ArrowUp", seen[0])):
        press(page, key)
        assert under_review(page) == name
    press(page, "f")  # on along the way
    assert under_review(page) == seen[1]
    assert [line["image_id"] for line in logged(audit)] == [seen[0]]
    page.goto(f"{address}&screen=audit&split=all")
    chosen = page.locator(".er-image img")
    expect(chosen).to_have_attribute("alt", WORST)
    for key, name in (("ArrowDown", "train/street/1.png"), ("ArrowLeft", WORST), ("j", "train/street/1.png")):
        settled(page)
        press_until(page, key, page.locator(f'.er-image img[alt="{name}"]'))


def test_the_sheet_shows_itself_once_to_who_learned_other_keys(browser: Browser, address: str, audit: Audit) -> None:
    open_ledger(home(audit), audit.name).decide(Decision("anna", "test/forest/0.png", "keep"))
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{address}&screen=review&reviewer=anna")
    sheet = page.locator("dialog.er-keys")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("F keeps the label (before: K)")
    page.keyboard.press("a")
    expect(sheet).to_be_hidden()
    page.reload()
    under_review(page)
    settled(page)
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    expect(sheet.locator(".er-changed")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    assert len(logged(audit)) == 1  # the key that closed it judged nothing
    context.close()
    newcomer = browser.new_context().new_page()
    newcomer.goto(f"{address}&screen=review&reviewer=ben")
    under_review(newcomer)
    newcomer.wait_for_function("localStorage.getItem('errata.keys') !== null")
    expect(newcomer.locator("dialog.er-keys")).to_be_hidden()
    newcomer.context.close()


def test_the_grid_by_keyboard(page: Page, address: str, audit: Audit) -> None:
    page.goto(f"{address}&screen=review&reviewer=anna&split=all&images=grid")
    chosen = page.locator(".er-tile .er-in")
    expect(chosen).to_have_count(1)
    settled(page)
    tile = page.locator("[class*='st-key-review-tile-'] button")
    press_until(page, "ArrowRight", page.locator("[class*='st-key-review-tile-'] button:focus"))
    press_until(page, "Space", page.locator(".stApp:not(:has(.er-in))"))
    expect(tile).to_be_focused()  # the next arrow goes on from here
    press_until(page, "j", page.locator('img[alt="train/street/1.png"]'))
    assert not logged(audit)
    press_until(page, "Backspace", page.locator(f'img[alt="{WORST}"]'))
    expect(chosen).to_have_count(0)  # it is remembered
    press_until(page, "t", page.locator('img[alt="train/street/1.png"]'))
    press_until(page, "a", page.locator(".stAlert"))
    assert [(line["image_id"], line["decision"]) for line in logged(audit)] == [
        (WORST, "keep"),
        ("train/street/1.png", "relabel"),
    ]
    assert page.evaluate("document.documentElement.scrollWidth") == 1280


def test_nothing_on_the_page_tells_a_drawn_look_from_others(page: Page, address: str, audit: Audit) -> None:
    page.goto(f"{address}&screen=review&reviewer=anna&split=test")
    pages, addresses = list[set[str]](), set[str]()
    for _ in range(12):
        under_review(page)
        settled(page)
        pages.append(set(re.findall(r"<\w+|(?:class|aria-label|data-[\w-]+)=\"[^\"]*\"", _plain(page))))
        addresses.add(page.url)
        press(page, "u") if len(pages) < 12 else page.keyboard.press("u")  # teaches nothing
    press_until(page, "u", page.locator(".stAlert"))
    drawn = [bool(line["drawn"]) for line in logged(audit)]
    assert sum(drawn) == 1
    assert len(addresses) == 1
    ordinary = set[str]().union(*(seen for seen, is_drawn in zip(pages, drawn, strict=True) if not is_drawn))
    shared = set.intersection(*(seen for seen, is_drawn in zip(pages, drawn, strict=True) if not is_drawn))
    (look,) = (seen for seen, is_drawn in zip(pages, drawn, strict=True) if is_drawn)
    assert look <= ordinary
    assert shared <= look
    assert {'class="er-given"', 'class="er-other"', 'aria-label="Shortcut A"'} <= look


def _plain(page: Page) -> str:
    """Return the page without what each image brings along: its name, picture, classes and figures."""
    html = str(page.evaluate(SKELETON))
    html = re.sub(
        r"st-emotion-cache-\w+|st-key-review-\w+-(test|train)-\w+-\d+-png\S*|st-key-review-\w+-[0-9a-f]{16,}", "", html
    )
    return re.sub(r'(?:src|style|title|alt)="[^"]*"', "", html)
