"""The review as a person does it: keys in a real browser without a window."""

import json
import statistics
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from app.screens.review.verdicts import SHORTEST_LOOK_S
from curation.decisions.ledger import log_of
from curation.results.audit import Audit
from tests.helpers.chromium import PATIENCE_MS, in_chromium
from tests.helpers.review_keys import answer, press, under_review
from tests.helpers.served_app import address_of_file, audit_of_file, home

pytestmark = in_chromium
audit, address = audit_of_file, address_of_file("/?dataset=tiny&screen=review")


def log(audit: Audit) -> Path:
    return log_of(home(audit), audit.name).path


def logged(audit: Audit) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log(audit).read_text().splitlines()] if log(audit).exists() else []


def test_five_images_by_key_and_one_undone(page: Page, address: str, audit: Audit) -> None:
    log(audit).unlink(missing_ok=True)
    page.goto(address)
    page.get_by_label("Your name").fill("anna")
    page.keyboard.press("Enter")
    opened_s, images, seconds = time.monotonic(), [], []
    for key in ("f", "2", "n", "u", "x"):
        images.append(under_review(page))
        seconds.append(press(page, key))
    last = under_review(page)
    press(page, "z")
    assert under_review(page) == images[-1]
    lines = logged(audit)
    assert [line["image_id"] for line in lines[:5]] == images
    assert len({*images, last}) == 6
    assert [line["decision"] for line in lines[:5]] == ["keep", "relabel", "none-of-these", "unsure", "exclude"]
    assert {line["reviewer"] for line in lines} == {"anna"}
    assert (lines[5]["kind"], lines[5]["of"]) == ("undo", lines[4]["id"])
    assert all(SHORTEST_LOOK_S <= line["looked_s"] < time.monotonic() - opened_s for line in lines[:5])
    print(f"key to next image: median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s")


def test_keys_in_a_hurry_judge_nothing_unseen(page: Page, address: str, audit: Audit) -> None:
    log(audit).unlink(missing_ok=True)
    page.goto(f"{address}&reviewer=ben")
    first = under_review(page)
    for _ in range(12):
        page.keyboard.press("f", delay=1)
    while answer(page, under_review(page)) == "next":
        pass
    hurried, current = len(logged(audit)), under_review(page)
    while under_review(page) == current:
        page.keyboard.down("f")  # held: all but the first are repetitions
    for _ in range(60):
        page.keyboard.down("f")
    page.keyboard.up("f")
    while answer(page, under_review(page)) == "next":
        pass
    lines = logged(audit)
    assert len(lines) == hurried + 1
    judged = [line["image_id"] for line in lines]
    assert judged[0] == first
    assert len(judged) == len(set(judged)) < 8
    assert all(line["looked_s"] >= SHORTEST_LOOK_S for line in lines)
    assert [line["rank"] for line in lines] == list(range(1, len(lines) + 1))  # no image was skipped
    assert under_review(page) not in judged


def test_everything_fits_on_a_small_screen(page: Page, address: str, audit: Audit) -> None:
    log(audit).unlink(missing_ok=True)
    page.goto(f"{address}&reviewer=anna")
    under_review(page)
    for selector in (
        ".er-look h3",
        ".er-look img",
        ".st-key-review-main",
        ".st-key-review-classes",
        ".er-opinion >> nth=1",
    ):
        box = page.locator(selector).bounding_box()
        assert box is not None
        assert box["y"] >= 0, selector
        assert box["y"] + box["height"] <= 800, selector
    assert page.evaluate("document.documentElement.scrollWidth") == 1280
    expect(page.locator(".stException, .stAlert")).to_have_count(0)


def test_to_the_audit_and_back(page: Page, address: str) -> None:
    page.goto(f"{address}&reviewer=anna&split=all")
    under_review(page)
    page.get_by_role("link", name="Audit", exact=True).click()
    expect(page.locator(".er-image")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("link", name="Review", exact=True).click()
    under_review(page)
    assert "dataset=tiny" in page.url
    assert "split=all" in page.url
