"""The Predict screen in each state, driven without a browser."""

import os
import time
from dataclasses import replace
from functools import partial

import pytest

from app.html_parts.markdown import plain
from app.screens.predict.run import prediction_folder, results_of, start_prediction
from app.screens.predict.view import result_html, summary
from curation.results.audit import Audit
from curation.training.file_results import FileResult, KnownImage, Neighbour, Opinion, write_predictions
from curation.training.uploads import Upload
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.errors import ErrataError
from models.files.atomic import write_json, write_text
from tests.helpers import app_driver
from tests.helpers.app_driver import shown, texts
from tests.helpers.small_audit import ARCHITECTURES, small_audit, write_status

show = partial(app_driver.show, screen="predict")


@pytest.fixture
def audit(workspace: Workspace) -> Audit:
    """An audit with models, as far as the app can tell."""
    audit = small_audit(workspace, cams=0)
    (audit.architectures[0].run_folder / "fold-0.safetensors").touch()
    return audit


def result(audit: Audit) -> FileResult:
    top = [("<sea>", 0.75), ("forest", 0.25)]
    opinions = [
        Opinion("lite", "mean of 3 fold models", "lite", "original", top, ""),
        Opinion("cnn", "one seed", "cnn", "v1", [("forest", 0.6), ("<sea>", 0.4)], ""),
    ]
    near = [Neighbour("train/sea/0.png", "sea", 0.9)]
    known = [KnownImage("test/sea/0.png", "test", "sea", "relabel forest", True)]
    return FileResult(str(audit.rows.paths[0]), "", "0" * 64, (60, 40), 0.75, opinions, near, known)


def test_nothing_audited_says_what_to_do(workspace: Workspace) -> None:
    assert texts(show("scenes").subheader) == "Not audited yet"


def test_a_running_audit_is_watched(workspace: Workspace) -> None:
    folder = audit_folder(workspace, "digits")
    write_json(folder / "config.json", {"architectures": list(ARCHITECTURES)})
    write_status(folder, "running", "images", 2, 5)
    assert "Audit running" in texts(show("digits").markdown)


def test_without_a_model_the_way_leads_to_training(workspace: Workspace) -> None:
    small_audit(workspace, cams=0)
    app = show()
    assert texts(app.subheader) == "No trained model yet"
    app.button(key="predict.train").click().run()
    assert "train" in app.query_params["screen"]


def test_limits_are_said_before(workspace: Workspace, audit: Audit) -> None:
    app = show()
    assert app.button(key="predict.start").disabled
    assert app.button(key="predict.start").label == f"Ask {plain(ARCHITECTURES[0])}"
    uploader = app.get("file_uploader")[0]
    assert "at most 20 at a time, 10 MB and 25 megapixels each" in uploader.proto.label


def test_uploads_start_a_process(workspace: Workspace, audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("app.screens.predict.run.start", lambda folder, arguments: started.append(arguments))
    upload = Upload("a b.png", audit.rows.paths[0].read_bytes())
    folder = prediction_folder(workspace, start_prediction(workspace, "tiny", [upload]))
    assert started[0][:3] == ["predict", "tiny", str(folder / "images" / "01-a-b.png")]
    assert (folder / "images" / "01-a-b.png").exists()


def test_a_file_that_is_refused_does_not_hold_up_the_others(
    workspace: Workspace, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("app.screens.predict.run.start", lambda folder, arguments: started.append(arguments))
    good = Upload("good.png", audit.rows.paths[0].read_bytes())
    folder = prediction_folder(workspace, start_prediction(workspace, "tiny", [Upload("bad.jpg", b"x"), good]))
    assert started[0][2:4] == [str(folder / "images" / "02-good.png"), "--json"]
    write_predictions([result(audit)], "tiny", folder / "predictions.json")
    assert [found.problem[:23] for found in results_of(folder)] == ["", "bad.jpg is not an image"]
    write_text(folder / "predictions.csv", "file\n")
    write_status(folder, "finished")
    page = shown(show(prediction=folder.name.removeprefix("predict-")))
    assert "bad.jpg is not an image that can be read" in page
    assert "<b>1</b><span>not read" in page


def test_what_is_refused_starts_nothing(workspace: Workspace, audit: Audit) -> None:
    with pytest.raises(ErrataError, match="is not an image"):
        start_prediction(workspace, "tiny", [Upload("a.png", b"x")])
    assert not list((workspace.root / "jobs").glob("*"))


def test_old_predictions_are_forgotten(workspace: Workspace, audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.screens.predict.run.start", lambda folder, arguments: None)
    monkeypatch.setattr("app.screens.predict.run.KEPT", 2)
    upload = Upload("a.png", audit.rows.paths[0].read_bytes())
    names = [start_prediction(workspace, "tiny", [upload]) for _ in range(4)]
    assert [prediction_folder(workspace, name).exists() for name in names] == [False, False, True, True]
    assert "is no longer kept" in texts(show(prediction=names[0]).info)


def test_a_running_prediction_is_watched(workspace: Workspace, audit: Audit) -> None:
    folder = prediction_folder(workspace, "abc")
    write_json(folder / "launch.json", {"pid": os.getpid(), "at": time.time(), "arguments": []})
    write_status(folder, "running")
    assert show(prediction="abc").button(key="predict.job.cancel").label == "Cancel"


def test_a_failed_prediction_says_why(workspace: Workspace, audit: Audit) -> None:
    folder = prediction_folder(workspace, "abc")
    write_status(folder, "failed", error="the checkpoint is damaged")
    assert "The prediction failed: the checkpoint is damaged" in texts(show(prediction="abc").error)


def test_a_name_in_the_address_that_leaves_the_folder(workspace: Workspace, audit: Audit) -> None:
    assert "is not a name" in texts(show(prediction="../../x").error)


def test_results_side_by_side(workspace: Workspace, audit: Audit) -> None:
    folder = prediction_folder(workspace, "abc")
    write_predictions([result(audit)], "tiny", folder / "predictions.json")
    write_text(folder / "predictions.csv", "file\n")
    write_status(folder, "finished")
    app = show(prediction="abc")
    page = shown(app)
    for words in (
        "Most likely none of these classes",
        "This picture is in the data set",
        "verdict: relabel forest",
        "none of these",
        "score 0.75",
        "&lt;sea&gt;",
        "mean of 3 fold models",
        "labels of v1",
    ):
        assert words in page
    assert page.count("data:image/jpeg") == 3  # the image, its neighbour and its copy
    assert "<b>1</b><span>on which the models differ" in page
    assert {button.proto.label for button in app.get("download_button")} == {"CSV", "JSON"}


def test_an_image_that_could_not_be_read(audit: Audit) -> None:
    bad = replace(result(audit), problem="it is <broken>", opinions=[], nearest=[], none_of_these=None)
    assert "it is &lt;broken&gt;" in result_html(bad, audit.rows.root)
    assert "<b>0</b><span>images" in summary([bad])


def test_the_classes_share_what_none_of_these_leaves(audit: Audit) -> None:
    strange = result(audit)
    assert strange.shares(strange.opinions[0]) == [("<sea>", 0.75 * 0.25), ("forest", 0.25 * 0.25)]
    usual = replace(strange, none_of_these=0.02)
    assert usual.shares(usual.opinions[0]) == usual.opinions[0].top
    unknown = replace(strange, none_of_these=None, score_missing="no backbone looked")
    assert unknown.shares(unknown.opinions[0]) == unknown.opinions[0].top
    assert "is not known: no backbone looked" in result_html(unknown, audit.rows.root)


def test_nothing_is_known_before_the_end(workspace: Workspace) -> None:
    assert results_of(prediction_folder(workspace, "abc")) == []
