"""The errors screen in each state, driven without a browser."""

import os
from functools import partial
from urllib.parse import parse_qs

import numpy as np
import pytest
import streamlit as st

from app.screens.errors.confusion import chosen_cell
from app.screens.errors.matrix import matrix
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.figures.predictions import Predictions
from models.files.atomic import write_json
from tests.helpers import app_driver
from tests.helpers.app_driver import pictures, shown, texts
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import ARCHITECTURES, CONFUSED, small_audit, write_status

show = partial(app_driver.show, screen="errors")
WORST = "test/sea/0.png"  # labelled sea, shows a forest
FIRST, SECOND = ARCHITECTURES


def picks(html: str) -> list[dict[str, list[str]]]:
    """Return what each link of a piece of HTML puts into the address."""
    return [parse_qs(part.split('"')[0].replace("&amp;", "&")) for part in html.split('data-pick="')[1:]]


def test_nothing_audited_says_what_to_do(workspace: Workspace) -> None:
    app = show("scenes")
    assert texts(app.subheader) == "Not audited yet"
    assert "which classes each architecture confuses" in texts(app.markdown)
    assert "errata audit scenes" in texts(app.caption)


def test_a_running_audit_is_watched(workspace: Workspace) -> None:
    folder = audit_folder(workspace, "digits")
    write_json(folder / "config.json", {"architectures": list(ARCHITECTURES)})
    write_json(folder / "stages.json", {})
    write_status(folder, "running", f"train {FIRST}", 2, 5)
    assert "Audit running" in texts(show("digits").markdown)


def test_a_matrix_for_each_architecture_and_split(workspace: Workspace, audit: Audit) -> None:
    page = shown(show(split="test"))
    assert page.count("er-matrix ") == 2
    assert f"<h3>{FIRST} <small>91.7% of 12 as given" in page
    assert f"<h3>{SECOND} <small>83.3% of 12 as given" in page
    assert "given sea, predicted forest: 1 image, 25.0 % of those given sea" in page
    assert "beside it 0 to 25%, one scale for all" in page
    assert {"of": [SECOND], "cell": ["2.1"]} in picks(page)
    assert {"of": [FIRST], "cell": ["2.1"]} not in picks(page)  # there is no such image
    assert "94.4% of 18 as given" in shown(show(split="train"))
    assert "Choose a cell" in texts(show(split="train").caption)


def test_a_cell_shows_its_images(workspace: Workspace, audit: Audit) -> None:
    app = show(split="test", of=SECOND, cell="2.1")
    assert pictures(app) == [CONFUSED]
    assert "1 image in test labelled" in shown(app)
    assert ' chosen" style=' in shown(app)
    assert {"screen": ["review"], "image": [CONFUSED]} in picks(shown(app))
    app = show(split="all", of=FIRST, cell="1.1")
    assert len(pictures(app)) == 10
    assert "0 images in test" in shown(show(split="test", of=FIRST, cell="2.1"))


def test_a_cell_that_is_none(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    def chosen(**query: str) -> object:
        monkeypatch.setattr(st, "query_params", query)
        cell = chosen_cell(audit)
        return cell and (cell.architecture.name, cell.given, cell.predicted)

    assert chosen(of=FIRST, cell="1.2") == (FIRST, 1, 2)
    for cell in ("", "1", "9.9", "a.b", "-1.0", "1.1.1"):
        assert chosen(of=FIRST, cell=cell) is None, cell
    assert chosen(of="resnet81", cell="1.1") is None
    assert chosen() is None


def test_the_matrix_escapes_names_and_shades_by_share() -> None:
    html = matrix([[3, 1], [0, 5]], ["<b>", 'a"b'], 0.25, lambda i, j: {"cell": f"{i}.{j}"}, (0, 1))
    assert "<b>" not in html.replace("<b></b>", "")
    assert "&lt;b&gt;" in html
    assert '<td class="same deep" style="--depth:75%" title=' in html
    assert '<td class="other deep chosen" style="--depth:100%" title=' in html
    assert html.count('class="other zero"') == 1


def test_worst_errors(workspace: Workspace, audit: Audit) -> None:
    app = show(errors="worst errors", split="test", architecture=SECOND)
    assert pictures(app) == [WORST, CONFUSED]
    assert "1 of 4 contradicted" in shown(app)
    assert "0 of 4 contradicted" in shown(app)
    assert pictures(show(errors="worst errors", split="test", architecture=FIRST)) == [WORST]


def test_suspicious_labels_with_reasons(workspace: Workspace, audit: Audit) -> None:
    app = show(errors="suspicious labels", split="all")
    assert pictures(app) == [WORST, "train/street/1.png"]
    assert "nobody says sea" in shown(app)
    assert ">wrong</b>" in shown(app)
    assert {"screen": ["review"], "image": [WORST]} in picks(shown(app))
    assert "2 labels, most suspicious first" in texts(app.caption)
    of_pair = show(errors="suspicious labels", split="all", pair="2.0")
    assert pictures(of_pair) == ["train/street/1.png"]
    assert "all pairs" in shown(of_pair)
    assert "None of these labels is suspicious" in texts(
        show(errors="suspicious labels", split="test", pair="2.0").success
    )
    assert pictures(show(errors="suspicious labels", split="all", pair="7.0")) == pictures(app)


def test_disagreements(workspace: Workspace, audit: Audit) -> None:
    app = show(errors="disagreements", split="test")
    assert pictures(app) == [CONFUSED]
    assert "<b>1</b> of 12 images" in shown(app)
    assert f"{FIRST} and {SECOND} 91.7%" in shown(app)
    assert "<b>0</b> of 18 images" in shown(show(errors="disagreements", split="train"))


def test_one_architecture_cannot_disagree(workspace: Workspace, audit: Audit) -> None:
    results = read_json(audit.folder / "results.json")
    results["runs"].pop(SECOND)
    write_json(audit.folder / "results.json", results)
    assert f"--architectures {FIRST},simple_cnn" in texts(show(errors="disagreements").info)


def test_class_pairs(workspace: Workspace, audit: Audit) -> None:
    counts = np.rint(audit.findings.joint).astype(int)
    page = shown(show(errors="class pairs"))
    wrong = counts.sum() - counts.trace()
    assert wrong >= 2
    assert f"The models estimate about {wrong} wrong labels among 30 images" in page
    assert 'labelled <span class="er-given">sea</span>, shows <span class="er-other">forest</span>' in page
    assert {"errors": ["suspicious labels"], "split": ["all"], "pair": ["0.1"]} in picks(page)


def test_in_sample_predictions_say_so(workspace: Workspace) -> None:
    small_audit(workspace, in_sample=True, cams=0)
    assert "In-sample predictions" in texts(show().warning)


def test_files_that_do_not_fit_together(workspace: Workspace, audit: Audit) -> None:
    run = audit.architectures[0].run_folder / "predictions.npz"
    predictions = Predictions.load(run)
    Predictions(predictions.image_ids[:-1], predictions.probs[:-1], None, None).save(run)
    os.utime(audit.folder / "results.json")
    assert "has changed since its last finished audit" in texts(show().error)
