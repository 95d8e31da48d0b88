"""The report: its numbers by hand, nothing of a file's name taken for HTML, nothing fetched from anywhere."""

import json
import math
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import Browser

from curation.datasets.catalog import DatasetSpec
from curation.datasets.rows import Rows
from curation.images.checked_rows import CheckedRows
from curation.images.duplicates import Duplicates
from curation.images.problems import CHECKS, ImageProblems
from curation.reports.audit.architectures import share
from curation.reports.audit.write import write_report
from curation.reports.curves import curves_plot
from curation.reports.html import percent, picture, swatch, text
from curation.results.audit import ArchitectureResult, Audit
from curation.results.cam_files import cam_pair
from curation.scoring.findings import find
from curation.scoring.scores import rank, self_confidence
from curation.words import counted
from curation.workspace.stages import StageRecord
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD, Predictions
from models.files.atomic import write_json
from tests.helpers.chromium import needs_chromium, opened_file

EVIL = "<script>alert('1')</script>"
CLASSES = (EVIL, 'sea & "sand"')
SPLITS = ("test",) * 4 + ("train",) * 4
LABELS = (0, 0, 1, 1, 0, 0, 1, 1)
FIRST = (0.9, 0.2, 0.4, 0.7, 0.8, 0.6, 0.1, 0.95)  # probability of class 0: rows 1, 3 and 7 contradict the label
FOLDS = (NO_FOLD,) * 4 + (0, 1, 0, 1)
GROUPS = (0, 1, 2, 3, 3, 1, 4, 5)  # test 1 is train 5, the same label; test 3 is train 4, another label


def probs_of(first: Sequence[float]) -> Any:
    return np.stack([np.array(first), 1 - np.array(first)], 1).astype(np.float32)


def make_audit(
    tmp_path: Path,
    splits: Sequence[str] = SPLITS,
    fold: Sequence[int] | None = FOLDS,
    trained: str | None = "from scratch",
    skipped: tuple[tuple[str, str], ...] = (),
    names: Sequence[str] = ("net",),
) -> Audit:
    """Eight images of two classes; every architecture says the same."""
    root = tmp_path / "images"
    image_ids = [f"{split}/{i}{'<b>' if i == 1 else ''}.png" for i, split in enumerate(splits)]
    for i, image_id in enumerate(image_ids):
        (root / image_id).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 20), (30 * i, 80, 200 - 20 * i)).save(root / image_id)
    n, labels, probs = len(image_ids), np.array(LABELS), probs_of(FIRST)
    rows = Rows(root, CLASSES, np.array(image_ids), labels, np.array(splits))
    sizes = np.tile(np.array([40, 20], np.int64), (n, 1))
    checked = CheckedRows(rows, np.array([f"{i:064x}" for i in range(n)]), np.zeros(n, np.uint64), sizes, skipped)
    exact = np.isin(np.arange(n), (1, 5))
    near = np.isin(np.arange(n), (3, 4))
    folds = None if fold is None else np.array(fold, np.int64)
    architectures = []
    for name in names:
        folder = tmp_path / f"run-{name}"
        if trained:
            config = {"epochs": 2} if trained == "from scratch" else {}
            write_json(folder / "config.json", {"config": config, "versions": {"torch": "2.15"}})
        predictions = Predictions(rows.image_ids, probs, None, folds)
        architectures.append(ArchitectureResult(name, name, folder, predictions, rank(labels, probs), None))
    stages = (
        StageRecord("images", "a", 2.0, 100.0, reused=True),
        StageRecord("train net", "b", 6.0, 300.0, reused=False),
        StageRecord("report", "c", 9.0, 300.0, reused=False),
    )
    learn, opinions = rows.splits == "train", dict.fromkeys(names, probs)
    found = find(labels, len(CLASSES), learn, np.array(GROUPS), opinions, {})
    # The ranking is checked against numbers worked out by hand: those of the probabilities as they are.
    together = rank(labels, probs)
    duplicates = Duplicates(np.array(GROUPS), exact, near)
    settings: dict[str, Any] = {"folds": 2, "seed": 0, "architectures": list(names)}
    return Audit("tiny", tmp_path, settings, checked, duplicates, tuple(architectures), found, together, stages)


def spec_of(audit: Audit) -> DatasetSpec:
    return DatasetSpec("tiny", f"Tiny {EVIL}", "folder", audit.rows.root, "CC0", "nowhere")


def written(audit: Audit, folder: Path) -> tuple[dict[str, Any], str]:
    write_report(audit, spec_of(audit), folder)
    return json.loads((folder / "report.json").read_text()), (folder / "report.html").read_text()


class Page(HTMLParser):
    """What a browser would make of the page."""

    VOID = ("meta", "img", "br", "line", "circle", "polyline", "wbr")

    def __init__(self, html: str):
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.ids: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [value or "" for attribute, value in self.attributes if attribute == name]

    @property
    def said(self) -> str:
        return " ".join("".join(self.words).split())


def test_numbers_by_hand(tmp_path: Path) -> None:
    figures, _ = written(make_audit(tmp_path), tmp_path / "report")
    assert figures["schema_version"] == 1
    assert figures["images"] == 8
    assert figures["splits"]["test"]["images"] == 4
    assert figures["splits"]["test"]["other_label_fits_better"] == 2  # rows 1 and 3
    assert figures["splits"]["train"]["other_label_fits_better"] == 1  # row 7
    assert figures["splits"]["train"]["classes"] == {CLASSES[0]: 2, CLASSES[1]: 2}
    test, train = figures["architectures"][0]["splits"]["test"], figures["architectures"][0]["splits"]["train"]
    assert (test["correct"], test["n"], test["accuracy"]) == (2, 4, 0.5)
    half = math.sqrt(1.96**2 / (4 + 1.96**2)) / 2  # Wilson's interval of a half
    assert (test["low"], test["high"]) == (pytest.approx(0.5 - half, abs=1e-6), pytest.approx(0.5 + half, abs=1e-6))
    assert test["measured"] == "mean of 2 fold models"
    assert (train["correct"], train["n"], train["measured"]) == (3, 4, "out of fold")
    assert figures["architectures"][0]["confusion"]["test"] == [[1, 1], [1, 1]]
    assert figures["architectures"][0]["confusion"]["train"] == [[2, 0], [1, 1]]


def test_suspects_in_order_with_what_each_architecture_says(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    figures, _ = written(audit, tmp_path / "report")
    assert [one["row"] for one in figures["suspects"]["test"]] == [1, 3, 2, 0]
    assert [one["rank"] for one in figures["suspects"]["test"]] == [1, 2, 3, 4]
    first, third = figures["suspects"]["test"][0], figures["suspects"]["test"][2]
    assert (first["label"], first["suggested_label"], first["alternative"]) == (CLASSES[0], CLASSES[1], CLASSES[1])
    assert (first["label_quality"], first["confidence"]) == (0.2, 0.8)
    opinion = {"prediction": CLASSES[1], "confidence": 0.8, "label_probability": 0.2, "alternative_probability": 0.8}
    assert first["architectures"]["net"] == opinion
    assert (third["suggested_label"], third["alternative"]) == (CLASSES[1], CLASSES[0])  # given 1, and 1 fits best
    assert np.allclose(audit.consensus.label_quality, self_confidence(audit.rows.labels, probs_of(FIRST)))  # as it says


def test_duplicates_leaks_and_the_accuracy_without_them(tmp_path: Path) -> None:
    figures, html = written(make_audit(tmp_path), tmp_path / "report")
    found = figures["duplicates"]
    assert (found["images"], found["exact_images"], found["near_images"]) == (4, 2, 2)
    assert (found["conflicting_groups"], found["conflicting_images"], found["leaks"]) == (1, 2, {"test": 2})
    assert [group["rows"] for group in found["groups"]] == [[3, 4], [1, 5]]  # the conflict first
    assert [group["copies"] for group in found["groups"]] == ["near", "exact"]
    test = figures["architectures"][0]["splits"]["test"]
    assert (test["without_leaks"]["correct"], test["without_leaks"]["n"]) == (2, 2)  # rows 0 and 2
    assert "without_leaks" not in figures["architectures"][0]["splits"]["train"]
    said = Page(html).said
    assert "1 group (2 images) with conflicting labels" in said
    assert "leaks: 2 test images with a twin in train" in said
    assert "50.0 % (15.0 to 85.0 %), n = 4" in said
    assert "100.0 %" in said


def test_leaks_of_all_test_images_leave_no_accuracy(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    audit = replace(audit, duplicates=replace(audit.duplicates, groups=np.array([0, 1, 2, 3, 0, 1, 2, 3])))
    figures, _ = written(audit, tmp_path / "report")
    without = figures["architectures"][0]["splits"]["test"]["without_leaks"]
    assert without == {"n": 0, "correct": 0, "accuracy": None, "low": 0.0, "high": 1.0}


def test_a_page_that_needs_nothing_and_takes_no_name_for_html(tmp_path: Path) -> None:
    audit = make_audit(tmp_path, skipped=((f"test/{EVIL}.jpg", "the file is empty & <i>useless</i>"),))
    _, html = written(audit, tmp_path / "report")
    page = Page(html)
    assert page.open == []  # every tag is closed
    assert not page.tags & {"script", "link", "iframe", "object", "embed", "form", "i>useless"}
    assert EVIL not in html
    assert EVIL in page.said  # shown as it is called
    assert all(value.startswith("data:image/jpeg;base64,") for value in page.values("src"))
    assert all(value[1:] in page.ids for value in page.values("href"))  # links stay on the page
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not any(word in html for word in ("http://", "https://", "url(", "@import", str(tmp_path)))
    assert "default-src 'none'" in page.values("content")[0]
    assert "prefers-color-scheme: dark" in html
    assert "the file is empty & <i>useless</i>" in page.said
    assert "1 file of 9 took no part in the audit" in page.said


def test_pictures_are_small_jpegs_and_maps_are_laid_over_them(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    without = written(audit, tmp_path / "one")[1]
    assert without.count("no Grad-CAM map drawn") == 8
    for path in cam_pair(audit, audit.architectures[0], 1):
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.tile(np.arange(40, dtype=np.uint8) * 6, (20, 1))).save(path)
    html = written(audit, tmp_path / "two")[1]
    assert html.count("no Grad-CAM map drawn") == 7
    sources = Page(html).values("src")
    assert len(sources) == 8 + 2 + 4  # eight cards, two maps, two groups of two
    for source in sources:
        with Image.open(BytesIO(b64decode(source.split(",")[1]))) as image:
            assert image.format == "JPEG"
            assert max(image.size) in (112, 128, 168)
            assert image.width == 2 * image.height


def test_a_picture_that_is_gone_is_said_and_loses_no_number(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    audit.rows.paths[1].unlink()
    figures, html = written(audit, tmp_path / "report")
    assert "the file can no longer be read" in html
    assert len(figures["suspects"]["test"]) == 4


def test_a_very_flat_picture(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    Image.new("RGB", (4000, 4)).save(audit.rows.paths[0])
    assert "data:image/jpeg" in written(audit, tmp_path / "report")[1]


def test_in_sample_predictions_are_warned_of(tmp_path: Path) -> None:
    figures, html = written(make_audit(tmp_path, fold=None, trained=None), tmp_path / "report")
    assert figures["in_sample"]
    assert figures["architectures"][0]["splits"]["test"]["measured"].startswith("in-sample")
    page = Page(html)
    assert "alert" in page.values("role")
    assert "no fold was given with the predictions of net" in page.said
    assert "fold models" not in page.said
    assert "Trained elsewhere" in page.said


def test_no_warning_without_cause(tmp_path: Path) -> None:
    page = Page(written(make_audit(tmp_path), tmp_path / "report")[1])
    assert "alert" not in page.values("role")
    assert "an ensemble" in page.said  # a mean of fold models is no single model, and it is said


def test_predictions_from_elsewhere_with_folds(tmp_path: Path) -> None:
    figures, html = written(make_audit(tmp_path, trained=None), tmp_path / "report")
    assert not figures["in_sample"]
    assert figures["architectures"][0]["splits"]["test"]["measured"] == "held out, as its file says"
    assert "an ensemble" not in html


def test_train_only(tmp_path: Path) -> None:
    audit = make_audit(tmp_path, splits=("train",) * 8, fold=(0, 1) * 4)
    figures, html = written(audit, tmp_path / "report")
    assert list(figures["splits"]) == ["train"]
    assert list(figures["suspects"]) == ["train"]
    assert figures["duplicates"]["leaks"] == {}
    said = Page(html).said
    assert "Another label fits better for 3 of 8 train images (37.5 %)." in said
    assert "None: every listed file could be read." in said


def test_a_validation_split_stands_between_test_and_train(tmp_path: Path) -> None:
    audit = make_audit(tmp_path, splits=("test", "test", "val", "val", *SPLITS[4:]))
    html = written(audit, tmp_path / "report")[1]
    places = [html.index(f'id="suspects-{split}"') for split in ("test", "val", "train")]
    assert places == sorted(places)


def test_no_duplicates(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    none = np.zeros(8, bool)
    audit = replace(audit, duplicates=Duplicates(np.arange(8), none, none))
    figures, html = written(audit, tmp_path / "report")
    assert figures["duplicates"]["groups"] == []
    assert "None among 8 images." in Page(html).said


def test_both_images_of_a_pair_stand_side_by_side_with_label_and_split(tmp_path: Path) -> None:
    _, html = written(make_audit(tmp_path), tmp_path / "report")
    section = html[html.index('<section id="duplicates"') :].split("</section>")[0]
    said = Page(section).said
    assert said.index("Conflicting labels 1 group") < said.index("Leaks from train 1 group")
    assert "Other copies" not in said  # both groups are worse than that
    pairs = section.split('class="twins"')[1:]
    assert [pair.count("<img") for pair in pairs] == [2, 2]
    assert all(f">{split}</span>" in pair for pair in pairs for split in ("test", "train"))


def flagged(audit: Audit, **rows: Sequence[int]) -> Audit:
    scores = np.ones((len(audit.rows), len(CHECKS)), np.float32)
    flags = np.zeros(scores.shape, bool)
    for check, own in rows.items():
        flags[list(own), CHECKS.index(check)] = True
        scores[list(own), CHECKS.index(check)] = np.linspace(0.3, 0.1, len(own))
    return replace(audit, problems=ImageProblems(scores, flags))


def test_image_problems_lowest_score_first(tmp_path: Path) -> None:
    figures, html = written(flagged(make_audit(tmp_path), dark=[1, 6], odd_size=[6]), tmp_path / "report")
    found = figures["problems"]
    assert found["images"] == 2
    assert [one["row"] for one in found["checks"]["dark"]] == [6, 1]
    assert found["checks"]["blurry"] == []
    assert found["checks"]["odd_size"][0] | {"score": 0} == {
        "row": 6, "image_id": "train/6.png", "label": CLASSES[1], "split": "train", "size_px": [40, 20], "score": 0,
    }  # fmt: skip
    said = Page(html).said
    assert "2 images of 8: 2 dark and 1 odd size." in said
    assert "train · score 0.10" in said
    assert "train · 40 x 20 px" in said
    assert "Blurry" not in said
    assert "#problems" in Page(html).values("href")


def test_no_image_problems_are_one_line_and_what_is_common_another(tmp_path: Path) -> None:
    audit = flagged(make_audit(tmp_path))
    section = written(audit, tmp_path / "one")[1].split('<section id="problems">')[1].split("</section>")[0]
    assert section.splitlines() == ["<h2>Image problems</h2>", "<p>None among 8 images.</p>"]
    assert audit.problems is not None
    audit.problems.scores[:, CHECKS.index("grayscale")] = 0
    assert "not flagged: grey (8 of 8)" in Page(written(audit, tmp_path / "two")[1]).said


def test_an_audit_that_did_not_look_for_problems_has_no_section(tmp_path: Path) -> None:
    figures, html = written(make_audit(tmp_path), tmp_path / "report")
    assert figures["problems"] is None
    assert 'id="problems"' not in html
    assert "#problems" not in Page(html).values("href")


def test_stages_with_their_time_the_report_itself_left_out(tmp_path: Path) -> None:
    figures, html = written(make_audit(tmp_path), tmp_path / "report")
    assert [stage["name"] for stage in figures["stages"]] == ["images", "train net"]
    said = Page(html).said
    assert "reused: done by an earlier command" in said
    assert "all8.0 s 300 MiB 6.0 s in the last command" in said


def test_hashes_change_with_a_label_or_a_prediction_and_only_then(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    once, again = (written(audit, tmp_path / name)[0]["hashes"] for name in ("one", "two"))
    assert once == again
    rows = replace(audit.rows, labels=1 - audit.rows.labels)
    changed = written(replace(audit, checked=replace(audit.checked, rows=rows)), tmp_path / "three")[0]["hashes"]
    assert changed["images_and_labels"] != once["images_and_labels"]
    assert changed["predictions"] == once["predictions"]


def test_a_name_that_is_no_utf8(tmp_path: Path) -> None:
    audit = make_audit(tmp_path, skipped=(("train/\udcff.jpg", "empty"),))
    figures, html = written(audit, tmp_path / "report")
    assert figures["skipped"][0]["image_id"] == r"train/\udcff.jpg"
    assert r"\udcff.jpg" in html


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    audit = make_audit(tmp_path)
    with pytest.raises(ErrataError, match="cannot write"):
        write_report(audit, spec_of(audit), tmp_path / "file" / "report")


# Known truth


def write_truth(audit: Audit, true_labels: Sequence[str], header: str = "image_id,split,label,true_label,kind") -> None:
    lines = [
        f"{image_id},{split},{label},{true},{'clean' if true == str(label) else 'planted'}"
        for image_id, split, label, true in zip(
            audit.rows.image_ids, audit.rows.splits, audit.rows.labels, true_labels, strict=True
        )
    ]
    (audit.rows.root / "truth.csv").write_text("\n".join([header, *lines]) + "\n")


def plain_names(audit: Audit) -> Audit:
    return replace(audit, checked=replace(audit.checked, rows=replace(audit.rows, classes=("0", "1"))))


def test_known_truth_counts_planted_errors_among_the_first(tmp_path: Path) -> None:
    audit = plain_names(make_audit(tmp_path))
    write_truth(audit, ["0", "1", "0|1", "", "0", "0", "1", "1"])  # test: clean, flipped, ambiguous, no class
    figures, html = written(audit, tmp_path / "report")
    test, train = figures["known_truth"]["test"], figures["known_truth"]["train"]
    assert (test["images"], test["errors"], test["plain"]) == (4, 3, 2)  # of two blended classes the label is one
    assert test["top"]["50"] == {"n": 4, "errors": 3, "plain": 2, "precision": 0.75, "recall": 1.0}
    assert test["kinds"] == {"planted": {"errors": 3, "top_50": 3, "top_100": 3}}
    assert (train["errors"], train["top"]["100"]["recall"]) == (0, None)
    assert "3 of 4 (2 plainly)" in Page(html).said


def test_known_truth_looks_at_the_first_fifty_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.reports.audit.truth.TOPS", (1, 2))
    audit = plain_names(make_audit(tmp_path))
    write_truth(audit, ["1", "1", "1", "1", "0", "0", "1", "1"])  # ranked 1, 3, 2, 0: the first and the last are wrong
    from curation.reports.audit.truth import known_truth

    truth = known_truth(audit)
    assert truth is not None
    assert truth["test"]["errors"] == 2
    assert [truth["test"]["top"][top]["errors"] for top in ("1", "2")] == [1, 1]
    assert [truth["test"]["top"][top]["precision"] for top in ("1", "2")] == [1.0, 0.5]
    assert truth["test"]["kinds"]["planted"] == {"errors": 2, "top_1": 1, "top_2": 1}


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe", b"image_id,split,label\nx,test,0\n"])
def test_another_table_called_truth_is_no_truth(tmp_path: Path, content: bytes) -> None:
    audit = make_audit(tmp_path)
    (audit.rows.root / "truth.csv").write_bytes(content)
    figures, html = written(audit, tmp_path / "report")
    assert figures["known_truth"] is None
    assert 'id="truth"' not in html


def test_truth_of_other_images_is_left_out(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    (audit.rows.root / "truth.csv").write_text("image_id,split,label,true_label,kind\nelse.png,test,0,1,flipped\n")
    figures, html = written(audit, tmp_path / "report")
    assert not figures["known_truth"]
    assert 'id="truth"' not in html


# Curves, charts, pieces


def write_curve(folder: Path, fold: int, losses: Sequence[float]) -> None:
    lines = [
        {"fold": fold, "epoch": i + 1, "train_loss": 1.0, "train_accuracy": 0.5, "val_loss": loss, "val_accuracy": 0.25}
        for i, loss in enumerate(losses)
    ]
    (folder / f"fold-{fold}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_learning_curves_of_each_fold_with_the_epoch_that_was_kept(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    write_curve(audit.architectures[0].run_folder, 0, [2.0, 1.0, 3.0])
    write_curve(audit.architectures[0].run_folder, 1, [math.nan, math.nan, math.nan])  # no inner split
    figures, html = written(audit, tmp_path / "report")
    curves = figures["architectures"][0]["curves"]
    assert [epoch["val_loss"] for epoch in curves["0"]] == [2.0, 1.0, 3.0]
    assert [epoch["val_loss"] for epoch in curves["1"]] == [None, None, None]
    loss = curves_plot(curves, "loss", "Loss")
    assert loss.count('<polyline class="train"') == 2
    assert loss.count('<polyline class="val"') == 1
    assert loss.count("<circle") == 1
    # Epoch 2 of 3: half-way from x = 46 to 450; a loss of 1 on a scale to 3: a third of the way from y = 210 to 14.
    assert '<circle class="val" cx="248.0" cy="144.7"' in loss
    assert "2 folds, a pair of lines each" in Page(html).said


@pytest.mark.parametrize(
    ("last", "ticks"),
    [
        (1, ["1"]),
        (4, ["1", "2", "3", "4"]),
        (14, ["2", "4", "6", "8", "10", "12", "14"]),
        (40, ["1", "5", "10", "15", "20", "25", "30", "35", "40"]),
        (600, ["1", "100", "200", "300", "400", "500", "600"]),
    ],
)
def test_epochs_named_on_the_axis(last: int, ticks: list[str]) -> None:
    curves: dict[str, list[dict[str, float | None]]] = {"0": [{"epoch": last, "val_loss": 1.0}]}
    words = Page(curves_plot(curves, "loss", "Loss")).words
    losses = ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert words[words.index("0") : words.index("epoch")] == losses + ticks


def test_why_there_is_no_curve(tmp_path: Path) -> None:
    said = Page(written(make_audit(tmp_path, trained="frozen backbone"), tmp_path / "one")[1]).said
    assert "No curve: the backbone is frozen, and each head is a convex fit" in said
    said = Page(written(make_audit(tmp_path, trained="from scratch"), tmp_path / "two")[1]).said
    assert "Its curves are no longer in the run folder." in said
    assert curves_plot({}, "loss", "Loss") == ""


def test_many_classes_are_listed_instead_of_drawn(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    classes = (*CLASSES, *(f"class {i}" for i in range(19)))
    probs = np.zeros((8, 21), np.float32)
    probs[:, :2] = probs_of(FIRST)
    one = replace(audit.architectures[0], predictions=replace(audit.architectures[0].predictions, probs=probs))
    rows = replace(audit.rows, classes=classes)
    audit = replace(audit, checked=replace(audit.checked, rows=rows), architectures=(one,))
    audit = replace(audit, findings=find(rows.labels, 21, rows.splits == "train", np.array(GROUPS), {"a": probs}, {}))
    html = written(audit, tmp_path / "report")[1]
    assert "Over 20 classes: the commonest confusions" in html
    assert 'class="confusion"' not in html


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_share_lies_in_its_interval(correct: int, others: int) -> None:
    figures = share(correct, correct + others)
    if correct + others:
        assert 0 <= figures["low"] <= figures["accuracy"] <= figures["high"] <= 1


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_any_text_comes_back_as_it_was(value: str) -> None:
    page = Page(f'<p title="{text(value)}">{text(value)}</p>{swatch(value, [value])}{picture(None, "", value)}')
    assert "".join(page.words) == value * 3
    assert page.values("title") == [value]
    assert page.tags == {"p", "span", "i"}


def test_words() -> None:
    assert counted(1, "image") == "1 image"
    assert counted(2100, "image") == "2,100 images"
    assert percent(0.125) == "12.5 %"
    assert percent(None) == "&ndash;"


# In a browser


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
