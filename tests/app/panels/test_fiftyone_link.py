"""The way from the app into the reviewer's FiftyOne."""

from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.panels.fiftyone_link import _with_host_of_page
from curation.decisions.reviewer import keep_reviewer, kept_reviewer
from curation.in_fiftyone.app_server import AppServer
from curation.workspace.folders import Workspace
from tests.helpers.app_driver import ran
from tests.helpers.small_audit import small_audit


def page() -> None:
    from app.panels.fiftyone_link import fiftyone_link
    from app.state import workspace
    from curation.results.audit import load_audit

    fiftyone_link(load_audit(workspace(), "tiny"), "suspicious test")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("home"))
    (small_audit(workspace, cams=0).folder / "fiftyone.json").touch()
    return workspace


@pytest.fixture
def workspace(made: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("ERRATA_HOME", str(made.root))
    (made.root / "reviewer.json").unlink(missing_ok=True)
    return made


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> list[AppServer]:
    servers: list[AppServer] = []
    monkeypatch.setattr("app.panels.fiftyone_link.running_apps", lambda workspace: servers)
    return servers


def page_shown() -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state["reviewer.given"] = kept_reviewer(Workspace.from_environment())
    return ran(app)


def links(app: AppTest) -> list[str]:
    return [link.proto.url for link in app.get("link_button")]


def test_the_name_is_asked_before_the_app_starts(
    workspace: Workspace, running: list[AppServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    monkeypatch.setattr(
        "curation.in_fiftyone.sessions.open_session", lambda *given, **named: opened.append((given[1:], named))
    )
    app = page_shown()
    assert "Start FiftyOne" not in [button.label for button in app.button]
    app.text_input[0].input("ana")
    app.button[0].click()
    ran(app)
    assert kept_reviewer(workspace) == "ana"
    (start,) = (button for button in app.button if button.label == "Start FiftyOne")
    start.click()
    ran(app)
    assert opened == [(("tiny", "suspicious-test"), {"reviewer": "ana"})]


def test_each_reviewer_gets_the_own_app(workspace: Workspace, running: list[AppServer]) -> None:
    keep_reviewer(workspace, "ana")
    running += [AppServer(5151, 1, "ben", (), ""), AppServer(5152, 2, "ana", (), "")]
    assert links(page_shown()) == ["http://127.0.0.1:5152/datasets/errata-tiny?view=suspicious-test"]
    running.pop()
    assert links(page_shown()) == []  # ben's would write his name


def test_nobodys_app_is_that_of_who_reviewed_last(workspace: Workspace, running: list[AppServer]) -> None:
    keep_reviewer(workspace, "ana")
    running.append(AppServer(5151, 1, "", (), ""))
    assert len(links(page_shown())) == 1
    other_reviewer = AppTest.from_function(page, default_timeout=60)
    other_reviewer.query_params["reviewer"] = "ben"
    assert links(ran(other_reviewer)) == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_link_names_the_machine_as_the_page_does(
    workspace: Workspace, running: list[AppServer], monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.url", f"http://{host}:8501/")
    keep_reviewer(workspace, "ana")
    running.append(AppServer(5151, 1, "ana", (), ""))
    assert links(page_shown()) == [f"http://{host}:5151/datasets/errata-tiny?view=suspicious-test"]


def test_who_came_through_a_proxy_is_sent_through_it_to_the_app_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRATA_APP_ADDRESS", "https://lab.example/errata")
    monkeypatch.setenv("ERRATA_FIFTYONE_ADDRESS", "https://lab.example:5443")
    here, name = "http://127.0.0.1:5151/datasets/a?view=b", "https://lab.example"
    for page, behind_proxy, expected in (
        (f"{name}/errata/?x", True, f"{name}:5443/datasets/a?view=b"),
        (f"{name}/errata/?x", False, here),  # the App of another reviewer
        ("http://127.0.0.1:8501/", True, here),
        ("http://localhost:8501/", True, "http://localhost:5151/datasets/a?view=b"),
        (f"{name}.evil.example/", True, here),
    ):
        monkeypatch.setattr(type(st.context), "url", page)
        assert _with_host_of_page(here, behind_proxy) == expected
