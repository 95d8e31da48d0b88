"""The page of an errata sheet: pictures by pairs of classes, whatever names hold, without a request."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from curation.handover.sheet import ErrataSheet
from curation.handover.sheet_page import sheet_page, write_sheet_page
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from tests.helpers.chromium import needs_chromium, opened_file


def test_the_page(sheet: ErrataSheet, judged_workspace: Workspace, tmp_path: Path) -> None:
    write_sheet_page(sheet, load_version(judged_workspace, "tiny", "v1").rows.root, tmp_path / "sheet.html")
    page = (tmp_path / "sheet.html").read_text()
    assert "4 given labels are not right" in page
    assert page.count("<img src=") == page.count("data:image/jpeg;base64,") == 4
    assert "ana <b>" not in page
    assert "ana &lt;b&gt;" in page
    assert 'src="http' not in page
    assert page.index('id="labels"') < page.index('id="out"')
    assert "Not listed here: 1 label of this version that models set and nobody looked at." in page
    gone = sheet_page(sheet, "", lambda _: None)
    assert gone.count("the file can no longer be read") == 4


def test_a_page_without_errata(sheet: ErrataSheet) -> None:
    page = sheet_page(replace(sheet, errata=()), "", lambda _: None)
    assert "No given label was found wrong; 5 images judged" in page


def test_many_of_a_pair_are_listed_without_pictures(sheet: ErrataSheet) -> None:
    many = tuple(replace(sheet.errata[0], image_id=f"test/sea/{number}.png") for number in range(60))
    page = sheet_page(replace(sheet, errata=many), "", lambda _: "data:x")
    assert page.count("<figure>") == 48
    assert "12 more" in page


@pytest.mark.browser
@needs_chromium
def test_in_chromium_nothing_is_fetched_and_nothing_sticks_out(
    browser: Browser, sheet: ErrataSheet, judged_workspace: Workspace, tmp_path: Path
) -> None:
    root = load_version(judged_workspace, "tiny", "v1").rows.root
    write_sheet_page(replace(sheet, title="long" * 40), root, tmp_path / "sheet.html")
    for width in (1280, 400):
        page = opened_file(browser, tmp_path / "sheet.html", width, "light")
        assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
        page.close()
