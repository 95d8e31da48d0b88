"""The shared report: its content before and after the review."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from curation.handover.report import write_share_report
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import write_json
from tests.helpers.chromium import needs_chromium, opened_file
from tests.helpers.curated_folder import add_verdicts, trained
from tests.helpers.curated_folder import version as make_v1
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import small_audit


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
    assert {line["models"] for line in figures["comparison"]["contestants"]} == {"mean of 3 fold models"}
    assert figures["trainings"] == []
    assert figures["dataset"]["title"] == "Thirty drawn pictures"


def test_everything(workspace: Workspace, audit: Audit, tmp_path: Path) -> None:
    add_verdicts(workspace)
    make_v1(workspace)
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
    changes = {version["version"]: version["changes"] for version in figures["versions"]}
    assert changes == {"original": {}, "v1": {"label": 2}}
    assert [(training["recipe"], training["version"], training["seeds"]) for training in figures["trainings"]] == [
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


@pytest.mark.browser
@needs_chromium
def test_in_chromium_nothing_is_fetched_and_nothing_sticks_out(
    browser: Browser, workspace: Workspace, audit: Audit, tmp_path: Path
) -> None:
    add_verdicts(workspace)
    make_v1(workspace)
    trained(workspace, audit, "simple_cnn")
    trained(workspace, audit, "cnn3", "v1")
    write_share_report(workspace, "tiny", tmp_path / "r.html", None, quiet)
    for width in (1280, 400):
        page = opened_file(browser, tmp_path / "r.html", width, "light")
        assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
        page.close()
