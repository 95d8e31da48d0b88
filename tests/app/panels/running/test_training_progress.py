"""How far the seeds of a training are."""

import time

from app.jobs.result import JobResult
from app.panels.running.training_progress import progress_of, started_runs
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from models.files.atomic import write_json, write_text
from tests.helpers.curated_folder import trained
from tests.helpers.json_file import read_json


def test_progress_over_the_seeds(workspace: Workspace, audit: Audit) -> None:
    trained(workspace, audit, "simple_cnn", seeds=2)
    names = ("tiny-simple-cnn-original-s0", "tiny-simple-cnn-original-s1")
    (workspace.runs / names[1] / "metrics.json").unlink()
    write_text(workspace.runs / names[1] / "metrics.jsonl", '{"epoch": 1}\n')
    runs = started_runs(workspace, JobResult("train", runs=(names[1], names[0], "tiny-simple-cnn-original-s2")))
    assert [run.name for run in runs] == list(names)  # by seed, without the one that has not begun
    began = min(run.status.started for run in runs if run.status)
    share, text = progress_of(runs, 2, began, now=began + 30)
    assert share == 0.75  # 2 of 2 epochs and 1 of 2
    assert text == "3 of 4 epochs, about 10 s left"
    assert progress_of(runs, 3, began, now=began + 30) == (0.5, "3 of 6 epochs, about 30 s left")
    assert progress_of([], 2, began) == (0.0, "")


def test_runs_that_were_finished_before_take_no_time(workspace: Workspace, audit: Audit) -> None:
    trained(workspace, audit, "simple_cnn", seeds=2)
    later = time.time() + 1_000
    runs = started_runs(workspace, JobResult("train", runs=("tiny-simple-cnn-original-s0",)))
    assert progress_of(runs, 2, later, now=later + 30) == (0.5, "2 of 4 epochs")  # nothing to reckon with yet
    status = workspace.runs / "tiny-simple-cnn-original-s1" / "status.json"
    write_json(status, {**read_json(status), "started": later})
    (status.parent / "metrics.json").unlink()
    write_text(status.parent / "metrics.jsonl", '{"epoch": 1}\n')
    names = ("tiny-simple-cnn-original-s0", "tiny-simple-cnn-original-s1")
    runs = started_runs(workspace, JobResult("train", runs=names))
    assert progress_of(runs, 2, later, now=later + 30) == (0.75, "3 of 4 epochs, about 30 s left")


def test_an_ensemble_has_no_epochs(workspace: Workspace, audit: Audit) -> None:
    trained(workspace, audit, "simple_cnn")
    folder = workspace.runs / "tiny-simple-cnn-original-s0"
    write_json(folder / "config.json", {**read_json(folder / "config.json"), "config": {"folds": 5}})
    (folder / "metrics.jsonl").unlink()
    assert progress_of(started_runs(workspace, JobResult("train", runs=(folder.name,))), 1, 0.0) == (0.0, "")
