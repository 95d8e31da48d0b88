"""Each browser has a reviewer of its own; the command line's is offered, not taken."""

import pytest
from streamlit.testing.v1 import AppTest

from curation.decisions.reviewer import keep_reviewer, kept_reviewer
from curation.workspace.folders import Workspace
from tests.helpers.app_driver import ran


def page() -> None:
    import streamlit as st

    from app.panels.reviewer_name import ask_name, current_reviewer, remember_reviewer

    st.text(f"<{current_reviewer()}>")
    ask_name("name", current_reviewer())
    remember_reviewer()


def browser(monkeypatch: pytest.MonkeyPatch, cookie: str = "", address: str = "") -> AppTest:
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", {"errata_reviewer": cookie})
    app = AppTest.from_function(page, default_timeout=60)
    if address:
        app.query_params["reviewer"] = address
    return ran(app)


def name(app: AppTest) -> str:
    return str(app.text[0].value)


def test_a_second_browser_is_asked(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_reviewer(workspace, "ana")
    second = browser(monkeypatch)
    assert (name(second), second.text_input[0].value) == ("<>", "ana")  # offered
    second.text_input[0].input("ben")
    second.button[0].click()
    ran(second)
    assert name(second) == "<ben>"
    assert "reviewer" not in second.query_params
    assert any('data-name="ben"' in str(part.proto.body) for part in second.html)
    assert kept_reviewer(workspace) == "ana"  # the command line's
    assert name(browser(monkeypatch)) == "<>"


def test_a_browser_is_known_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert name(browser(monkeypatch, cookie="%C3%84nne%20%C3%96.")) == "<Änne Ö.>"
    assert not browser(monkeypatch, cookie="ana").html  # nothing to keep
    assert name(browser(monkeypatch, cookie="ana", address="ben")) == "<ben>"
    for wrong in ("%0a", "a%1b[2J", "%FF" * 99, "x" * 200):
        assert name(browser(monkeypatch, cookie=wrong)) == "<>"


def test_the_first_name_is_the_command_lines(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = browser(monkeypatch)
    first.text_input[0].input("ana")
    first.button[0].click()
    ran(first)
    assert (name(first), kept_reviewer(workspace)) == ("<ana>", "ana")
