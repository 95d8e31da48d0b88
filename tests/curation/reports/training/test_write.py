"""The report of trained runs: its numbers by hand, at every stage of a training, nothing fetched from anywhere."""

import json
import math
import xml.etree.ElementTree
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from curation.datasets.rows import Rows
from curation.reports.curves import curves_plot
from curation.reports.numbers import NOT_KNOWN, duration, mean_number, mean_percent, short_count
from curation.reports.reliability import reliability_plot
from curation.reports.training.summary import split_summary, spread
from curation.reports.training.write import write_run_report
from curation.results.trained import load_run, load_seeds
from models.errors import ErrataError
from models.figures.calibration import reliability_bins
from models.figures.metrics import evaluate
from models.files.atomic import write_json
from tests.helpers.chromium import needs_chromium, opened_file
from tests.helpers.html_page import EVIL, Page
from tests.helpers.trained_folder import SEED_1, make_rows, make_run


def written(folders: list[Path], output: Path, rows: Rows | None = None) -> tuple[dict[str, Any], str]:
    write_run_report(folders, output, rows)
    return json.loads((output / "report.json").read_text()), (output / "report.html").read_text()


def two_seeds(tmp_path: Path) -> tuple[list[Path], Rows]:
    rows = make_rows(tmp_path / "images")
    second = make_run(tmp_path / "tiny-s1", rows, SEED_1, seed=1)
    return [second, make_run(tmp_path / "tiny-s0", rows)], rows


# Numbers


def test_one_run_by_hand(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    figures, html = written([make_run(tmp_path / "tiny-s0", rows)], tmp_path / "report", rows)
    test = figures["splits"]["test"]
    assert (test["n"], test["seeds"]) == (4, 1)
    assert test["accuracy"] == {"mean": 0.5, "std": None}
    assert test["confusion"] == [[1, 1], [1, 1]]
    assert [own["recall"]["mean"] for own in test["per_class"]] == [0.5, 0.5]
    assert test["auroc"]["value"]["mean"] == 0.75  # cats at 0.9 and 0.3, dogs at 0.8 and 0.2: three pairs of four
    assert figures["splits"]["val"]["accuracy"]["mean"] == 1
    assert list(figures["splits"]) == ["test", "val"]
    said = Page(html).said
    assert "50.0 % of 4 test images are predicted as they are labelled." in said
    assert "Mean ± standard deviation" not in said
    assert "15.0 to 85.0 %" in said  # Wilson's interval of 2 of 4
    assert "2 of 4" in said
    assert "1,234" in said


def test_seeds_together_by_hand(tmp_path: Path) -> None:
    folders, rows = two_seeds(tmp_path)
    figures, html = written(folders, tmp_path / "report", rows)
    test = figures["splits"]["test"]
    assert [run["seed"] for run in figures["runs"]] == [0, 1]
    assert test["accuracy"]["mean"] == 0.625
    assert test["accuracy"]["std"] == pytest.approx(np.std([0.5, 0.75], ddof=1))
    assert test["confusion"] == [[3, 1], [2, 2]]
    assert figures["seconds"] == {"mean": 6.5, "std": pytest.approx(math.sqrt(0.5))}
    assert figures["group"] == "tiny"
    said = Page(html).said
    assert "62.5 ± 17.7 % of 4 test images" in said
    assert "Mean ± standard deviation of 2 seeds." in said
    assert "n = 4, the counts of 2 seeds added up" in said


def test_the_surest_errors_first_with_how_many_seeds_are_wrong(tmp_path: Path) -> None:
    folders, rows = two_seeds(tmp_path)
    figures, html = written(folders, tmp_path / "report", rows)
    # Means of the seeds: image 1 is 0.45 a cat, so taken for a dog; image 2 is 0.75 a cat, and a dog by its label.
    assert figures["errors"] == {
        "test": [
            {
                "row": 2,
                "image_id": "test/2.png",
                "label": "dog",
                "prediction": "cat",
                "confidence": 0.75,
                "label_probability": 0.25,
                "wrong": 2,
                "seeds": 2,
            },
            {
                "row": 1,
                "image_id": "test/1.png",
                "label": "cat",
                "prediction": "dog",
                "confidence": 0.55,
                "label_probability": 0.45,
                "wrong": 1,
                "seeds": 2,
            },
        ]
    }
    assert [source[:23] for source in Page(html).values("src")] == ["data:image/jpeg;base64,"] * 2
    assert "label 25 % · 2/2 seeds" in Page(html).said


def test_errors_of_images_that_training_took_from_train_count_as_validation(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    folder = make_run(tmp_path / "tiny-s0", rows, (0.9, 0.8, 0.1, 0.2, 0.3, 0.4))
    taken = replace(rows, splits=np.array(["test"] * 4 + ["train"] * 2))
    figures, _ = written([folder], tmp_path / "report", taken)
    assert {split: [one["row"] for one in own] for split, own in figures["errors"].items()} == {"val": [4]}


def test_a_picture_that_is_gone_is_said(tmp_path: Path) -> None:
    folders, rows = two_seeds(tmp_path)
    rows.paths[2].unlink()
    assert "the file cannot be read" in Page(written(folders, tmp_path / "report", rows)[1]).said


def test_without_rows_there_is_everything_but_the_errors(tmp_path: Path) -> None:
    folders, _ = two_seeds(tmp_path)
    figures, html = written(folders, tmp_path / "report")
    assert figures["errors"] == {}
    assert 'id="errors"' not in html
    assert 'id="confusion"' in html


def test_spread() -> None:
    assert spread([None, 1.0, 3.0]) == {"mean": 2.0, "std": pytest.approx(math.sqrt(2))}
    assert spread([0.5]) == {"mean": 0.5, "std": None}
    assert spread([None]) is None


def test_bins_of_seeds_are_weighted_by_their_counts() -> None:
    labels = np.array([0, 0, 1])
    one = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1]], np.float32)
    other = np.array([[0.9, 0.1], [0.6, 0.4], [0.4, 0.6]], np.float32)
    bins = split_summary([evaluate(labels, probs, ("a", "b")) for probs in (one, other)])["bins"]
    every = reliability_bins(np.tile(labels, 2), np.concatenate([one, other]))
    for own, expected in zip(bins, every, strict=True):
        assert own == {name: pytest.approx(value) for name, value in expected.items()}


def test_a_class_without_test_images_is_named(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images", ("cat", "dog", "eel"))
    html = written([make_run(tmp_path / "run", rows)], tmp_path / "report", rows)[1]
    assert "AUROC leaves out eel: no image carries it." in Page(html).said


def test_words() -> None:
    assert mean_percent({"mean": 0.8157, "std": 0.0031}) == "81.6 ± 0.3 %"
    assert mean_percent({"mean": 0.8157, "std": None}) == "81.6 %"
    assert mean_percent(None) == mean_number(None, 3) == NOT_KNOWN
    assert mean_number({"mean": 1234.5678, "std": 0.5}, 2) == "1,234.57 ± 0.50"
    assert [duration(value) for value in (1.25, 161.2, 3600)] == ["1.2 s", "161 s", "60 min"]
    assert [short_count(n) for n in (999, 72_918, 999_999, 23_500_000, 2_000_000_000)] == [
        "999",
        "72.9k",
        "1M",
        "23.5M",
        "2,000M",
    ]


# A training under way


def test_before_the_first_epoch(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    figures, html = written([make_run(tmp_path / "run", rows, losses=(), state="running")], tmp_path / "report", rows)
    assert figures["runs"][0]["state"] == "running"
    assert figures["splits"] == {}
    said = Page(html).said
    assert "epoch 0 of 3" in said
    assert "No epoch is finished yet." in said
    assert not (tmp_path / "report" / "curves.svg").exists()


def test_under_way(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    folder = make_run(tmp_path / "run", rows, losses=(2.0,), state="running")
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"epoch": 2, "trai')
    figures, html = written([folder], tmp_path / "report", rows)
    page = Page(html)
    assert figures["runs"][0]["epochs"] == 1
    assert "Seed 0 epoch 1 of 3, about 4.0 s left" in page.said
    assert "25.0 % of the validation images are right" in page.said
    assert "10" in page.values("content")  # read again every 10 s
    assert (tmp_path / "report" / "curves.svg").exists()
    assert not (tmp_path / "report" / "confusion.svg").exists()
    for name in ("confusion", "classes", "calibration", "errors", "accuracy"):
        assert f'id="{name}"' not in html


def test_some_seeds_finished_and_one_failed(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    folders = [make_run(tmp_path / "a-s0", rows), make_run(tmp_path / "a-s1", rows, seed=1, state="failed")]
    figures, html = written(folders, tmp_path / "report", rows)
    assert figures["splits"]["test"]["seeds"] == 1
    page = Page(html)
    assert "Training failed. No luck" in page.said
    assert "refresh" not in page.values("http-equiv")


def test_no_validation_images(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    folder = make_run(tmp_path / "run", rows, losses=(None, None, None))
    metrics = json.loads((folder / "metrics.json").read_text())
    nothing = evaluate(np.zeros(0, np.int64), np.zeros((0, 2), np.float32), rows.classes)
    write_json(folder / "metrics.json", {**metrics, "val": nothing})
    assert list(written([folder], tmp_path / "report", rows)[0]["splits"]) == ["test"]
    write_json(folder / "metrics.json", {**metrics, "val": None})
    figures, html = written([folder], tmp_path / "report", rows)
    assert list(figures["splits"]) == ["test"]
    assert "3 of 3" in Page(html).said  # the last epoch is kept


def test_an_axis_stands_still_while_epochs_are_added() -> None:
    epochs: list[dict[str, float | None]] = [
        {"epoch": 1, "train_loss": 2.0, "val_loss": 2.0},
        {"epoch": 2, "train_loss": 1.0, "val_loss": 1.0},
    ]
    names = {"train": "training", "val": "validation"}
    # Epoch 2 of 3: half-way from x = 46 to 450.
    assert 'points="46.0,' in curves_plot({"0": epochs}, "loss", "Loss", "seed", names, 3)
    assert " 248.0," in curves_plot({"0": epochs}, "loss", "Loss", "seed", names, 3)
    assert " 450.0," in curves_plot({"0": epochs}, "loss", "Loss", "seed", names, 0)
    assert curves_plot({"0": epochs[:1]}, "loss", "Loss", "seed", names).count("<circle") == 2  # lines of one point


def test_the_axis_of_a_run_that_stopped_early_ends_there(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    html = written([make_run(tmp_path / "a", rows, losses=(2.0, 1.0))], tmp_path / "one", rows)[1]
    running = make_run(tmp_path / "b", rows, losses=(2.0, 1.0), state="running")
    under_way = written([running], tmp_path / "two", rows)[1]
    assert (" 450.0," in html, " 248.0," in html) == (True, False)  # of three epochs planned two were taken
    assert (" 450.0," in under_way, " 248.0," in under_way) == (False, True)


def test_a_run_fitted_in_one_go_has_no_curve_to_show(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    html = written([make_run(tmp_path / "run", rows, losses=())], tmp_path / "report", rows)[1]
    assert 'id="curves"' not in html
    assert not (tmp_path / "report" / "curves.svg").exists()


# The page and its pictures


def test_a_page_that_needs_nothing_and_takes_no_name_for_html(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images", (EVIL, 'sea & "sand"'))
    folder = make_run(tmp_path / "run", rows, recipe=EVIL, versions={EVIL: EVIL})
    _, html = written([folder], tmp_path / "report", rows)
    page = Page(html)
    assert page.open == []
    assert not page.tags & {"script", "link", "iframe", "object", "embed", "form"}
    assert EVIL not in html
    assert EVIL in page.said
    assert all(value.startswith("data:image/jpeg;base64,") for value in page.values("src"))
    assert all(value[1:] in page.ids for value in page.values("href"))
    assert not any(word in html for word in ("http://", "https://", "url(", "@import", str(tmp_path)))
    assert "default-src 'none'" in " ".join(page.values("content"))
    for name in ("curves.svg", "confusion.svg"):
        picture = (tmp_path / "report" / name).read_text()
        assert EVIL not in picture
        assert xml.etree.ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"


def test_pictures_hold_the_numbers(tmp_path: Path) -> None:
    folders, rows = two_seeds(tmp_path)
    written(folders, tmp_path / "report", rows)
    confusion = xml.etree.ElementTree.parse(tmp_path / "report" / "confusion.svg").getroot()
    shown = [element.text for element in confusion.iter("{http://www.w3.org/2000/svg}text")]
    assert shown == [
        *("test images, n = 4, 2 seeds added up", "given ↓ predicted →", "cat", "dog"),
        *("cat", "3", "1", "dog", "2", "2"),
    ]
    depths = [float(box.get("fill-opacity", 0)) for box in confusion.iter() if box.get("fill-opacity")]
    assert depths == pytest.approx([0.45 * 0.75, 0.75 * 0.5, 0.75, 0.45 * 0.5], abs=1e-3)
    curves = (tmp_path / "report" / "curves.svg").read_text()
    assert curves.count('<polyline class="train"') == curves.count('<polyline class="val"') == 4  # 2 seeds, 2 plots


def test_many_classes_are_listed_instead_of_drawn(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images", ("cat", "dog", *(f"class {i}" for i in range(19))))
    html = written([make_run(tmp_path / "run", rows)], tmp_path / "report", rows)[1]
    assert "Over 20 classes: the commonest confusions" in html
    assert not (tmp_path / "report" / "confusion.svg").exists()


def test_reliability_by_hand() -> None:
    bins: list[dict[str, Any]] = [
        {"low": 0.0, "high": 0.5, "n": 0, "confidence": None, "accuracy": None},
        {"low": 0.5, "high": 1.0, "n": 4, "confidence": 0.75, "accuracy": 0.5},
    ]
    drawn = reliability_plot(bins, 1, "test images")
    # A square of 300 px from (66, 12): a confidence of 0.75 lies at 66 + 225, an accuracy of 0.5 at 12 + 150.
    assert '<circle class="dot" cx="291.0" cy="162.0"' in drawn
    assert drawn.count("<circle") == drawn.count("<rect") == 1
    assert "confidence 50 to 100 %: 4 predictions, 50.0 % right" in drawn
    assert drawn != reliability_plot(bins, 2, "test images")  # the same images twice: a wider interval


# Bad input


def test_bad_run_folders(tmp_path: Path) -> None:
    rows = make_rows(tmp_path / "images")
    run, twin = make_run(tmp_path / "a-s0", rows), make_run(tmp_path / "b-s0", rows)
    other = make_run(tmp_path / "a-s1", rows, seed=1, config={"epochs": 9})
    with pytest.raises(ErrataError, match="no run folder is given"):
        load_seeds([])
    with pytest.raises(ErrataError, match="holds no run"):
        load_run(tmp_path)
    with pytest.raises(ErrataError, match="a-s0 and b-s0 have the same seed 0"):
        load_seeds([run, twin])
    with pytest.raises(ErrataError, match="a-s0 and a-s1 are no seeds of one recipe: their config differs"):
        load_seeds([other, run])
    with pytest.raises(ErrataError, match="predicts 2 classes, the data set has 3"):
        write_run_report([run], tmp_path / "report", replace(rows, classes=("a", "b", "c")))
    (run / "metrics.json").write_text("{")
    with pytest.raises(ErrataError, match="damaged"):
        load_run(run)


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = make_run(tmp_path / "run", make_rows(tmp_path / "images"))
    with pytest.raises(ErrataError, match="cannot write"):
        write_run_report([folder], tmp_path / "file" / "report")


# In a browser


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_chromium_nothing_is_fetched_and_nothing_sticks_out(browser: Browser, tmp_path: Path, scheme: str) -> None:
    folders, rows = two_seeds(tmp_path)
    written(folders, tmp_path / "report", rows)
    for width in (1280, 400):
        page = opened_file(browser, tmp_path / "report" / "report.html", width, scheme)
        # No tile's number runs into the next one's.
        assert page.evaluate(
            "[...document.querySelectorAll('.tiles b')].every(one => one.scrollWidth <= one.clientWidth)"
        )
        page.close()
