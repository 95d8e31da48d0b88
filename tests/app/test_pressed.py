"""A press of a button counts, whatever is pressed next."""

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
    """A screen whose drawing is broken off above its button as often as `broken_off` says."""
    import streamlit as st

    from app.pressed import forget_presses, pressed

    name = st.text_input("Name", "v1", key="name")
    left = st.session_state.get("broken_off", 0)
    if left:
        st.session_state["broken_off"] = left - 1
        st.stop()
    if not st.session_state.get("hidden") and pressed("Make", "make", disabled=st.session_state.get("disabled", False)):
        st.session_state["made"] = [*st.session_state.get("made", []), (st.query_params.get("dataset", ""), name)]
    forget_presses()


def started(**state: object) -> AppTest:
    """Return the screen, drawn."""
    test = AppTest.from_function(screen)
    test.session_state["made"] = []
    test.query_params["dataset"] = "tiny"
    test.run()
    for name, value in state.items():
        test.session_state[name] = value
    return test


def test_a_press_is_answered_once_with_the_fields_as_they_are() -> None:
    test = started()
    test.text_input("name").set_value("v2")  # comes with the press
    test.button("make").click().run()
    assert test.session_state["made"] == [("tiny", "v2")]
    test.run()
    assert test.session_state["made"] == [("tiny", "v2")]


def test_a_press_waits_where_the_drawing_is_broken_off() -> None:
    test = started(broken_off=2)
    test.button("make").click().run()
    test.run()
    assert test.session_state["made"] == []
    test.run()
    assert test.session_state["made"] == [("tiny", "v1")]


def test_a_press_is_about_the_data_set_that_was_shown() -> None:
    test = started(broken_off=1)
    test.button("make").click().run()
    test.query_params["dataset"] = "other"
    test.run()
    test.query_params["dataset"] = "tiny"
    test.run()
    assert test.session_state["made"] == []


@pytest.mark.parametrize("state", ["hidden", "disabled"])
def test_a_press_of_a_button_that_is_gone_is_forgotten(state: str) -> None:
    test = started(broken_off=1)
    test.button("make").click().run()
    test.session_state[state] = True
    test.run()
    test.session_state[state] = False
    test.run()
    assert test.session_state["made"] == []


@pytest.mark.browser
@needs_chromium
def test_a_press_counts_when_the_next_one_comes_at_once(page: Page, audit: Audit, address: str) -> None:
    """The second one draws the screen anew, before the first drawing has come to the button."""
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
    assert read_json(launch)["arguments"][:2] == ["export", "tiny"]
