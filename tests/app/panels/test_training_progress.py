"""How far the seeds of a training are."""

from app.jobs.result import JobResult
from app.panels.training_progress import progress_of, started_runs
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from models.files.atomic import write_text
from tests.helpers.curated_folder import trained


def test_progress_over_the_seeds(workspace: Workspace, audit: Audit) -> None:
    trained(workspace, audit, "simple_cnn", seeds=2)
    names = ("tiny-simple-cnn-original-s0", "tiny-simple-cnn-original-s1")
    (workspace.runs / names[1] / "metrics.json").unlink()
    write_text(workspace.runs / names[1] / "metrics.jsonl", '{"epoch": 1}\n')
    runs = started_runs(workspace, JobResult("train", runs=(names[1], names[0], "tiny-simple-cnn-original-s2")))
    assert [run.name for run in runs] == list(names)  # by seed, without the one that has not begun
    began = min(run.status.started for run in runs if run.status)
    share, text = progress_of(runs, 2, now=began + 30)
    assert share == 0.75  # 2 of 2 epochs and 1 of 2
    assert text == "3 of 4 epochs, about 10 s left"
    assert progress_of(runs, 3, now=began + 30)[1].startswith("3 of 6 epochs")
    assert progress_of([], 2) == (0.0, "")
