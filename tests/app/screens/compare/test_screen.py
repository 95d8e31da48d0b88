"""The Compare screen in each state, driven without a browser."""

import os
import re
import time
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.screens.compare.loaded import compared
from app.screens.compare.sections import sections_html, style_html
from curation.comparison.pages.job import compare_folder, write_comparison
from curation.training.cam_drawing import drawing_folder
from curation.workspace.folders import Workspace
from models.files.atomic import write_json
from tests.helpers import app_driver
from tests.helpers.app_driver import ran, texts
from tests.helpers.compared_runs import NAME, STRONG, WEAK, compared_runs, trained_run
from tests.helpers.small_audit import small_audit

show = partial(app_driver.show, screen="compare")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, list[str]]]:
    """What would be started as processes of their own."""
    started: list[tuple[Path, list[str]]] = []

    def start(folder: Path, arguments: list[str], _request: object = None) -> None:
        started.append((folder, list(arguments)))

    monkeypatch.setattr("app.screens.compare.report.start", start)
    monkeypatch.setattr("app.jobs.drawing.start", start)
    return started


def shown(app: AppTest) -> str:
    """Return what the sections say, without tags."""
    html = "\n".join(str(element.proto.body) for element in app.html if "er-compare" in str(element.proto.body))
    return " ".join(re.sub(r"<[^>]*>", "", html[html.find('<div class="er-compare"') :]).split())


def columns(app: AppTest) -> int:
    html = next(str(element.proto.body) for element in app.html if 'class="columns"' in str(element.proto.body))
    return html.count('class="who"')


def test_nothing_audited(workspace: Workspace) -> None:
    app = show(dataset="scenes")
    assert texts(app.subheader) == "Not audited yet"
    assert "Networks are compared on" in texts(app.markdown)


def test_nothing_trained(workspace: Workspace) -> None:
    small_audit(workspace, NAME, cams=0)
    app = show()
    text = shown(app)
    assert "Architectures of the audit" in text
    assert "efficientnet_lite0: +8.3 points" in text  # 11 and 10 of 12 by the labels as given
    assert "not distinguishable" in text
    assert text.count("mean of 3 fold models") == 2
    assert f"errata train {NAME} --recipe" in texts(app.caption)
    for part in ("the choice", "classes", "calibration", "images"):
        assert not show(compare=part).exception
    app.button(key="compare.train").click()
    assert "After a review" in app_driver.shown(ran(app))  # the screen for training


def test_labels_as_given_alone_say_what_is_missing(workspace: Workspace) -> None:
    compared_runs(workspace.root, reviewed=False)
    app = show()
    assert "Make another one under Splits" in texts(app.info)
    assert "By the labels as given it is right for 91.7 % of 12 test images" in shown(app)


def test_both_versions_side_by_side(workspace: Workspace) -> None:
    compared_runs(workspace.root)
    app = show()
    text = shown(app)
    assert "scenes-lite0-frozen, trained on v1: +5.0 points" in text
    assert "By the labels of v1 it is right for 100.0 % of 10 test images" in text
    assert "the difference may be chance" in text
    assert "Too few looks were drawn at random" in text
    assert "All figures are of the same 10 of 12 test images" in text
    assert "3 of 10 compared images were judged by 1 reviewer" in text
    assert columns(app) == 3
    assert "efficientnet_lite0: " in text  # the audit's architectures stand below, by themselves
    assert "not compared with one" in text
    assert not app.info
    assert not app.error


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("the choice", "The labels as given pick scenes-simple, the labels of v1 scenes-lite0-frozen."),
        ("what changed", "trained on originaltested on v1"),
        ("classes", "Rows are the labels of v1."),
        ("calibration", "mean distance from the line"),
        ("curves", "validation images choose the epoch"),
    ],
)
def test_parts_in_the_address(workspace: Workspace, part: str, words: str) -> None:
    compared_runs(workspace.root)
    assert words in shown(show(compare=part))


def test_a_link_chooses_runs_and_versions(workspace: Workspace) -> None:
    compared_runs(workspace.root)
    app = show(runs=f"{STRONG},{WEAK}-s0", versions="original")
    assert columns(app) == 2
    assert "labels of v1" not in shown(app)
    assert app.multiselect(key=f"compare.runs-{NAME}").value == [STRONG, WEAK]
    assert columns(show(runs="simple_cnn")) == 1  # an architecture, as the command takes it


def test_a_choice_goes_into_the_address(workspace: Workspace) -> None:
    compared_runs(workspace.root)
    app = show()
    app.multiselect(key=f"compare.runs-{NAME}").set_value([WEAK])
    ran(app)
    assert app.query_params["runs"] in (WEAK, [WEAK])
    assert columns(app) == 1
    app.multiselect(key=f"compare.runs-{NAME}").set_value([])
    ran(app)
    assert "runs" not in app.query_params
    assert columns(app) == 3


def test_unknown_runs_in_a_link_are_said(workspace: Workspace) -> None:
    compared_runs(workspace.root)
    app = show(runs=f"{WEAK},nobody")
    assert columns(app) == 1
    assert "no trained run 'nobody'" in texts(app.warning)


def test_runs_that_have_no_image_in_common(workspace: Workspace) -> None:
    compared_runs(workspace.root, reviewed=False)
    trained_run(workspace, "tiny-other-44444444", 0, {}, "other", names=["test/sea/0.png"])
    trained_run(workspace, "tiny-third-55555555", 0, {}, "third", names=["test/sea/1.png"])
    assert "no test image is left to compare on" in texts(show().error)


def test_the_report_is_written_and_handed_out(workspace: Workspace, started: list[tuple[Path, list[str]]]) -> None:
    compared_runs(workspace.root)
    app = show(runs=f"{STRONG},{WEAK}")
    app.button(key="compare.write").click()
    ran(app)
    folder, arguments = started[0]
    assert folder == compare_folder(workspace, NAME)
    assert arguments[:6] == ["compare", NAME, "--runs", f"{STRONG},{WEAK}", "--versions", "original,v1"]
    html, file = Path(arguments[7]), Path(arguments[9])
    write_comparison(workspace, NAME, (STRONG, WEAK), ("original", "v1"), html, file, lambda *_: None)
    app = show(runs=f"{STRONG},{WEAK}")
    assert [button.proto.label for button in app.get("download_button")] == ["Page", "JSON"]
    assert not [button for button in app.button if button.key == "compare.write"]
    assert [button for button in show(runs=WEAK).button if button.key == "compare.write"]  # another comparison


def test_a_report_that_failed_says_why(workspace: Workspace) -> None:
    compared_runs(workspace.root)
    now = time.time()
    status = {"state": "failed", "pid": os.getpid(), "started": now, "updated": now, "error": "the disk is full"}
    write_json(compare_folder(workspace, NAME) / "status.json", status)
    assert "The report failed: the disk is full" in texts(show().error)


def test_one_report_and_one_drawing_at_a_time(workspace: Workspace) -> None:
    compared_runs(workspace.root)
    (workspace.runs / f"{STRONG}-s0" / "checkpoint.safetensors").touch()
    now = time.time()
    for folder in (compare_folder(workspace, NAME), drawing_folder(workspace, NAME)):
        write_json(
            folder / "status.json", {"state": "running", "pid": os.getpid(), "started": now, "updated": now, "total": 2}
        )
    app = show(compare="images")
    assert app.button(key="compare.write").disabled
    assert app.button(key="compare.draw").disabled


def test_images_and_their_maps(workspace: Workspace, started: list[tuple[Path, list[str]]]) -> None:
    compared_runs(workspace.root)
    (workspace.runs / f"{STRONG}-s0" / "checkpoint.safetensors").touch()
    app = show(compare="images")
    assert "3 images of 10 on which the networks differ" in texts(app.caption)
    assert "no map drawn" in shown(app)
    button = app.button(key="compare.draw")
    assert button.label == "Draw 3 Grad-CAM maps"  # the other runs have no network to look into
    button.click()
    ran(app)
    images = ["test/forest/1.png", "test/sea/0.png", "test/street/0.png"]
    assert started == [(drawing_folder(workspace, NAME), ["draw", NAME, *images, "--runs", STRONG])]
    app.segmented_control(key="compare.which").set_value("only where labels changed")
    ran(app)
    assert "2 images of 10 on which the networks differ, with a changed label" in texts(app.caption)


def test_one_network_differs_from_nobody(workspace: Workspace) -> None:
    compared_runs(workspace.root)
    assert "One network alone" in texts(show(compare="images", runs=WEAK).info)


def test_a_run_that_ends_is_seen_at_once(workspace: Workspace) -> None:
    compared_runs(workspace.root)
    assert columns(show()) == 3
    trained_run(workspace, "tiny-new-44444444", 0, {}, "new")
    assert columns(show()) == 4


def test_drawings_become_images_and_styles_stay_inside(workspace: Workspace) -> None:
    compared_runs(workspace.root)
    figures = compared(workspace, NAME, (), ()).figures
    from curation.comparison.pages.sections import calibration_section, compared_section, curves_section

    html = sections_html([compared_section(figures), calibration_section(figures), curves_section(figures)])
    assert "<svg" not in html
    # an interval for each network and version, a plot of its calibration for each network, two of learning curves
    assert html.count("data:image/svg+xml") == 3 * 2 + 3 + 2
    assert html.count('alt="75.0 %, 95 % interval 44.2 to 91.9 %"') == 1
    assert style_html().startswith("<style>.er-compare {")
