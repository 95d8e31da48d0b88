"""The Train screen in each state, driven without a browser."""

import os
import time
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.jobs.queue import jobs
from app.jobs.result import record, recording
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.files.atomic import write_json, write_text
from tests.helpers import app_driver
from tests.helpers.app_driver import shown, texts
from tests.helpers.curated_folder import add_verdicts, trained, version
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import ARCHITECTURES, write_status
from tests.helpers.typed_command import exit_code

show = partial(app_driver.show, screen="train")


def begin(workspace: Workspace, place: int = 0) -> Path:
    """Let a job of the queue be under way, computed by this process; return its folder."""
    job = jobs(workspace)[place]
    now = time.time()
    write_json(job.folder / "launch.json", {"pid": os.getpid(), "at": now, "arguments": list(job.arguments)})
    path = workspace.root / "queue" / f"{job.id}.json"
    write_json(path, {**read_json(path), "launched": now})
    write_status(job.folder, "running")
    return job.folder


def test_nothing_audited_says_what_to_do(workspace: Workspace) -> None:
    app = show("scenes")
    assert texts(app.subheader) == "Not audited yet"
    assert "errata audit scenes" in texts(app.caption)


def test_a_running_audit_is_watched(workspace: Workspace) -> None:
    folder = audit_folder(workspace, "digits")
    write_json(folder / "config.json", {"architectures": list(ARCHITECTURES)})
    write_status(folder, "running", "images", 2, 5)
    assert "Audit running" in texts(show("digits").markdown)


def test_nothing_trained_yet(workspace: Workspace, audit: Audit) -> None:
    app = show()
    assert "There is no curated version yet" in texts(app.info)
    assert "There are none yet" in shown(app)
    assert app.multiselect(key="train.architectures").value == list(ARCHITECTURES)
    assert "rough table for two cores" in texts(app.caption)


def test_every_combination_is_one_training(workspace: Workspace, audit: Audit) -> None:
    add_verdicts(workspace)
    version(workspace)
    app = show()
    app.multiselect(key="train.architectures").set_value(["simple_cnn"]).run()
    app.multiselect(key="train.recipes").set_value(["scenes-tanh", "scenes-simple"]).run()
    app.number_input(key="train.seeds").set_value(2).run()
    app.number_input(key="train.epochs").set_value(3).run()
    assert app.button(key="train.start").label == "Add 2 trainings"
    app.button(key="train.start").click().run()
    options = ["--architecture", "simple_cnn", "--version", "v1", "--seeds", "2", "--epochs", "3"]
    assert [job.arguments for job in jobs(workspace)] == [
        ("train", "tiny", "--recipe", recipe, *options) for recipe in ("scenes-tanh", "scenes-simple")
    ]
    page = shown(app)
    assert "scenes-tanh with simple_cnn on v1" in page
    assert "1 before it" in page
    second = jobs(workspace)[1]
    app.button(key=f"queue.cancel-{second.id}").click().run()
    assert [job.state for job in jobs(workspace)] == ["waiting", "cancelled"]


def test_the_same_training_is_added_once(workspace: Workspace, audit: Audit) -> None:
    app = show()
    app.button(key="train.start").click().run()
    app.button(key="train.start").click().run()
    assert len(jobs(workspace)) == len(ARCHITECTURES)
    assert "waits or runs already" in " ".join(str(toast.value) for toast in app.toast)


def test_retrain_and_compare_is_one_click(workspace: Workspace, audit: Audit) -> None:
    add_verdicts(workspace)
    version(workspace)
    trained(workspace, audit, "efficientnet_lite0", "v1", seeds=3)
    app = show()
    app.button(key="train.retrain").click().run()
    command = "train tiny --architecture efficientnet_lite0 --seeds 3"
    assert [" ".join(job.arguments) for job in jobs(workspace)] == [command]  # the training on v1 is finished
    assert "compare" in app.query_params["screen"]
    assert "original,v1" in app.query_params["versions"]


def progress(app: AppTest) -> str:
    """Return the texts of the progress bars."""
    return " ".join(bar.proto.text for bar in app.get("progress"))


def run_under_way(workspace: Workspace, seed: int, epochs: int) -> str:
    """Let a run of four epochs be under way; return the name of its folder."""
    folder = workspace.runs / f"tiny-simple-cnn-00000000-s{seed}"
    config = {"dataset": "tiny", "recipe": "simple_cnn", "seed": seed, "config": {"epochs": 4}, "version": "original"}
    write_json(folder / "config.json", config)
    lines = [f'{{"epoch": {epoch}, "val_accuracy": 0.5, "train_accuracy": 0.75}}\n' for epoch in range(1, epochs + 1)]
    write_text(folder / "metrics.jsonl", "".join(lines))
    write_status(folder, "running", "train", epochs, 4)
    return folder.name


def test_a_running_training_shows_its_curves_and_is_cancelled(workspace: Workspace, audit: Audit) -> None:
    assert exit_code("queue", "train", "tiny", "--architecture", "simple_cnn", "--seed", "5") == 0
    folder = begin(workspace)
    write_text(folder / "log.txt", "train …\n")
    with recording(folder, "train"):
        assert "loading the libraries" in progress(show())  # no run has begun
        record("tiny", runs=[run_under_way(workspace, 5, 1)])
        app = show()
    page = shown(app)
    assert "MB of memory" in page
    assert "accuracy, labels as trained on over epoch" in page
    assert "validation" in page
    assert "1 of 4 epochs" in progress(app)
    assert "train …" in texts(app.code)
    assert "queue.cancel" in " ".join(str(button.key) for button in app.button)


def test_three_seeds_are_three_curves_of_one_progress(workspace: Workspace, audit: Audit) -> None:
    assert exit_code("queue", "train", "tiny", "--architecture", "simple_cnn", "--seeds=3") == 0
    folder = begin(workspace)
    with recording(folder, "train"):
        names = [run_under_way(workspace, seed, epochs) for seed, epochs in ((0, 2), (1, 1))]
        record("tiny", runs=[*names, "tiny-simple-cnn-00000000-s2"])  # the third has not begun
        app = show()
    assert "3 of 12 epochs" in progress(app)
    assert all(f"validation, seed {seed}" in shown(app) for seed in (0, 1))


@pytest.mark.parametrize("text", ["{", "[]", '{"schema_version": 9}'])
def test_a_damaged_result_is_one_sentence_and_hurts_nothing_else(workspace: Workspace, audit: Audit, text: str) -> None:
    exit_code("queue", "train", "tiny", "--architecture", "simple_cnn")
    exit_code("queue", "train", "tiny", "--architecture", "cnn3")
    write_text(begin(workspace) / "result.json", text)
    app = show()
    assert not app.exception
    (error,) = app.error
    assert "result.json" in error.value
    assert "cnn3 on original" in shown(app)
    assert app.button(key="train.start")


def test_a_job_started_before_results_were_kept_is_shown(workspace: Workspace, audit: Audit) -> None:
    exit_code("queue", "train", "tiny", "--architecture", "simple_cnn", "--seeds=3")
    begin(workspace)
    (entry,) = (workspace.root / "queue").glob("*.json")
    write_json(entry, {key: value for key, value in read_json(entry).items() if key != "request"})
    app = show()
    assert not app.exception
    assert not app.error
    assert "simple_cnn on original" in shown(app)
    assert "loading the libraries" in progress(app)


def test_a_training_that_failed_says_why_and_goes_on(workspace: Workspace, audit: Audit) -> None:
    app = show()
    app.multiselect(key="train.architectures").set_value(["simple_cnn"]).run()
    app.button(key="train.start").click().run()
    folder = begin(workspace)
    write_status(folder, "failed", error="the loss is <no> number")
    app = show()
    assert "the loss is &lt;no&gt; number" in shown(app)
    job = jobs(workspace)[0]
    app.button(key=f"queue.resume-{job.id}").click().run()
    assert [(queued.state, queued.arguments) for queued in jobs(workspace)] == [("waiting", job.arguments)]


def test_finished_trainings_stand_in_a_table(workspace: Workspace, audit: Audit) -> None:
    add_verdicts(workspace)
    version(workspace)
    trained(workspace, audit, "simple_cnn", seeds=2)
    trained(workspace, audit, "simple_cnn", "v1")
    page = shown(show())
    assert "<b>91.7%</b> <small>± 0.0%" in page  # 11 of 12
    assert "<td>v1</td>" in page


def test_estimates_come_from_finished_runs(workspace: Workspace, audit: Audit) -> None:
    trained(workspace, audit, "simple_cnn", seeds=2)
    app = show()
    app.multiselect(key="train.architectures").set_value(["simple_cnn"]).run()
    assert "by 2 finished runs here" in texts(app.caption)
