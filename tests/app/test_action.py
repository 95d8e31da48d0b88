"""Buttons that do something: a press counts, whatever is pressed next."""

import time

import pytest
from playwright.sync_api import Page
from streamlit.testing.v1 import AppTest

from app.jobs.process import job_folder
from curation.results.audit import Audit
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from tests.helpers.chromium import PATIENCE_MS, needs_chromium
from tests.helpers.json_file import read_json
from tests.helpers.served_app import address_of_file, audit_of_file, home

audit, address = audit_of_file, address_of_file("/?dataset=tiny&reviewer=anna&screen=splits&part=Export")
SETTLED = ".stApp[data-test-script-state='notRunning'] .st-key-splits-export button:enabled"
PRESS_BOTH = """() => {
    const other = [...document.querySelectorAll(".st-key-splits-files button")].at(-1);
    document.querySelector(".st-key-splits-export button").click();
    const second = () => document.querySelector(".stApp[data-test-script-state='running']")
        ? other.click() : setTimeout(second, 1);
    second();
}"""


def screen() -> None:
    """A screen with a button whose work fails at the first press."""
    import streamlit as st

    from app.action import action
    from models.errors import ErrataError

    def work(count: int) -> None:
        st.session_state["done"] = [*st.session_state.get("done", []), count]
        if count == 0:
            raise ErrataError("the disk is full")

    try:
        action("Work", "work", work, len(st.session_state.get("done", [])))
    except ErrataError as error:
        st.error(str(error))


def test_it_acts_once_for_each_press_with_what_was_shown() -> None:
    test = AppTest.from_function(screen).run()
    assert "done" not in test.session_state
    test.button("work").click().run()
    assert [error.value for error in test.error] == ["the disk is full"]
    test.run()
    assert not test.error  # said once
    test.button("work").click().run()
    assert test.session_state["done"] == [0, 1]
    assert not test.error
    assert not test.exception


@pytest.mark.browser
@needs_chromium
def test_a_press_counts_when_the_next_one_comes_at_once(page: Page, audit: Audit, address: str) -> None:
    """The second one draws the screen anew, with another choice, before the first drawing has come to the button."""
    workspace = home(audit)
    make_version(workspace, "tiny", VersionRequest("v1"))
    launch = job_folder(workspace, "export-tiny") / "launch.json"
    page.goto(address)
    page.wait_for_selector(SETTLED)
    page.evaluate(PRESS_BOTH)
    for _ in range(PATIENCE_MS // 100):
        if launch.exists():
            break
        time.sleep(0.1)
    arguments = read_json(launch)["arguments"]
    assert arguments[arguments.index("--files") + 1] == "copy"  # as it was when Export was pressed
