"""The page of an audit: no file name becomes HTML, nothing is fetched, every section has its sentences."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from curation.reports.curves import curves_plot
from curation.scoring.findings import judge_labels
from tests.helpers.chromium import needs_chromium, opened_file
from tests.helpers.html_page import EVIL, Page
from tests.helpers.reported_audit import CLASSES, FIRST, GROUPS, SPLITS, make_audit, probs_of, written


def test_a_page_that_needs_nothing_and_takes_no_name_for_html(tmp_path: Path) -> None:
    audit = make_audit(tmp_path, skipped=((f"test/{EVIL}.jpg", "the file is empty & <i>useless</i>"),))
    _, html = written(audit, tmp_path / "report")
    page = Page(html)
    assert page.open == []  # every tag is closed
    assert not page.tags & {"script", "link", "iframe", "object", "embed", "form", "i>useless"}
    assert EVIL not in html
    assert EVIL in page.text  # shown as text
    assert all(value.startswith("data:image/jpeg;base64,") for value in page.values("src"))
    assert all(value[1:] in page.ids for value in page.values("href"))  # links stay on the page
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not any(
        word in html.replace("url(data:font", "") for word in ("http://", "https://", "url(", "@import", str(tmp_path))
    )
    assert "default-src 'none'" in page.values("content")[0]
    assert "prefers-color-scheme: dark" in html
    assert "the file is empty & <i>useless</i>" in page.text
    assert "1 file of 9 took no part in the audit" in page.text


def test_in_sample_predictions_are_warned_of(tmp_path: Path) -> None:
    figures, html = written(make_audit(tmp_path, fold=None, trained=None), tmp_path / "report")
    assert figures["in_sample"]
    assert figures["architectures"][0]["splits"]["test"]["measured"].startswith("in-sample")
    page = Page(html)
    assert "alert" in page.values("role")
    assert "no fold was given with the predictions of net" in page.text
    assert "fold models" not in page.text
    assert "Trained elsewhere" in page.text


def test_no_warning_without_cause(tmp_path: Path) -> None:
    page = Page(written(make_audit(tmp_path), tmp_path / "report")[1])
    assert "alert" not in page.values("role")
    assert "an ensemble" in page.text  # a mean of fold models is not a single model


def test_a_validation_split_stands_between_test_and_train(tmp_path: Path) -> None:
    audit = make_audit(tmp_path, splits=("test", "test", "val", "val", *SPLITS[4:]))
    html = written(audit, tmp_path / "report")[1]
    places = [html.index(f'id="suspects-{split}"') for split in ("test", "val", "train")]
    assert places == sorted(places)


def test_stages_with_their_time_the_report_itself_left_out(tmp_path: Path) -> None:
    figures, html = written(make_audit(tmp_path), tmp_path / "report")
    assert [stage["name"] for stage in figures["stages"]] == ["images", "train net"]
    text = Page(html).text
    assert "reused: done by an earlier command" in text
    assert "all8.0 s 300 MiB 6.0 s in the last command" in text


def test_why_there_is_no_curve(tmp_path: Path) -> None:
    text = Page(written(make_audit(tmp_path, trained="frozen backbone"), tmp_path / "one")[1]).text
    assert "No curve: the backbone is frozen, and each head is a convex fit" in text
    text = Page(written(make_audit(tmp_path, trained="from scratch"), tmp_path / "two")[1]).text
    assert "Its curves are no longer in the run folder." in text
    assert curves_plot({}, "loss", "Loss") == ""


def test_many_classes_are_listed_instead_of_drawn(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    classes = (*CLASSES, *(f"class {i}" for i in range(19)))
    probs = np.zeros((8, 21), np.float32)
    probs[:, :2] = probs_of(FIRST)
    architecture = replace(audit.architectures[0], predictions=replace(audit.architectures[0].predictions, probs=probs))
    rows = replace(audit.rows, classes=classes)
    audit = replace(audit, checked=replace(audit.checked, rows=rows), architectures=(architecture,))
    findings = judge_labels(rows.labels, 21, rows.splits == "train", np.array(GROUPS), {"a": probs}, {})
    audit = replace(audit, findings=findings)
    html = written(audit, tmp_path / "report")[1]
    assert "Over 20 classes: the commonest confusions" in html
    assert 'class="confusion"' not in html


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_chromium_nothing_is_fetched_and_nothing_sticks_out(browser: Browser, tmp_path: Path, scheme: str) -> None:
    audit = make_audit(tmp_path, names=("net", "other"))
    written(audit, tmp_path / "report")
    for width in (1280, 400):
        page = opened_file(browser, tmp_path / "report" / "report.html", width, scheme)
        assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
        # on the diagonal the colour of right predictions, beside it that of confusions, at the same depth
        colour = "cell => { cell.style.setProperty('--depth', '80%'); return getComputedStyle(cell).backgroundColor }"
        right, confused = (page.eval_on_selector(f".confusion .{kind}.deep", colour) for kind in ("same", "other"))
        assert right != confused
        page.close()
