"""The page of a comparison: what it says, and that it loads nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup
from playwright.sync_api import Browser

from curation.comparison.board import read_board
from curation.comparison.figures import comparison_figures
from curation.comparison.pages.image_rows import Pictures
from curation.comparison.pages.job import comparison, write_comparison
from curation.comparison.pages.write import STYLES, comparison_page
from curation.handover.report import write_share_report
from curation.reports.curves import curves_plot
from curation.reports.frame import Section, page, style_sheet
from curation.results.audit import load_audit
from curation.workspace.folders import Workspace
from tests.helpers.chromium import needs_chromium, opened_file
from tests.helpers.compared_runs import NAME, WEAK, compared_runs, trained_run
from tests.helpers.html_page import Page
from tests.helpers.transferred_runs import TARGET, transferred_runs


def read_page(figures: dict[str, Any]) -> Page:
    return Page(comparison_page(figures, Markup(), Pictures()))


def test_the_page_says_it_and_loads_nothing(workspace: Workspace) -> None:
    figures = comparison(workspace, NAME)[1]
    page = read_page(figures)
    text = page.text
    for words in (
        "scenes-lite0-frozen, trained on v1: +5.0 points (",
        ", p = 1.000, not distinguishable) over scenes-lite0-frozen",
        "All figures are of the same 10 of 12 test images; left out everywhere: 1 none-of-these, 1 unsure.",
        "By the labels of v1, 1 image may be any of several classes",
        "The labels as given pick scenes-simple, the labels of v1 scenes-lite0-frozen",
        "of 2 labels that v1 corrects",
        "accuracy without the fixes that it alone proposed",
        "Too few looks were drawn at random",
        "errata train tiny --recipe scenes-simple --size 32 --epochs 3 --version v1",
        "3 of 10 compared images were judged by 1 reviewer: 2 drawn at random and 1 because a label looked suspicious",
        "33 % were judged blind",
        "The networks differ on 3 images of 10",
    ):
        assert words in text, words
    assert page.open == []
    assert page.values("src") == []
    assert all(link.startswith("#") for link in page.values("href"))


def test_names_from_files_are_escaped(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path, reviewed=False)
    trained_run(workspace, "tiny-evil-4", 0, {}, recipe="<script>alert(1)</script>", config={"<b>": "<i>"})
    html = comparison_page(comparison(workspace, NAME)[1], Markup(), Pictures())
    assert "learned from an earlier state" in html
    assert html.count("learned from an earlier state") == 1
    assert "<script" not in html
    assert "<b>:" not in html
    assert "&lt;script&gt;" in html


def test_one_network_on_one_version(workspace: Workspace) -> None:
    figures = comparison(workspace, NAME, (WEAK,), ("original",))[1]
    page = read_page(figures)
    assert "#pairs" not in page.values("href")
    assert "#changed" not in page.values("href")
    assert figures["review"] == {}


def test_speed_is_shown_once_it_was_measured(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path, reviewed=False)
    speed = {"ms_per_image": 12.34, "batch_size": 16, "device": "cpu", "threads": 2}
    (workspace.runs / f"{WEAK}-s0" / "speed.json").write_text(json.dumps(speed))
    figures = comparison_figures(workspace, read_board(workspace, NAME), load_audit(workspace, NAME))
    assert figures["contestants"][1]["speed"] == speed
    text = read_page(figures).text
    assert "12.3 ms" in text
    assert "cpu, 2 threads, batch of 16" in text
    assert "not measured" in text


def test_the_page_shows_before_and_after(tmp_path: Path) -> None:
    workspace, html = transferred_runs(tmp_path / "home"), tmp_path / "c.html"
    write_comparison(workspace, NAME, (TARGET, WEAK), (), html, None, lambda *_: None)
    text = html.read_text()
    assert text.count('class="before"') == 2  # the two images on which both differ
    assert text.count("<span>before: <b>") == 2
    before = text.split('class="before"')[1]
    assert before.startswith('><div class="frame"><img src="data:image/jpeg')
    write_share_report(workspace, NAME, html, None, lambda *_: None)
    assert html.read_text().count("<span>before: <b>") == 2  # in the report of everything too


@pytest.mark.browser
@needs_chromium
def test_curves_of_an_audit_are_seen_in_the_style_of_a_comparison(browser: Browser, tmp_path: Path) -> None:
    """The shared report holds both: each of its curves has a colour."""
    epochs: list[dict[str, float | None]] = [{"epoch": i, "train_loss": 1 / i, "val_loss": 2 / i} for i in (1, 2, 3)]
    curves = Section("curves", "Learning curves", curves_plot({"0": epochs}, "loss", "Loss"))
    (tmp_path / "page.html").write_text(page("t", "report", "", [curves], style_sheet(*STYLES)))
    opened = opened_file(browser, tmp_path / "page.html", 1280, "light")
    stroke = "[...document.querySelectorAll('.curves polyline')].map(line => getComputedStyle(line).stroke)"
    assert opened.evaluate(stroke) == ["rgb(168, 58, 26)", "rgb(11, 102, 115)"]
    opened.close()
