"""What a person sees of the FiftyOne App, alone and inside the review screen, in a real browser without a window."""

from dataclasses import replace
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from curation.in_fiftyone.app_server import stop_app
from curation.in_fiftyone.sessions import open_session
from curation.in_fiftyone.write_audit import write_audit
from curation.workspace.folders import Workspace
from tests.helpers import small_audit as small_audit_of
from tests.helpers.chromium import PATIENCE_MS, in_chromium
from tests.helpers.served_app import free_port, served
from tests.helpers.small_audit import small_audit

pytestmark = in_chromium


@pytest.mark.mongo
def test_the_suspicious_view_in_fiftyone(page: Page, mongo_workspace: Workspace) -> None:
    audit, port = small_audit(mongo_workspace, "seen"), free_port()
    write_audit(mongo_workspace, audit)
    try:
        url = open_session(mongo_workspace, "seen", "suspicious-test", port)
        with page.expect_response(lambda answer: "test/sea/0.png" in unquote(answer.url)) as worst:
            page.goto(url)
        assert worst.value.status == 200  # through the guard
        expect(page.get_by_text("suspicious test").first).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_text("1 sample").first).to_be_visible(timeout=PATIENCE_MS)  # the one wrong test label
    finally:
        stop_app(mongo_workspace, port)


@pytest.mark.mongo
def test_no_class_name_runs_in_fiftyone_or_fetches_from_elsewhere(page: Page, mongo_workspace: Workspace) -> None:
    script, picture = "<img src=x onerror=hit()>", "![x](https://evil.example/a.png)"
    draw = small_audit_of._draw_images
    with pytest.MonkeyPatch.context() as patch:
        classes = (picture, script, "=cmd()\"'\u202egnp")
        patch.setattr(small_audit_of, "_draw_images", lambda folder: replace(draw(folder), classes=classes))
        audit, port = small_audit(mongo_workspace, "hostile"), free_port()
    write_audit(mongo_workspace, audit)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script("window.hits = 0; window.hit = () => window.hits++")
    try:
        url = open_session(mongo_workspace, "hostile", "to-review-test", port, reviewer=script)
        page.goto(url)
        expect(page.get_by_text(script).first).to_be_visible(timeout=PATIENCE_MS)  # letter for letter
        page.get_by_role("button", name="New panel").first.click()
        page.get_by_text("Review labels").first.click()
        expect(page.get_by_role("button", name=f"{script} (2)")).to_be_visible(timeout=PATIENCE_MS)
        assert page.evaluate("window.hits") == 0
        assert [url for url in asked if "evil.example" in url] == []
    finally:
        stop_app(mongo_workspace, port)


@pytest.mark.mongo
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_fiftyone_inside_the_page(page: Page, mongo_workspace: Workspace, host: str) -> None:
    """The guard lets the app frame it, under either name of the machine, and its files are shown."""
    audit, port = small_audit(mongo_workspace, "framed"), free_port()
    (audit.folder / "fiftyone.json").touch()  # as an audit does when the dataset is written
    write_audit(mongo_workspace, audit)
    try:
        open_session(mongo_workspace, "framed", "to-review-test", port, reviewer="ana")
        with (
            served(mongo_workspace) as url,
            page.expect_response(
                lambda answer: "test/sea/0.png" in unquote(answer.url) and f":{port}/" in answer.url,
                timeout=PATIENCE_MS,
            ) as image,
        ):
            address = url.replace("127.0.0.1", host)
            page.goto(f"{address}/?dataset=framed&screen=review&split=test&images=FiftyOne&reviewer=ana")
            frame = page.frame_locator(".st-key-review-fiftyone iframe")
            expect(frame.get_by_text("to review test").first).to_be_visible(timeout=PATIENCE_MS)
            assert image.value.status == 200
    finally:
        stop_app(mongo_workspace, port)
