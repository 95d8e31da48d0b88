"""The screens Data set, Errors and Map as a person uses them, in a real browser without a window."""

import contextlib
import json
import time
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TooLate

from app.screens.map.canvas import scaled
from curation.results.audit import Audit
from curation.review.selections import load_selection, selection_names
from tests.helpers.chromium import PATIENCE_MS, in_chromium
from tests.helpers.served_app import address_of_file, audit_of_file, home
from tests.helpers.small_audit import CONFUSED

WORST = "test/sea/0.png"
pytestmark = in_chromium
audit, address = audit_of_file, address_of_file("/?dataset=tiny&reviewer=anna&screen=")


def settled(page: Page) -> None:
    page.wait_for_selector(".stApp[data-test-script-state='notRunning'] .stElementContainer")


def under_review(page: Page, image_id: str) -> None:
    expect(page.locator(".er-look img")).to_have_attribute("alt", image_id, timeout=PATIENCE_MS)
    assert "screen=review" in page.url


def test_from_a_sample_to_its_review_and_back(page: Page, address: str) -> None:
    page.goto(f"{address}dataset&part=samples&split=test")
    page.locator(f'a.er-small:has(img[alt="{WORST}"])').click()
    under_review(page, WORST)
    assert "dataset=tiny" in page.url
    page.wait_for_url(lambda url: "part=" not in url)  # Streamlit has rewritten the address
    page.go_back()
    expect(page.locator("a.er-small")).to_have_count(12)
    for _ in range(20):  # Streamlit may drop a click while it draws the earlier page again
        page.get_by_role("button", name="Draw others").click()
        with contextlib.suppress(TooLate):
            page.wait_for_url("**seed=*", timeout=PATIENCE_MS / 20)
            break
    assert "seed=" in page.url
    expect(page.locator("a.er-small")).to_have_count(12)


def test_from_a_cell_to_its_images_by_mouse_and_by_key(page: Page, address: str) -> None:
    page.goto(f"{address}errors&split=test")
    cell = page.get_by_label("given street, predicted forest: 1 image")
    expect(cell).to_have_count(1)  # the first architecture sees none
    cell.click()
    expect(page.locator(".er-strip img")).to_have_attribute("alt", CONFUSED)
    assert "cell=2.1" in page.url
    page.get_by_label("given sea, predicted forest: 1 image").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".er-strip img")).to_have_attribute("alt", WORST)
    page.go_back()
    expect(page.locator(".er-strip img")).to_have_attribute("alt", CONFUSED)
    page.locator("a.er-small").click()
    under_review(page, CONFUSED)


def test_from_a_class_pair_to_its_labels(page: Page, address: str) -> None:
    page.goto(f"{address}errors&errors=class+pairs")
    page.locator(".er-pair", has_text="labelled street, shows sea").click()
    expect(page.locator(".er-suspect")).to_have_count(1)
    page.locator(".er-suspect").click()
    under_review(page, "train/street/1.png")


def painted(page: Page) -> None:
    page.wait_for_function("() => window.errataMap && window.errataMap.painted")
    settled(page)


def pixel(page: Page, audit: Audit, row: int) -> tuple[float, float]:
    """Return the position in the window of a point of the first map, which was not moved."""
    given = audit.architectures[0].points
    assert given is not None
    points = scaled(given).astype(np.float64)
    box = page.locator(".er-map canvas").first.bounding_box()
    assert box is not None
    wide, tall = np.ptp(points, axis=0)
    scale = 0.94 * min(box["width"] / max(1, wide), box["height"] / max(1, tall))
    x, y = (points[row] - 65535 / 2) * scale
    return box["x"] + box["width"] / 2 + float(x), box["y"] + box["height"] / 2 - float(y)


def lonely(audit: Audit) -> int:
    """Return the row with the point that is farthest from all others."""
    points = audit.architectures[0].points
    assert points is not None
    distances = np.linalg.norm(points[:, None] - points[None], axis=2) + 1e9 * np.eye(len(points))
    return int(distances.min(1).argmax())


def test_a_click_on_the_map_shows_the_image(page: Page, address: str, audit: Audit) -> None:
    page.goto(f"{address}map")
    painted(page)
    row = lonely(audit)
    image_id = str(audit.rows.image_ids[row])
    page.mouse.click(*pixel(page, audit, row))
    expect(page.locator(".er-pin img")).to_have_attribute("alt", image_id)
    page.wait_for_url("**image=**")
    assert "at=" not in page.url
    page.get_by_text("prediction", exact=True).click()
    expect(page.locator(".er-map")).to_have_attribute("data-by", "prediction")
    expect(page.locator(".er-pin img")).to_have_attribute("alt", image_id)  # the same image, whatever the colours
    page.get_by_role("link", name="Review this image").click()
    under_review(page, image_id)


def around(page: Page, audit: Audit, rows: list[int]) -> None:
    """Draw a box around some points."""
    places = np.array([pixel(page, audit, row) for row in rows])
    (left, top), (right, bottom) = places.min(0) - 12, places.max(0) + 12
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 6)):
        page.mouse.move(x, y, steps=5)
    page.mouse.up()


def test_a_lasso_becomes_a_queue_of_the_review(page: Page, address: str, audit: Audit) -> None:
    page.goto(f"{address}map")
    painted(page)
    rows = np.flatnonzero(audit.rows.labels == 0).tolist()
    page.get_by_role("button", name="Lasso").click()
    around(page, audit, rows)
    selected = page.locator(".st-key-map-panel h3")
    expect(selected).to_contain_text("selected")
    title: Any = page.evaluate("document.querySelector('.st-key-map-panel h3').innerText")
    page.get_by_label("Name of this selection").fill("drawn")
    page.get_by_role("button", name="Keep for the review").click()
    page.get_by_role("link", name="Review them").click()
    kept = load_selection(home(audit), "tiny", "drawn")
    assert f"{len(kept.image_ids)} images selected" == title
    assert set(audit.rows.image_ids[rows]) <= set(kept.image_ids)
    assert kept.made_from == "map of efficientnet_lite0"
    worst = kept.rows(audit.rows)[np.argsort(audit.consensus.label_quality[kept.rows(audit.rows)], kind="stable")[0]]
    under_review(page, str(audit.rows.image_ids[worst]))
    assert selection_names(home(audit), "tiny") == ("drawn",)


def test_what_is_hidden_is_not_caught(page: Page, address: str, audit: Audit) -> None:
    page.goto(f"{address}map")
    painted(page)
    page.locator(".er-map-legend button", has_text="sea").click()
    page.keyboard.down("Shift")  # as the lasso
    around(page, audit, list(range(len(audit.rows))))
    page.keyboard.up("Shift")
    expect(page.locator(".st-key-map-panel h3")).to_have_text("20 images selected")
    page.reload()  # it is in the address
    expect(page.locator(".st-key-map-panel h3")).to_have_text("20 images selected")
    painted(page)
    page.locator(".er-map canvas").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".er-empty-panel")).to_be_visible()


def test_moved_and_zoomed_by_mouse_and_key(page: Page, address: str) -> None:
    page.goto(f"{address}map&colour=label+quality")
    painted(page)
    canvas = page.locator(".er-map canvas")
    home_view = json.dumps(page.evaluate("Object.values(errataMap.views)[0]"))
    canvas.focus()
    for key in ("+", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    view: Any = page.evaluate("Object.values(errataMap.views)[0]")
    assert view["zoom"] == pytest.approx(1.3)
    page.keyboard.press("0")
    assert json.dumps(page.evaluate("Object.values(errataMap.views)[0]")) == home_view
    canvas.hover()
    page.mouse.wheel(0, -300)
    page.wait_for_function("() => Object.values(errataMap.views)[0].zoom > 1.1")


@pytest.mark.parametrize(
    "screen",
    [
        "dataset",
        "dataset&part=copies+and+leaks",
        "errors",
        "errors&errors=suspicious+labels",
        "errors&errors=disagreements",
        "map",
    ],
)
def test_everything_fits_on_a_small_screen(page: Page, address: str, screen: str) -> None:
    page.goto(f"{address}{screen}")
    expect(page.locator(".stSegmentedControl, .stButtonGroup").first).to_be_visible()
    settled(page)
    if screen == "map":
        painted(page)
        box = page.locator(".er-map canvas").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800
    assert page.evaluate("document.documentElement.scrollWidth") == 1280
    expect(page.locator(".stException, .stAlert")).to_have_count(0)


def test_from_screen_to_screen(page: Page, address: str) -> None:
    page.goto(f"{address}dataset")
    settled(page)
    seconds = []
    for name, selector in (("Errors", ".er-matrix"), ("Map", ".er-map canvas"), ("Data set", ".er-balance")):
        clicked_s = time.perf_counter()
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.locator(selector).first).to_be_visible()
        seconds.append(f"{name} {time.perf_counter() - clicked_s:.2f} s")
        settled(page)
    print(", ".join(seconds))
