"""An audit under way and the tour, in a real browser without a window."""

import os
import re
import time
from dataclasses import asdict

import pytest
from playwright.sync_api import Page, expect

from app.page import SCREENS
from curation.results.audit import Audit
from models.files.atomic import write_json
from models.files.runs import Status
from tests.helpers.chromium import PATIENCE_MS, in_chromium
from tests.helpers.curated_folder import trained, version
from tests.helpers.json_file import read_json
from tests.helpers.review_keys import press
from tests.helpers.served_app import address_of_file, audit_of_file, home
from tests.helpers.small_audit import ARCHITECTURES, small_config, write_status

FIRST, SMALL = ARCHITECTURES
pytestmark = in_chromium
audit, address = audit_of_file, address_of_file("/?dataset=tiny&reviewer=ana&screen=", with_tour=True)


def step(page: Page, title: str) -> None:
    """Wait until the tour is at a step; a screen that is left shows its tour until the next is drawn."""
    expect(page.locator(".er-tour .er-now")).to_have_text([re.compile(re.escape(title))], timeout=PATIENCE_MS)


@pytest.mark.timeout(280)
def test_the_first_list_is_on_every_screen_while_the_audit_goes_on(page: Page, address: str, audit: Audit) -> None:
    results, records = (read_json(audit.folder / name) for name in ("results.json", "stages.json"))
    runs = {FIRST: results["runs"][FIRST]}
    write_json(audit.folder / "results.json", {**results, "runs": runs, "awaited": [SMALL], "stages": []})
    write_json(audit.folder / "config.json", small_config())
    write_json(audit.folder / "stages.json", {name: records[name] for name in records if SMALL not in name})
    now = time.time()
    status = Status("running", os.getpid(), now, now, f"train {SMALL}", 4, 9, began=now - 30)
    write_json(audit.folder / "status.json", asdict(status))
    page.goto(f"{address}audit")
    note = page.locator(".st-key-first-list")
    expect(note).to_contain_text("First list by one network; better in about", timeout=PATIENCE_MS)
    running = page.locator(".st-key-audit-progress")
    expect(running).to_contain_text("left in this step")
    expect(running).to_contain_text("min, about")  # all of it
    expect(page.get_by_role("button", name="Start FiftyOne")).to_be_disabled()
    expect(page.locator(".er-rank").first).to_be_visible()
    for screen in SCREENS:
        page.goto(f"{address}{screen}")
        page.wait_for_selector(".stApp[data-test-script-state='notRunning'] .er-tour")
        expect(page.locator(".stException, [data-testid=stAlertContentError]")).to_have_count(0)
        if screen != "dataset":  # it shows nothing that has been judged
            expect(note).to_contain_text("First list by one network")
    page.goto(f"{address}errors")
    expect(note).to_contain_text("First list by one network", timeout=PATIENCE_MS)
    write_json(audit.folder / "results.json", results)
    write_json(audit.folder / "stages.json", records)
    write_status(audit.folder, "finished")
    expect(note).to_have_count(0, timeout=PATIENCE_MS)  # nobody has to load the page again
    expect(page.get_by_text(SMALL).first).to_be_visible()


@pytest.mark.timeout(280)
def test_the_tour_follows_what_is_done_and_does_not_come_back(page: Page, address: str, audit: Audit) -> None:
    write_json(home(audit).root / "tour.json", {"state": "open"})
    page.goto(f"{address}audit")
    step(page, "1 Look at the worst label")
    page.locator(".st-key-tour").get_by_role("button", name="Next").click()
    step(page, "2 Judge 3")
    expect(page.locator(".er-look img")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("Escape")  # the sheet of keys, where it shows
    for _ in range(3):
        press(page, "f")
    step(page, "3 Make a version")
    page.locator(".st-key-tour").get_by_role("button", name="Show me").click()
    expect(page.get_by_role("button", name="Make v1")).to_be_visible(timeout=PATIENCE_MS)
    version(home(audit))
    step(page, "4 Retrain and compare")
    page.locator(".st-key-tour").get_by_role("button", name="Show me").click()
    expect(page.get_by_role("button", name="Retrain and compare")).to_be_visible(timeout=PATIENCE_MS)
    trained(home(audit), audit, "scenes-lite0-frozen", "v1")
    step(page, "5 Export")
    page.locator(".st-key-tour").get_by_role("button", name="Skip the tour").click()
    expect(page.locator(".st-key-tour")).to_have_count(0, timeout=PATIENCE_MS)
    page.reload()
    expect(page.get_by_role("button", name="Retrain and compare")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".st-key-tour")).to_have_count(0)
