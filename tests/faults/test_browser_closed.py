"""A browser that is closed in the middle of a verdict: its websocket ends, the verdict is in the log or not there."""

import random
import time

import pytest
from playwright.sync_api import Browser

from app.screens.review.verdicts import SHORTEST_LOOK_S
from curation.decisions.ledger import log_of
from curation.results.audit import Audit
from tests.helpers.chromium import KEYS_KNOWN, PATIENCE_MS, in_chromium
from tests.helpers.reliability import SEED, record, size
from tests.helpers.review_keys import under_review
from tests.helpers.served_app import address_of_file, audit_of_file, home

pytestmark = [
    *in_chromium,
    pytest.mark.faults,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(size(0, 1) == 0, reason="long: make faults"),
]
audit = audit_of_file
address = address_of_file("/?dataset=tiny&screen=review&reviewer=ben")


def test_closed_in_the_middle_of_a_verdict(browser: Browser, audit: Audit, address: str) -> None:
    randomly, log, tries = random.Random(SEED), log_of(home(audit), "tiny"), size(1, 12)
    given = 0
    for number in range(tries):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(KEYS_KNOWN)
        page = context.new_page()
        page.goto(address)
        image_id = under_review(page)
        time.sleep(2 * SHORTEST_LOOK_S)  # or the key would count as a slip
        before = len(log.read().entries)
        page.keyboard.press("f")
        time.sleep(randomly.uniform(0, 0.5))
        context.close()
        time.sleep(1)  # whatever the server still does for it
        after = log.read()
        assert (after.problems, after.torn) == ((), ""), f"ERRATA_SEED={SEED}, try {number}"
        new = [entry for _, entry in after.entries[before:]]
        given += len(new)
        assert len(new) <= 1
        assert all(getattr(entry, "image_id", image_id) == image_id for entry in new)
    print(f"{given} of {tries} verdicts were given")
    outcome = "the verdict is in the log whole or not at all; the next browser goes on"
    record("Faults", "the browser closed up to 0.5 s after the key of a verdict", tries, outcome)
