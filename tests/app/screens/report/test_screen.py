"""The Report screen in each state, driven without a browser."""

import os
from functools import partial
from pathlib import Path

import pytest

from app.jobs.process import job_folder, watch
from curation.decisions.ledger import log_of
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from models.files.atomic import write_json, write_text
from tests.helpers import app_driver
from tests.helpers.app_driver import texts
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import small_audit, write_status

show = partial(app_driver.show, screen="report")


@pytest.fixture
def audit(workspace: Workspace) -> Audit:
    return small_audit(workspace, cams=1)


def test_the_audit_of_a_version_names_the_data_set_to_report_on(workspace: Workspace) -> None:
    audit = small_audit(workspace, "tiny-v1", cams=0)
    write_json(audit.folder / "results.json", {**read_json(audit.folder / "results.json"), "version": "v1"})
    assert "**tiny**" in texts(show("tiny-v1").info)


def test_the_screen_in_each_state(workspace: Workspace, audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert texts(show("scenes").subheader) == "Not audited yet"
    started: list[list[str]] = []
    folder = job_folder(workspace, "report-tiny")

    def start(folder: Path, arguments: list[str]) -> None:
        started.append(arguments)
        write_status(folder, "running")

    monkeypatch.setattr("app.jobs.process.start", start)
    app = show()
    assert app.button(key="report.start").label == "Write the report"
    app.button(key="report.start").click().run()
    page, figures = (str(folder / f"report.{kind}") for kind in ("html", "json"))
    assert started == [["report", "tiny", "--html", page, "--json", figures]]
    assert app.button(key="report.start").disabled
    write_status(folder, "failed", error="the disk is full")
    assert "The report failed: the disk is full" in texts(show().error)
    for path in (page, figures):
        write_text(Path(path), "x" * 1_000_000)
    write_status(folder, "finished")
    app = show()
    assert watch(folder).state == "finished"
    assert [button.proto.label for button in app.get("download_button")] == ["Page, 1.0 MB", "JSON, 1.0 MB"]
    assert app.button(key="report.start").label == "Write it again"
    assert "write it again" not in texts(app.caption)
    log = log_of(workspace, "tiny").path
    write_text(log, "")
    newer = Path(page).stat().st_mtime + 1
    os.utime(log, (newer, newer))
    assert "something was judged, made or trained since" in texts(show().caption)
