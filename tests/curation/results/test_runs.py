"""Trained runs by name or recipe."""

import os
from pathlib import Path

import pytest

from curation.results.runs import find_checkpoint, finished_runs
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.trained_folder import make_rows, make_run


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Two finished runs of a recipe, one of another data set, and one that failed."""
    workspace, rows = Workspace(tmp_path / "home"), make_rows(tmp_path / "pets")
    kinds = [
        ("pets-source-1-s0", "landmarks-source", "pets", "finished"),
        ("pets-source-1-s1", "landmarks-source", "pets", "finished"),
        ("zoo-simple-2-s0", "scenes-simple", "zoo", "finished"),
        ("pets-simple-3-s0", "scenes-simple", "pets", "failed"),
    ]
    for age, (name, recipe, dataset, state) in enumerate(kinds):
        folder = make_run(workspace.runs / name, rows, state=state, recipe=recipe, dataset=dataset)
        if state == "finished":
            (folder / "checkpoint.safetensors").touch()
            os.utime(folder / "metrics.json", (age, 1000 - age))  # the first is the newest
    (workspace.runs / "pets-simple_cnn-4").mkdir()
    (workspace.runs / "pets-simple_cnn-4" / "fold-0.safetensors").touch()
    return workspace


def test_finished_runs_the_newest_last(workspace: Workspace) -> None:
    def names(**wanted: str) -> list[str]:
        return [folder.name for folder in finished_runs(workspace, **wanted)]

    assert names() == ["zoo-simple-2-s0", "pets-source-1-s1", "pets-source-1-s0"]
    assert names(recipe="landmarks-source") == ["pets-source-1-s1", "pets-source-1-s0"]
    assert names(dataset="zoo") == ["zoo-simple-2-s0"]
    assert names(recipe="scenes-simple", dataset="pets") == []


def test_a_damaged_training_is_told_of_its_own_data_set_only(workspace: Workspace) -> None:
    (workspace.runs / "pets-2-simple-5-s0").mkdir()
    for file in ("metrics.json", "config.json"):
        (workspace.runs / "pets-2-simple-5-s0" / file).write_text("{")
    with pytest.raises(ErrataError, match="damaged"):  # nobody knows of a data set pets-2
        finished_runs(workspace, dataset="pets")
    (workspace.runs / "audit-pets-2").mkdir()
    (workspace.runs / "audit-pets-2" / "results.json").touch()
    assert len(finished_runs(workspace, dataset="pets")) == 2
    assert len(finished_runs(workspace)) == 3
    with pytest.raises(ErrataError, match="damaged"):
        finished_runs(workspace, dataset="pets-2")


def test_a_checkpoint_by_run_or_recipe(workspace: Workspace) -> None:
    assert find_checkpoint(workspace, "zoo-simple-2-s0") == workspace.runs / "zoo-simple-2-s0/checkpoint.safetensors"
    newest = workspace.runs / "pets-source-1-s0" / "checkpoint.safetensors"
    assert find_checkpoint(workspace, "landmarks-source") == newest
    fold = workspace.runs / "pets-simple_cnn-4" / "fold-0.safetensors"
    assert find_checkpoint(workspace, "pets-simple_cnn-4") == fold


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("zoo-simpel-2-s0", "no run with a checkpoint 'zoo-simpel-2-s0'; did you mean 'zoo-simple-2-s0'"),
        ("pets-simple-3-s0", "no run with a checkpoint 'pets-simple-3-s0'"),  # it failed
        ("scenes-tanh", "no finished run of recipe scenes-tanh to start from; run: errata train NAME --recipe scenes-"),
        ("../runs", "is not a name"),
        ("", "is not a name"),
    ],
)
def test_what_there_is_not(workspace: Workspace, name: str, message: str) -> None:
    with pytest.raises(ErrataError) as error:
        find_checkpoint(workspace, name)
    assert message in str(error.value)
