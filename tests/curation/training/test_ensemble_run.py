"""Ensembles as trainings: members taken or made, figures checked against the pure part, wrong requests refused."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curation.datasets.catalog import DatasetSpec
from curation.datasets.opening import open_dataset
from curation.datasets.rows import Rows
from curation.images.keys import rows_key
from curation.images.shared import checked_images
from curation.reports.training.table import run_table
from curation.results.runs import finished_runs
from curation.training.combine import read_members
from curation.training.ensemble_run import run_ensemble
from curation.training.out_of_fold import Material, problem_of, train_out_of_fold
from curation.training.prepared import Prepared
from curation.training.request import TrainRequest
from curation.workspace.cleaning import find_leftovers
from curation.workspace.folders import Workspace
from curation.workspace.stages import OnStage, Stages
from models.errors import ErrataError
from models.figures.metrics import accuracy
from models.figures.predictions import NO_FOLD, Predictions
from models.files.runs import computing, read_status
from models.jobs.ensemble import average, stack
from models.training.config import TrainConfig
from models.training.recipes import OUT_OF_FOLD, Recipe
from tests.helpers.drawn_folder import draw_folder
from tests.helpers.json_file import read_json

MEMBERS = ("simple_cnn", "simple_cnn_tanh")
REQUEST = TrainRequest(Recipe("ensemble", members=MEMBERS), "scenes-ensemble")


@dataclass(frozen=True)
class Finished:
    """A finished ensemble of two members and its inputs; an audit had trained one of the members before."""

    workspace: Workspace
    spec: DatasetSpec
    rows: Rows
    audited: str  # its run
    changed_ns: int  # when it was written
    folder: Path

    def train(self, request: TrainRequest = REQUEST) -> list[Path]:
        return run_ensemble(self.workspace, self.spec, self.rows, request)

    def metrics(self) -> dict[str, Any]:
        return dict(read_json(self.folder / "metrics.json"))

    def runs(self) -> tuple[str, ...]:
        return tuple(read_json(self.folder / "config.json")["members"].values())


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    workspace = Workspace(tmp_path_factory.mktemp("ensembles"))
    spec, rows = open_dataset(str(draw_folder(workspace.root / "drawn-pictures")), workspace, seed=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(OUT_OF_FOLD, "scratch", TrainConfig(epochs=1))
        audited = _as_an_audit_does(workspace, spec, rows)
        changed_ns = (workspace.runs / audited / "fold-0.safetensors").stat().st_mtime_ns
        (folder,) = run_ensemble(workspace, spec, rows, REQUEST)
        yield Finished(workspace, spec, rows, audited, changed_ns, folder)


def _as_an_audit_does(
    workspace: Workspace, spec: DatasetSpec, rows: Rows, name: str = MEMBERS[0], on_stage: OnStage | None = None
) -> str:
    checked, duplicates = checked_images(workspace, spec, rows)
    material = Material(Prepared(workspace, checked), spec.name, rows_key(checked))
    with computing(workspace.runs / "audit-of-a-test", {}) as run:
        problem = problem_of(checked.rows, duplicates.groups, 5, 0)
        return train_out_of_fold(name, problem, material, Stages(run, on_stage))


def test_a_member_of_an_audit_is_taken_as_it_is(finished: Finished) -> None:
    assert finished.audited in finished.runs()
    made = (finished.workspace.runs / finished.audited / "fold-0.safetensors").stat().st_mtime_ns
    assert made == finished.changed_ns


def test_figures_are_those_of_the_pure_part(finished: Finished) -> None:
    checked, duplicates = checked_images(finished.workspace, finished.spec, finished.rows)
    rows, runs = checked.rows, read_json(finished.folder / "config.json")["members"]
    members = read_members(finished.workspace, runs)
    test, train = rows.splits == "test", rows.splits == "train"
    ensemble, mean = stack(members, rows.labels, duplicates.groups, 0).predictions, average(members)
    metrics = finished.metrics()
    assert metrics["test"]["accuracy"] == pytest.approx(accuracy(rows.labels[test], ensemble.probs[test]))
    assert metrics["average"]["accuracy"] == pytest.approx(accuracy(rows.labels[test], mean.probs[test]))
    for name in MEMBERS:
        expected = accuracy(rows.labels[test], members[name].probs[test])
        assert metrics["members"][name]["accuracy"] == pytest.approx(expected)
    assert metrics["out_of_fold"]["ensemble"]["n"] == train.sum()
    assert metrics["out_of_fold"]["ensemble"]["accuracy"] == pytest.approx(
        accuracy(rows.labels[train], ensemble.probs[train])
    )
    assert metrics["val"] is None
    assert metrics["measured"] == "mean of 5 fold models"


def test_the_run_folder_is_like_that_of_any_training(finished: Finished) -> None:
    predictions = Predictions.load(finished.folder / "predictions.npz")
    assert all(str(name).startswith("test/") for name in predictions.image_ids)
    assert predictions.fold is not None
    assert (predictions.fold == NO_FOLD).all()
    status = read_status(finished.folder)
    assert status is not None
    assert status.state == "finished"
    assert finished_runs(finished.workspace, "scenes-ensemble") == [finished.folder]
    (line,) = run_table([finished.folder])
    assert line["variant"] == "ensemble of simple_cnn, simple_cnn_tanh"
    assert line["accuracy"]["mean"] == finished.metrics()["test"]["accuracy"]
    assert not any(leftover.path.name in finished.runs() for leftover in find_leftovers(finished.workspace))


def test_the_report_shows_members_and_no_curve(finished: Finished) -> None:
    folder = finished.workspace.reports / finished.spec.name / "runs" / finished.folder.name.removesuffix("-s0")
    lines = read_json(folder / "report.json")["members"]
    assert [line["name"] for line in lines] == ["ensemble", "average", *MEMBERS]
    assert lines[0]["accuracy"]["mean"] == finished.metrics()["test"]["accuracy"]
    page = (folder / "report.html").read_text()
    assert "test accuracy, mean of 5 fold models" in page
    assert "Learning curves" not in page
    assert "0 of 0" not in page
    assert not (folder / "curves.svg").exists()


def test_a_finished_run_is_not_made_again(finished: Finished) -> None:
    before = (finished.folder / "metrics.json").stat().st_mtime_ns
    turned = replace(REQUEST, recipe=replace(REQUEST.recipe, members=MEMBERS[::-1]))
    assert finished.train() == finished.train(turned) == [finished.folder]
    assert (finished.folder / "metrics.json").stat().st_mtime_ns == before


def test_one_that_was_killed_goes_on(finished: Finished) -> None:
    before = (finished.folder / "metrics.json").read_bytes()
    (finished.folder / "metrics.json").unlink()
    finished.train()
    assert (finished.folder / "metrics.json").read_bytes() == before


def test_members_named_as_runs_give_the_same_figures(finished: Finished) -> None:
    by_name = replace(REQUEST, recipe=replace(REQUEST.recipe, members=finished.runs()), name="ensemble")
    (folder,) = finished.train(by_name)
    assert read_json(folder / "metrics.json")["test"] == finished.metrics()["test"]


def test_fewer_images_are_other_members(finished: Finished) -> None:
    (folder,) = finished.train(replace(REQUEST, recipe=replace(REQUEST.recipe, max_train_images=20)))
    config = read_json(folder / "config.json")
    assert config["images"] == {"train": 20, "val": 0, "test": 22}
    assert not set(config["members"].values()) & set(finished.runs())
    assert read_json(folder / "metrics.json")["out_of_fold"]["ensemble"]["n"] == 20
    assert config["folds"] <= 5
    of_members = read_members(finished.workspace, config["members"])
    assert all(
        int(np.sum(np.not_equal(predictions.fold, NO_FOLD))) == 20
        for predictions in of_members.values()
        if predictions.fold is not None
    )


BAD: dict[str, dict[str, Any]] = {
    "an ensemble needs at least two members, found 1; name them with --members": {"members": ("simple_cnn",)},
    "a member is named twice in --members simple_cnn,simple_cnn": {"members": ("simple_cnn", "simple_cnn")},
    "no architecture 'simple_cn'; did you mean 'simple_cnn'": {"members": ("simple_cn", "simple_cnn")},
    "no cross-validated run 'drawn-x'": {"members": ("drawn-x", "simple_cnn")},
    "--epochs does not reach the members of an ensemble": {"config": TrainConfig(epochs=3)},
    "--size does not reach the members": {"size_px": 64},
}


@pytest.mark.parametrize("message", BAD)
def test_wrong_requests(finished: Finished, message: str) -> None:
    with pytest.raises(ErrataError, match=message):
        finished.train(replace(REQUEST, recipe=replace(REQUEST.recipe, **BAD[message])))


def test_runs_that_can_be_no_members(finished: Finished) -> None:
    def of(*members: str, **changes: Any) -> TrainRequest:
        return replace(REQUEST, recipe=replace(REQUEST.recipe, members=members), **changes)

    with pytest.raises(ErrataError, match="is an ensemble itself; name its members: simple_cnn, simple_cnn_tanh"):
        finished.train(of(finished.folder.name, "simple_cnn"))
    images = next(path.name for path in finished.workspace.runs.glob("images-*"))
    with pytest.raises(ErrataError, match="was not cross-validated"):
        finished.train(of(images, "simple_cnn"))
    with pytest.raises(ErrataError, match="was made from other images or labels"):
        finished.train(of(*finished.runs(), classes=("dots", "waves")))
    with pytest.raises(ErrataError, match="have different folds"):
        finished.train(of(finished.audited, "simple_cnn_tanh", seeds=(3,)))


def test_the_status_of_an_audit_names_the_run_folder_that_it_fills(finished: Finished) -> None:
    filled: set[tuple[str, str]] = set()

    def note(stage: str, _done: int, _total: int) -> None:
        status = read_status(finished.workspace.runs / "audit-of-a-test")
        assert status is not None
        filled.add((stage, status.fills))

    run = _as_an_audit_does(finished.workspace, finished.spec, finished.rows, "cnn3", note)
    assert ("train cnn3", run) in filled
    assert {fills for _, fills in filled} == {"", run}
