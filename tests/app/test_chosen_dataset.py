"""The chosen data set stays on every screen: a fresh folder, a mistyped or unaudited name, an audit of another set."""

import os
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from app.page import SCREENS
from curation.datasets.opened import read_opened
from curation.workspace.folders import Workspace
from tests.helpers.app_driver import ran, show, shown, texts
from tests.helpers.small_audit import small_audit


def photos(folder: Path) -> Path:
    for name in ("cat", "dog"):
        (folder / name).mkdir(parents=True)
        for place in range(6):
            Image.new("RGB", (9, 9), (place * 30, 0, 0)).save(folder / name / f"{place}.png")
    return folder


def leads_to_the_audit(app: AppTest) -> bool:
    """Return whether there is a button for it beside the list of screens."""
    return any("audit" in button.label.lower() for button in app.button if not (button.key or "").startswith("screens"))


def test_a_fresh_folder_stays_on_every_screen(workspace: Workspace, tmp_path: Path) -> None:
    small_audit(workspace)
    path = str(photos(tmp_path / "my*photos"))
    for screen in SCREENS:
        app = show(path, screen=screen)
        box = app.selectbox(key="dataset")
        assert box.value == path, screen
        assert "my*photos · not audited" in box.options
        said = texts(app.markdown) + shown(app) + texts(app.caption)
        assert "my-photos" in said or "my*photos" in said, screen
        assert leads_to_the_audit(app), screen
        assert "tiny" not in texts(app.markdown), screen
    assert show(None).selectbox(key="dataset").value == path  # `/` opens the latest
    assert "my*photos · not audited" in show("tiny").selectbox(key="dataset").options


def test_a_mistyped_name_offers_the_nearest_on_every_screen(workspace: Workspace) -> None:
    small_audit(workspace)
    for screen in SCREENS:
        app = show("tyni", screen=screen)
        assert texts(app.subheader) == "No such data set", screen
        assert app.selectbox(key="dataset").value == "tyni"
        assert app.button(key="unknown.tiny").label == "Open tiny"
    app.button(key="unknown.tiny").click()
    assert ran(app).query_params["dataset"] == "tiny"
    assert ran(app).query_params["screen"] == "report"
    assert read_opened(workspace).latest == "tiny"  # a mistyped name is not remembered


def test_an_unaudited_name_stays_on_every_screen(workspace: Workspace) -> None:
    small_audit(workspace)
    for screen in SCREENS:
        app = show("digits", screen=screen)
        assert app.selectbox(key="dataset").value == "digits", screen
        assert leads_to_the_audit(app), screen
    app.selectbox(key="dataset").set_value("tiny")
    assert ran(app).query_params["dataset"] == "tiny"


@pytest.mark.parametrize("screen", SCREENS)
def test_where_only_another_set_is_audited_the_bare_address_opens_that(workspace: Workspace, screen: str) -> None:
    small_audit(workspace)
    app = show(None, screen=screen)
    assert app.selectbox(key="dataset").value == "tiny"
    assert "Not audited yet" not in texts(app.subheader)


def test_a_folder_is_called_by_its_name_once_it_is_audited(workspace: Workspace) -> None:
    audit = small_audit(workspace)
    app = show(str(audit.rows.root), screen="errors")
    assert app.selectbox(key="dataset").value == "tiny"
    assert "tiny · not audited" not in app.selectbox(key="dataset").options


def test_another_tab_does_not_change_what_the_bare_address_shows(workspace: Workspace) -> None:
    small_audit(workspace)
    app = show(None)
    show("digits")
    assert show(None).selectbox(key="dataset").value == "digits"
    assert ran(app).selectbox(key="dataset").value == "tiny"


def test_a_path_that_is_gone_says_so(workspace: Workspace, tmp_path: Path) -> None:
    small_audit(workspace)
    path = photos(tmp_path / "photos")
    show(str(path))
    path.rename(tmp_path / "elsewhere")
    app = show(str(path))
    assert "no image folder or CSV at" in texts(app.markdown)
    assert show(None).selectbox(key="dataset").value == "tiny"


def test_a_damaged_list_of_opened_sets_is_none(workspace: Workspace) -> None:
    small_audit(workspace)
    for content in ("{", "[]", '{"added": 3}', os.devnull):
        (workspace.root / "opened-data-sets.json").write_text(content)
        assert show(None).selectbox(key="dataset").value == "tiny"
