"""The page and the JSON of a comparison."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from curation.comparison.board import read_board
from curation.comparison.figures import comparison_figures
from curation.comparison.pages.image_rows import Pictures
from curation.comparison.pages.job import compare_folder, comparison, write_comparison
from curation.comparison.pages.write import comparison_page
from curation.results.audit import load_audit
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.figures.metrics import wilson_interval
from models.files.runs import computing, read_status
from tests.helpers.compared_runs import NAME, STRONG, STRONG_V1, WEAK, compared_runs, trained_run


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return compared_runs(tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def figures(workspace: Workspace) -> dict[str, Any]:
    return comparison(workspace, NAME)[1]


class Page(HTMLParser):
    """Every tag is closed in its order; what it holds as text, and what it would load."""

    VOID = frozenset({"meta", "img", "br", "wbr"})

    def __init__(self, html: str):
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.loads: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page(figures: dict[str, Any]) -> Page:
    return Page(comparison_page(figures, Markup(), Pictures()))


def test_figures_by_hand(figures: dict[str, Any], workspace: Workspace) -> None:
    assert figures["images"] == {"n": 10, "of": 12, "left_out": {"none-of-these": 1, "unsure": 1}}
    strong, retrained, weak = figures["contestants"]
    assert [one["name"] for one in figures["contestants"]] == [STRONG, STRONG_V1, WEAK]
    own = strong["on"]["v1"]
    assert own["each"] == [1.0, 0.9]
    assert own["correct"] == [10, 9]
    assert own["accuracy"]["mean"] == pytest.approx(0.95)
    assert (own["low"], own["high"]) == pytest.approx(wilson_interval(9.5, 10))
    assert (strong["parameters"], strong["size_mb"], strong["speed"]) == (1_250_000, 5.0, None)
    assert strong["seconds"]["mean"] == 6.5
    assert [run["kept_epoch"] for run in strong["runs"]] == [2, 2]
    version = figures["versions"][1]
    split = load_version(workspace, NAME, "v1")
    assert (version["sha256"], version["changed"], version["several"]) == (split.sha256, 2, 1)
    assert retrained["split_sha256"] == split.sha256
    # The weak network by v1: forest 1 taken for the sea, sea 0 (a forest now) too; 2 of 4 forests are found.
    forest = next(one for one in weak["on"]["v1"]["per_class"] if one["class"] == "forest")
    assert forest["support"] == 4
    assert forest["f1"]["mean"] == pytest.approx(2 * 2 / (2 + 4))


def test_json_holds_all_of_it_and_reads_back(figures: dict[str, Any]) -> None:
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures


def test_the_page_says_it_and_loads_nothing(figures: dict[str, Any]) -> None:
    own = page(figures)
    said = " ".join("".join(own.text).split())
    for words in (
        "By the labels of v1, scenes-lite0-frozen, trained on v1 is right most often: 100.0 % of 10 test images",
        "All figures are of the same 10 of 12 test images; 1 none-of-these, 1 unsure leave every column",
        "By the labels of v1, 1 image may be any of several classes",
        "The labels as given pick scenes-simple, the labels of v1 scenes-lite0-frozen",
        "of 2 fixed labels, proposed by this architecture",
        "accuracy without the fixes that it alone proposed",
        "too few",
        "errata train tiny --recipe scenes-simple --size 32 --epochs 3 --version v1",
        "3 of 10 compared images were judged by 1 reviewer: 2 drawn at random and 1 because a label looked suspicious",
        "33 % were judged blind",
        "The networks differ on 3 images of 10",
    ):
        assert words in said, words
    assert all(load.startswith("#") for load in own.loads)


def test_names_from_files_are_escaped(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path, reviewed=False)
    trained_run(workspace, "tiny-evil-4", 0, {}, recipe="<script>alert(1)</script>", config={"<b>": "<i>"})
    html = comparison_page(comparison(workspace, NAME)[1], Markup(), Pictures())
    assert "learned from an earlier state" in html  # this one alone
    assert html.count("learned from an earlier state") == 1
    assert "<script" not in html
    assert "<b>:" not in html
    assert "&lt;script&gt;" in html


def test_one_network_on_one_version(workspace: Workspace) -> None:
    figures = comparison(workspace, NAME, (WEAK,), ("original",))[1]
    own = page(figures)
    assert "#pairs" not in own.loads
    assert "#changed" not in own.loads
    assert figures["review"] == {}


def test_files_are_written_as_a_run(workspace: Workspace, tmp_path: Path) -> None:
    told: list[str] = []
    html, file = tmp_path / "c.html", tmp_path / "c.json"
    figures = write_comparison(workspace, NAME, (), (), html, file, lambda stage, *_: told.append(stage))
    assert json.loads(file.read_text()) == figures
    text = html.read_text()
    assert len(re.findall(r'src="data:image/jpeg', text)) == 3  # the three images on which they differ
    assert "no map drawn" in text  # these runs have no checkpoint
    status = read_status(compare_folder(workspace, NAME))
    assert status is not None
    assert status.state == "finished"
    with computing(compare_folder(workspace, NAME), {}), pytest.raises(ErrataError, match="already being computed"):
        write_comparison(workspace, NAME, (), (), html, None, lambda *_: None)


def test_speed_is_shown_once_it_was_measured(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path, reviewed=False)
    about = {"ms_per_image": 12.34, "batch_size": 16, "device": "cpu", "threads": 2}
    (workspace.runs / f"{WEAK}-s0" / "speed.json").write_text(json.dumps(about))
    figures = comparison_figures(workspace, read_board(workspace, NAME), load_audit(workspace, NAME))
    assert figures["contestants"][1]["speed"] == about
    said = "".join(page(figures).text)
    assert "12.3 ms" in said
    assert "cpu, 2 threads, batch of 16" in said
    assert "not measured" in said  # the other one
