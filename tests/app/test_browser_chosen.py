"""From a dropped zip to its audit's screen, and the chosen data set on all screens, in a real browser."""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from app.page import SCREENS
from curation.workspace.folders import Workspace
from tests.helpers.chromium import in_chromium
from tests.helpers.served_app import served
from tests.helpers.small_audit import small_audit

pytestmark = in_chromium
NAME = "my*pets*_`x`"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("home"))
    small_audit(workspace)
    folder = workspace.root.parent / NAME
    for name in ("*cat*", "do_g_"):
        for place in range(7):
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name / f"{place}.png").write_bytes(picture(place))
    return workspace


@pytest.fixture(scope="module")
def address(home: Workspace) -> Iterator[str]:
    with served(home) as url:
        yield url


def picture(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (12, 9), (shade * 20, 90, 90)).save(buffer, "PNG")
    return buffer.getvalue()


def packed(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for place, name in enumerate(names):
            archive.writestr(name, picture(place))
    return buffer.getvalue()


def chosen(page: Page, text: str) -> None:
    expect(page.get_by_role("combobox").first).to_have_value(text)


def press(page: Page, name: str) -> None:
    """Press a button once the page is drawn: Streamlit may drop a click before."""
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_be_visible()
    page.wait_for_selector(".stApp[data-test-script-state='notRunning'] .stElementContainer")
    button.click()


def test_the_chosen_data_set_stays_from_screen_to_screen(page: Page, address: str, home: Workspace) -> None:
    page.goto(f"{address}/?screen=dataset")
    chosen(page, "tiny")  # the only one that is audited
    press(page, "Add a data set")
    path = page.get_by_label("An image folder or a table of labels")
    path.fill(str(home.root.parent / NAME))
    path.press("Enter")
    expect(page.get_by_role("heading", name=NAME, exact=True)).to_be_visible()
    expect(page.locator(".er-classes img")).to_have_count(8)
    expect(page.locator(".er-classes b").first).to_have_text("*cat*")
    press(page, "Add")
    expect(page.get_by_role("heading", name="Add a data set")).to_have_count(0)
    for title in SCREENS.values():
        page.get_by_role("navigation").get_by_text(title, exact=True).click()
        expect(page.get_by_role("navigation").locator("[aria-current=page]")).to_have_text(title)
        chosen(page, f"{NAME} · not audited")
    page.goto(address)
    chosen(page, f"{NAME} · not audited")


def test_a_mistyped_name_leads_to_the_nearest(page: Page, address: str) -> None:
    page.goto(f"{address}/?screen=errors&dataset=tinny")
    press(page, "Open tiny")
    chosen(page, "tiny")
    assert "screen=errors" in page.url
    expect(page.get_by_text("No such data set")).to_have_count(0)


def test_a_dropped_zip_is_looked_at_and_added(page: Page, address: str) -> None:
    page.goto(f"{address}/?screen=dataset&add=yes")
    page.get_by_role("radio", name="zip or table").click()
    field = page.locator("input[type=file]")
    field.set_input_files({"name": "evil.zip", "mimeType": "application/zip", "buffer": packed("../../out.png")})
    expect(page.get_by_role("alert")).to_contain_text("evil.zip holds '../../out.png', which leads out of its folder")
    names = [f"birds/{name}/{place}.png" for name in ("owl", "wren") for place in range(7)]
    field.set_input_files({"name": "birds.zip", "mimeType": "application/zip", "buffer": packed(*names)})
    expect(page.get_by_text("birds.zip is in the workspace.")).to_be_visible()
    expect(page.locator(".er-look-first")).to_contain_text("14images")
    press(page, "Add and go on to its audit")
    chosen(page, "birds · not audited")
    page.wait_for_url(re.compile("screen=audit"))
    expect(page.get_by_role("button", name="Start the audit")).to_be_visible()
