"""The report of everything: what is in it, before and after the review."""

import json
import re
from functools import partial
from pathlib import Path

import pytest

from app.jobs.process import job_folder, watch
from curation.handover.report import write_share_report
from curation.reports.training.table import training_figures
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import read_json, write_json, write_text
from tests.helpers import app_driver
from tests.helpers.app_driver import texts
from tests.helpers.curated_folder import judge, trained, version
from tests.helpers.small_audit import small_audit, write_status

show = partial(app_driver.show, screen="report")


def quiet(stage: str, done: int, total: int) -> None:
    pass


@pytest.fixture
def audit(workspace: Workspace) -> Audit:
    return small_audit(workspace, cams=1)


def test_an_audit_alone(workspace: Workspace, audit: Audit, tmp_path: Path) -> None:
    figures = write_share_report(workspace, "tiny", tmp_path / "r.html", tmp_path / "r.json", quiet)
    page = (tmp_path / "r.html").read_text()
    assert "Nobody has judged a label yet" in page
    assert "nothing was trained yet" in page
    assert 'id="audit-suspects"' in page
    assert json.loads((tmp_path / "r.json").read_text()) == json.loads(json.dumps(figures))
    assert figures["comparison"] is None
    assert figures["dataset"]["title"] == "Thirty drawn pictures"


def test_everything(workspace: Workspace, audit: Audit, tmp_path: Path) -> None:
    judge(workspace)
    version(workspace)
    trained(workspace, audit, "simple_cnn", seeds=2)
    trained(workspace, audit, "cnn3", "v1")
    figures = write_share_report(workspace, "tiny", tmp_path / "r.html", None, quiet)
    assert figures["decisions"] == {
        "lines": 4,
        "images": 3,
        "disputed": 1,
        "all": {"relabel": 2, "keep": 1, "exclude": 1},
        "reviewers": {"ana": {"relabel": 2, "keep": 1}, "ben": {"exclude": 1}},
    }
    assert [(one["version"], one["changes"]) for one in figures["versions"]] == [("original", {}), ("v1", {"label": 2})]
    assert [(one["recipe"], one["version"], one["seeds"]) for one in figures["trainings"]] == [
        ("simple_cnn", "original", 2),
        ("cnn3", "v1", 1),
    ]
    assert len(figures["comparison"]["contestants"]) == 2
    page = (tmp_path / "r.html").read_text()
    anchors = re.findall(r' id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    for name in re.findall(r'href="#([^"]+)"', page):
        assert name in anchors
    assert "comparison-pairs" in anchors
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)  # makes no request
    assert "91.7 ± 0.0 %" in page


def test_the_audit_of_a_version_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    audit = small_audit(workspace, "tiny-v1", cams=0)
    write_json(audit.folder / "results.json", {**read_json(audit.folder / "results.json"), "version": "v1"})
    with pytest.raises(ErrataError, match="report on 'tiny'"):
        write_share_report(workspace, "tiny-v1", tmp_path / "r.html", None, quiet)
    assert "**tiny**" in texts(show("tiny-v1").info)


def test_nothing_trained_has_no_line(workspace: Workspace, audit: Audit) -> None:
    assert training_figures(workspace, "tiny") == []


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
    html, json = (str(folder / f"report.{kind}") for kind in ("html", "json"))
    assert started == [["report", "tiny", "--html", html, "--json", json]]
    assert app.button(key="report.start").disabled
    write_status(folder, "failed", error="the disk is full")
    assert "The report failed: the disk is full" in texts(show().error)
    for path in (html, json):
        write_text(Path(path), "x" * 1_000_000)
    write_status(folder, "finished")
    app = show()
    assert watch(folder).state == "finished"
    assert [one.proto.label for one in app.get("download_button")] == ["Page, 1.0 MB", "JSON, 1.0 MB"]
    assert app.button(key="report.start").label == "Write it again"
