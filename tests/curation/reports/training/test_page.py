"""The page of a run's report at every stage of a training; it loads nothing from elsewhere."""

import xml.etree.ElementTree
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.helpers.chromium import needs_chromium, opened_file
from tests.helpers.html_page import EVIL, Page
from tests.helpers.trained_folder import make_rows, make_run, run_report, two_seeds


def test_before_the_first_epoch(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    figures, html = run_report(
        [make_run(tmp_path / "run", rows, losses=(), state="running")], tmp_path / "report", rows
    )
    assert figures["runs"][0]["state"] == "running"
    assert figures["splits"] == {}
    text = Page(html).text
    assert "epoch 0 of 3" in text
    assert "No epoch is finished yet." in text
    assert not (tmp_path / "report" / "curves.svg").exists()


def test_under_way(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    folder = make_run(tmp_path / "run", rows, losses=(2.0,), state="running")
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"epoch": 2, "trai')
    figures, html = run_report([folder], tmp_path / "report", rows)
    page = Page(html)
    assert figures["runs"][0]["epochs"] == 1
    assert "Seed 0 epoch 1 of 3, about 4.0 s left" in page.text
    assert "25.0 % of the validation images are right" in page.text
    assert "10" in page.values("content")  # read again every 10 s
    assert (tmp_path / "report" / "curves.svg").exists()
    assert not (tmp_path / "report" / "confusion.svg").exists()
    for name in ("confusion", "classes", "calibration", "errors", "accuracy"):
        assert f'id="{name}"' not in html


def test_some_seeds_finished_and_one_failed(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    folders = [make_run(tmp_path / "a-s0", rows), make_run(tmp_path / "a-s1", rows, seed=1, state="failed")]
    figures, html = run_report(folders, tmp_path / "report", rows)
    assert figures["splits"]["test"]["seeds"] == 1
    page = Page(html)
    assert "Training failed. No luck" in page.text
    assert "refresh" not in page.values("http-equiv")


def test_the_axis_of_a_run_that_stopped_early_ends_there(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    html = run_report([make_run(tmp_path / "a", rows, losses=(2.0, 1.0))], tmp_path / "one", rows)[1]
    running = make_run(tmp_path / "b", rows, losses=(2.0, 1.0), state="running")
    under_way = run_report([running], tmp_path / "two", rows)[1]
    assert (" 450.0," in html, " 248.0," in html) == (True, False)  # of three epochs planned two were taken
    assert (" 450.0," in under_way, " 248.0," in under_way) == (False, True)


def test_a_run_fitted_in_one_go_has_no_curve_to_show(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    html = run_report([make_run(tmp_path / "run", rows, losses=())], tmp_path / "report", rows)[1]
    assert 'id="curves"' not in html
    assert not (tmp_path / "report" / "curves.svg").exists()


def test_a_class_without_test_images_is_named(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images", ("cat", "dog", "eel"))
    html = run_report([make_run(tmp_path / "run", rows)], tmp_path / "report", rows)[1]
    assert "AUROC leaves out eel: no image has this label." in Page(html).text


def test_many_classes_are_listed_instead_of_drawn(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images", ("cat", "dog", *(f"class {i}" for i in range(19))))
    html = run_report([make_run(tmp_path / "run", rows)], tmp_path / "report", rows)[1]
    assert "Over 20 classes: the commonest confusions" in html
    assert not (tmp_path / "report" / "confusion.svg").exists()


def test_the_page_loads_nothing_and_no_name_becomes_html(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images", (EVIL, 'sea & "sand"'))
    folder = make_run(tmp_path / "run", rows, recipe=EVIL, versions={EVIL: EVIL})
    _, html = run_report([folder], tmp_path / "report", rows)
    page = Page(html)
    assert page.open == []
    assert not page.tags & {"script", "link", "iframe", "object", "embed", "form"}
    assert EVIL not in html
    assert EVIL in page.text
    assert all(value.startswith("data:image/jpeg;base64,") for value in page.values("src"))
    assert all(value[1:] in page.ids for value in page.values("href"))
    assert not any(
        word in html.replace("url(data:font", "") for word in ("http://", "https://", "url(", "@import", str(tmp_path))
    )
    assert "default-src 'none'" in " ".join(page.values("content"))
    for name in ("curves.svg", "confusion.svg"):
        picture = (tmp_path / "report" / name).read_text()
        assert EVIL not in picture
        assert xml.etree.ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_chromium_nothing_is_fetched_and_nothing_is_wider_than_the_page(
    browser: Browser, tmp_path: Path, scheme: str
) -> None:
    folders, rows = two_seeds(tmp_path)
    run_report(folders, tmp_path / "report", rows)
    for width in (1280, 400):
        page = opened_file(browser, tmp_path / "report" / "report.html", width, scheme)
        # No tile's number runs into the next one's.
        assert page.evaluate(
            "[...document.querySelectorAll('.tiles b')].every(number => number.scrollWidth <= number.clientWidth)"
        )
        page.close()
