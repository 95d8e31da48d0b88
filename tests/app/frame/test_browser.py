"""All screens for all eyes, the viewer of images, and the pictures beside the mouse, in a real browser."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from app.page import SCREENS
from curation.results.audit import Audit
from tests.helpers.chromium import in_chromium
from tests.helpers.served_app import address_of_file, audit_of_file

CHECKS = Path(__file__).with_name("accessibility.js").read_text(encoding="utf-8")
MOVING = "it => it.playState === 'running' && it.effect.getComputedTiming().iterations < 9"
TOLD = ("px wide in a window", "no nav", "live region", "h3 follows h1", "has no name", "alternative", "contrast 2.85")
WORST = "test/sea/0.png"
pytestmark = in_chromium
audit, address = audit_of_file, address_of_file("/?dataset=tiny&reviewer=anna&screen=")


def settled(page: Page) -> None:
    page.wait_for_selector(".stApp[data-test-script-state='notRunning'] .stElementContainer")
    page.wait_for_function("() => document.querySelector('.stMain[role=main]') && window.errataViewer")
    page.wait_for_function(f"() => !document.getAnimations().some({MOVING})")  # colours change slowly


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_serves_all_eyes_in_narrow_and_wide_windows(page: Page, address: str, screen: str) -> None:
    page.goto(address + screen)
    settled(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (768, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            settled(page)
            problems: Any = page.evaluate(CHECKS)
            assert problems == [], (screen, scheme, width)


def test_the_checks_find_what_is_wrong(page: Page) -> None:
    page.set_content(
        "<html><body style='margin:0'><div class=stApp><div class=stMain><h1>a</h1><h3>b</h3><button></button>"
        "<img src='data:,'><p style='color:#999;background:#fff'>faint</p><p style='width:3000px'>wide</p></div></div>"
    )
    told = " | ".join(page.evaluate(CHECKS))
    for part in TOLD:
        assert part in told, (part, told)


def test_the_keyboard_reaches_the_content_and_the_links(page: Page, address: str) -> None:
    page.goto(f"{address}errors")
    settled(page)
    page.get_by_role("link", name="To the content").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    expect(page.locator("[aria-current=page]")).to_have_text("Errors")
    page.get_by_role("navigation", name="Screens").get_by_role("link", name="Map").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".er-map canvas")).to_be_visible()
    expect(page.locator("[aria-current=page]")).to_have_text("Map")


def zoom(page: Page) -> float:
    text = page.locator(".er-view-zoom").inner_text()
    return float(text.removesuffix(" %"))


def test_an_image_is_zoomed_moved_brightened_and_slid_to_its_map(page: Page, address: str) -> None:
    page.goto(f"{address}audit&image={WORST}")
    settled(page)
    viewer, paper = page.locator("dialog.er-viewer"), page.locator(".er-view-paper")
    page.locator(".er-image > img").click()
    expect(viewer).to_be_visible()
    page.wait_for_function("() => document.querySelector('.er-view-paper img').src.includes('picture?')")  # all pixels
    page.wait_for_function("() => document.querySelector('.er-view-zoom').textContent")
    whole = zoom(page)
    page.keyboard.press("+")
    assert zoom(page) == pytest.approx(whole * 1.25, rel=0.01)
    page.keyboard.press("-")
    page.keyboard.press("-")
    assert zoom(page) < whole
    page.keyboard.press("0")
    assert zoom(page) == whole
    page.mouse.move(500, 400)
    page.mouse.wheel(0, -300)
    page.wait_for_function(f"() => parseFloat(document.querySelector('.er-view-zoom').textContent) > {whole * 1.1}")
    before = paper.bounding_box()
    page.mouse.down()
    page.mouse.move(560, 430, steps=3)
    page.mouse.up()
    after = paper.bounding_box()
    assert before
    assert after
    assert (after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((60, 30), abs=1)
    page.mouse.dblclick(500, 400)
    assert zoom(page) == whole  # a double click goes back, another one comes closer
    page.mouse.dblclick(500, 400)
    assert zoom(page) == pytest.approx(3 * whole, rel=0.01)
    page.get_by_label("Brightness").fill("200")
    assert paper.evaluate("it => it.style.filter") == "brightness(200%)"
    page.get_by_label("From the image to the map").fill("70")
    over = page.locator(".er-view-paper img").nth(1)
    assert over.evaluate("it => [it.style.opacity, it.hidden]") == ["0.7", False]
    maps = page.get_by_label("Grad-CAM map").locator("option")
    assert maps.count() == 4  # two networks, two labels
    assert "why sea" in maps.first.inner_text()
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    page.keyboard.press("+")  # opens the image that the screen is about
    expect(viewer).to_be_visible()
    assert page.locator(".er-view-name").inner_text() == WORST


def test_a_key_judges_only_the_image_that_the_viewer_shows(page: Page, address: str) -> None:
    page.goto(f"{address}review")
    settled(page)
    shown = page.locator(".er-look > img")
    first = shown.get_attribute("alt")
    page.locator(".er-nearest img").first.click()  # a neighbour, which is not under review
    page.keyboard.press("f")
    expect(page.locator("dialog.er-viewer")).to_be_visible()
    page.keyboard.press("Escape")
    assert shown.get_attribute("alt") == first
    page.keyboard.press("+")
    expect(page.locator(".er-view-name")).to_have_text(str(first))
    settled(page)
    page.keyboard.press("s")  # skips: the key reaches the review, and the viewer gives way
    expect(page.locator("dialog.er-viewer")).to_be_hidden()
    expect(shown).not_to_have_attribute("alt", str(first))


def test_tiles_grow_and_stay_so(page: Page, address: str) -> None:
    page.goto(f"{address}dataset&part=samples")
    tile = page.locator("a.er-small").first
    settled(page)
    page.get_by_label("Size of the tiles").fill("12")
    page.reload()
    settled(page)
    expect(page.get_by_label("Size of the tiles")).to_have_value("12")
    assert tile.evaluate("it => it.offsetWidth") == pytest.approx(12 * 15, abs=1)  # rem of 15 px
    tile.locator("img").hover()
    page.locator(".er-enlarge").click()
    expect(page.locator("dialog.er-viewer")).to_be_visible()
    assert "screen=dataset" in page.url  # the tile was not followed


def test_a_point_of_the_map_shows_its_image(page: Page, address: str, audit: Audit) -> None:
    page.goto(f"{address}map")
    page.wait_for_function("() => window.errataMap && window.errataMap.painted")
    settled(page)
    box = page.locator(".er-map canvas").bounding_box()
    assert box
    tip = page.locator(".er-map-tip")
    for x, y in _places(box, audit):
        page.mouse.move(x, y)
        if tip.is_visible():
            break
    expect(tip.locator("img")).to_be_visible()
    row = int(str(tip.locator("img").get_attribute("src")).rpartition("row=")[2])
    label = audit.rows.classes[audit.rows.labels[row]]
    expect(tip.locator("b")).to_contain_text(label)
    expect(tip).to_contain_text(f"label quality {float(audit.consensus.label_quality[row]):.2f}")


def _places(box: Any, audit: Audit) -> list[tuple[float, float]]:
    """Return where the points of the first map are in the window, as `screen.js` puts them."""
    points = audit.architectures[0].points
    assert points is not None
    low, high = points.min(0), points.max(0)
    wide, tall = high - low
    scale = 0.94 * min(box["width"] / wide, box["height"] / tall)
    middle = (low + high) / 2
    moved = (np.asarray(points) - middle) * scale
    return [(box["x"] + box["width"] / 2 + x, box["y"] + box["height"] / 2 - y) for x, y in moved.tolist()]


def test_pictures_are_served_to_the_app_alone(page: Page, address: str) -> None:
    url = address.partition("?")[0]
    answers = {
        "dataset=tiny&row=0&px=40": 200, f"dataset=tiny&image={WORST}": 200, "dataset=tiny&image=../rows.npz": 404,
        "dataset=tiny&row=999": 404, "dataset=tiny&row=-1": 404, "dataset=tiny&row=0&px=x": 404,
        "dataset=nope&row=0": 404,
    }  # fmt: skip
    for query, status in answers.items():
        assert page.request.get(f"{url}picture?{query}").status == status, query
    other = {"Sec-Fetch-Site": "cross-site"}
    assert page.request.get(f"{url}picture?dataset=tiny&row=0", headers=other).status == 403
