"""The Train screen in each state, driven without a browser."""

import os
import time
from functools import partial
from pathlib import Path

from app.jobs.queue import jobs
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.files.atomic import read_json, write_json, write_text
from tests.helpers import app_driver
from tests.helpers.app_driver import shown, texts
from tests.helpers.curated_folder import judge, trained, version
from tests.helpers.small_audit import ARCHITECTURES, write_status

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
    assert "None yet" in shown(app)
    assert app.multiselect(key="train.architectures").value == list(ARCHITECTURES)
    assert "rough table for two cores" in texts(app.caption)


def test_every_combination_is_one_training(workspace: Workspace, audit: Audit) -> None:
    judge(workspace)
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
    assert "waits or runs already" in " ".join(str(one.value) for one in app.toast)


def test_retrain_and_compare_is_one_click(workspace: Workspace, audit: Audit) -> None:
    judge(workspace)
    version(workspace)
    trained(workspace, audit, "efficientnet_lite0", "v1", seeds=3)
    app = show()
    app.button(key="train.retrain").click().run()
    own = "train tiny --architecture efficientnet_lite0 --seeds 3"
    assert [" ".join(job.arguments) for job in jobs(workspace)] == [own]  # that on v1 is finished
    assert "compare" in app.query_params["screen"]
    assert "original,v1" in app.query_params["versions"]


def test_a_running_training_shows_its_curves_and_is_cancelled(workspace: Workspace, audit: Audit) -> None:
    app = show()
    app.button(key="train.start").click().run()
    folder = begin(workspace, 1)  # simple_cnn_norm_dropout
    run = workspace.runs / "tiny-simple-cnn-norm-dr-0-s0"
    write_json(
        run / "config.json",
        {
            "dataset": "tiny", "recipe": ARCHITECTURES[1], "architecture": ARCHITECTURES[1], "mode": "scratch",
            "seed": 0, "config": {"epochs": 4}, "version": "original",
        },
    )  # fmt: skip
    write_text(run / "metrics.jsonl", '{"epoch": 1, "val_accuracy": 0.5, "train_accuracy": 0.75}\n')
    write_status(run, "running", "train", 1, 4)
    write_text(folder / "log.txt", "train …\n")
    app = show()
    page = shown(app)
    assert "MB of memory" in page
    assert "accuracy, labels as trained on over epoch" in page
    assert "validation" in page
    assert "train …" in texts(app.code)
    assert "queue.cancel" in " ".join(str(button.key) for button in app.button)


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
    assert [(one.state, one.arguments) for one in jobs(workspace)] == [("waiting", job.arguments)]


def test_finished_trainings_stand_in_a_table(workspace: Workspace, audit: Audit) -> None:
    judge(workspace)
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
