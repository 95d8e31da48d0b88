"""The first list of an audit: shown while other architectures are trained, and gone without a trace afterwards."""

from pathlib import Path

import numpy as np
import pytest

from curation.audit.config import AuditConfig
from curation.audit.first_list import FirstList
from curation.audit.run import run_audit
from curation.datasets.opening import open_dataset
from curation.results.audit import Audit, load_audit
from curation.review.bench import open_bench
from curation.scoring.findings import Findings
from curation.training.out_of_fold import Material, fold_models
from curation.workspace.folders import Workspace
from curation.workspace.stages import Stages
from models.arrays import FloatArray
from models.figures.predictions import Predictions
from models.files.atomic import write_json
from models.jobs.fold import Problem
from tests.helpers.drawn_folder import draw_folder
from tests.helpers.json_file import read_json

FIRST, SECOND = "simple_cnn", "cnn3"
CONFIG = AuditConfig((FIRST, SECOND), cams_per_split=0)


class Trainings:
    """Stands in for trainings: each writes predictions, and notes what the audit shows when it begins."""

    def __init__(self, workspace: Workspace):
        self.workspace = workspace
        self.shown: dict[str, Audit | None] = {}

    def train(self, name: str, problem: Problem, material: Material, stages: Stages) -> str:
        results = self.workspace.runs / "audit-few" / "results.json"
        self.shown[name] = load_audit(self.workspace, "few") if results.exists() else None
        folder = fold_models(name, problem, material).folder
        Predictions(problem.image_ids, probs(len(problem.labels), name), None, problem.fold).save(
            folder / "predictions.npz"
        )
        write_json(folder / "config.json", {"config": {}})
        return folder.name


def probs(n: int, name: str) -> FloatArray:
    numbers = np.random.default_rng(len(name)).random((n, 4))
    shares: FloatArray = (numbers / numbers.sum(1, keepdims=True)).astype(np.float32)
    return shares


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("curation.in_fiftyone.write_audit.write_audit", lambda *_: None)
    monkeypatch.setattr("curation.in_fiftyone.write_audit.write_judgement", lambda *_: True)
    return draw_folder(tmp_path / "few", train=6, test=2)


def audited(pictures: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Trainings:
    trainings = Trainings(Workspace(home))
    monkeypatch.setattr("curation.training.out_of_fold.train_out_of_fold", trainings.train)
    monkeypatch.setattr("curation.training.cam.draw_cams", lambda *_, **__: None)
    run_audit(trainings.workspace, *open_dataset(str(pictures), trainings.workspace, seed=0), CONFIG)
    return trainings


def test_the_list_of_the_first_architecture_is_shown_and_the_last_list_is_the_same(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainings = audited(pictures, tmp_path / "home", monkeypatch)
    first, workspace = trainings.shown[SECOND], trainings.workspace
    assert trainings.shown[FIRST] is None
    assert first is not None
    assert (first.awaited, first.findings.voters) == ((SECOND,), (FIRST,))
    assert not open_bench(workspace, "few", first).queue("test", "suspicion").drawn.any()

    last = load_audit(workspace, "few")
    assert (last.awaited, last.findings.voters) == ((), (SECOND, FIRST))
    monkeypatch.setattr(FirstList, "write", lambda *_: None)
    without = audited(pictures, tmp_path / "without", monkeypatch)
    assert without.shown[SECOND] is None
    folders = [home / "runs" / "audit-few" for home in (tmp_path / "home", tmp_path / "without")]
    first_names, last_names = ({path.name for path in folder.iterdir()} for folder in folders)
    assert first_names == last_names
    assert read_json(folders[0] / "results.json") == read_json(folders[1] / "results.json")
    found, expected = (Findings.load(folder / "findings.npz") for folder in folders)
    np.testing.assert_array_equal(found.label_quality, expected.label_quality)
    keys = [{name: record["key"] for name, record in read_json(folder / "stages.json").items()} for folder in folders]
    assert keys[0].keys() == keys[1].keys()
    assert all(keys[0][name] == keys[1][name] for name in ("images", "problems", "duplicates", "judge"))


def test_an_earlier_list_of_the_same_labels_stays_until_the_last_architecture_has_judged(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainings = audited(pictures, tmp_path / "home", monkeypatch)
    for run in trainings.workspace.runs.glob("few-*"):
        (run / "predictions.npz").rename(run / "kept.npz")

    def train(name: str, problem: Problem, material: Material, stages: Stages) -> str:
        folder = fold_models(name, problem, material).folder
        shown.append(read_json(trainings.workspace.runs / "audit-few" / "results.json").get("awaited"))
        (folder / "kept.npz").rename(folder / "predictions.npz")
        return folder.name

    shown: list[object] = []
    monkeypatch.setattr("curation.training.out_of_fold.train_out_of_fold", train)
    rows = open_dataset(str(pictures), trainings.workspace, seed=0)
    run_audit(trainings.workspace, *rows, CONFIG)
    assert shown == [None, None]
