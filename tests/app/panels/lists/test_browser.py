"""From a list to the review and back, in a real browser without a window: badges, filters, progress, a way back."""

import re

from playwright.sync_api import Page, expect

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.results.audit import Audit
from tests.helpers.chromium import in_chromium
from tests.helpers.review_keys import press, press_until, under_review
from tests.helpers.served_app import address_of_file, audit_of_file, home
from tests.helpers.small_audit import ARCHITECTURES

WORST = "test/sea/0.png"
pytestmark = in_chromium
audit, address = audit_of_file, address_of_file("/?dataset=tiny&reviewer=anna&screen=")


def test_from_the_audit_to_a_verdict_and_back_with_its_badge(page: Page, address: str) -> None:
    page.goto(f"{address}audit&quality=0.00-0.40")
    row = page.locator(".er-row", has_text=WORST)
    expect(row).to_be_visible()
    expect(row.locator(".er-badge")).to_have_count(0)
    page.wait_for_selector(".stApp[data-test-script-state='notRunning']")  # the first drawing of a new server
    page.get_by_role("link", name=f"Review this: {WORST}").click()
    expect(page.locator(".er-look img")).to_have_attribute("alt", WORST)
    press(page, "a")
    page.get_by_role("link", name="Back to Audit").click()
    expect(row.locator(".er-badge")).to_have_text("anna relabel forest")
    expect(page.get_by_role("button", name="quality 0.00 to 0.40")).to_have_count(1)  # its filter, too; no longer twice
    assert "quality=0.00-0.40" in page.url
    assert "back=" not in page.url
    page.get_by_role("link", name=f"Review this: {WORST}").click()  # a judged image says so, and a key asks first
    expect(page.locator(".er-standing")).to_contain_text("anna relabel forest")
    assert under_review(page) == WORST
    asked = page.get_by_text("the same again replaces it with “exclude”")
    press_until(page, "x", asked)
    expect(asked).to_be_visible()
    page.get_by_role("link", name="Back to Audit").click()
    expect(row.locator(".er-badge")).to_have_text("anna relabel forest")  # nothing was replaced


def test_a_link_that_is_drawn_anew_while_it_is_pressed_is_followed_once(page: Page, address: str) -> None:
    page.goto(f"{address}audit&quality=0.00-0.40")
    link = page.get_by_role("link", name=f"Review this: {WORST}")
    link.hover()
    page.evaluate("addEventListener('popstate', () => { window.followed = (window.followed ?? 0) + 1; })")
    page.mouse.down()
    link.evaluate("link => link.replaceWith(link.cloneNode(true))")
    page.mouse.up()
    expect(page.locator(".er-look img")).to_have_attribute("alt", WORST)
    assert page.evaluate("window.followed") == 1
    page.get_by_role("link", name="Back to Audit").click()
    link.hover()
    page.mouse.down()
    link.evaluate("link => link.replaceWith(link.cloneNode(true))")
    page.mouse.move(0, 0)
    page.mouse.up()  # elsewhere: nothing was meant
    assert "screen=audit" in page.url


def test_the_images_of_a_cell_are_a_queue_that_counts_itself(page: Page, address: str) -> None:
    page.goto(f"{address}errors&split=test&of={ARCHITECTURES[0]}&cell=1.1")
    tiles = page.locator(".er-strip .er-small")
    expect(tiles.first).to_be_visible()
    n = tiles.count()
    page.get_by_role("button", name=f"Review these {n}").click()
    expect(page.locator(".er-progress")).to_contain_text(f"0 of {n} images of this selection judged")
    press(page, "f")
    expect(page.locator(".er-progress")).to_contain_text(f"1 of {n} images of this selection judged")
    page.reload()  # the queue and the way back are in the address
    expect(page.locator(".er-progress")).to_contain_text(f"1 of {n} images of this selection judged")
    page.get_by_role("link", name="Back to Errors").click()
    expect(tiles.locator(".er-badge")).to_have_text(["anna keep forest"])
    assert "cell=1.1" in page.url


def test_filters_survive_a_reload_and_choose_the_points_of_the_map(page: Page, address: str, audit: Audit) -> None:
    ledger = open_ledger(home(audit), "tiny")
    ledger.decide(Decision("ben", "train/street/1.png", "relabel", ("sea",)))
    page.goto(f"{address}errors&errors=suspicious+labels&split=all")
    lines = page.locator(".er-suspect")
    expect(lines).to_have_count(2)
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Part of the file name").fill("STREET/1")
    page.keyboard.press("Enter")
    both = [re.compile(r"street/1\.png"), re.compile(r"street/1\.png")]  # of all labels, suspicious or not
    expect(lines).to_have_text(both)
    page.wait_for_url("**file=STREET*")
    page.reload()
    expect(lines).to_have_text(both)
    expect(page.locator(".er-suspect .er-badge")).to_have_text(["ben relabel sea"])
    page.goto(f"{address}map&colour=label&verdict=judged&file=street")
    expect(page.locator(".er-map")).to_have_attribute("data-count", "1")
