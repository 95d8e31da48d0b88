"""Run folders: what they are, and who refers to them."""

from pathlib import Path

import pytest

from curation.workspace.folders import Workspace
from curation.workspace.run_folders import is_model, listed_runs, run_folders, size_on_disk, used_models
from models.files.atomic import write_json
from models.files.runs import computing
from tests.helpers.small_audit import small_audit


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home")


def test_an_audit_its_models_and_what_it_does_not_name(workspace: Workspace) -> None:
    audit = small_audit(workspace)
    old = workspace.runs / "tiny-efficientnet_lite0-11111111"
    old.mkdir()
    (old / "fold-0.safetensors").write_bytes(b"\1" * 10_000)
    write_json(old / "config.json", {"dataset": "tiny"})
    (workspace.runs / "nothing").mkdir()
    folders = {folder.path.name: folder for folder in run_folders(workspace)}
    assert {name: folder.state for name, folder in folders.items()} == {
        "audit-tiny": "finished",
        "nothing": "empty",
        old.name: "unused",
        **dict.fromkeys((architecture.run_folder.name for architecture in audit.architectures), "used"),
    }
    assert folders[old.name].dataset == "tiny"
    assert folders[old.name].size_bytes >= 10_000
    assert folders[old.name].size_bytes == size_on_disk(old)
    assert abs(folders[old.name].updated - old.stat().st_mtime) < 60


def test_a_training_that_began_with_a_fold_uses_it(workspace: Workspace) -> None:
    fold = workspace.runs / "tiny-a-11111111"
    fold.mkdir(parents=True)
    (fold / "fold-0.safetensors").touch()
    assert used_models(workspace) == set()
    with computing(workspace.runs / "trained", {"network": {"init_from": str(fold / "fold-0.safetensors")}}):
        pass
    assert {folder.path.name: folder.state for folder in run_folders(workspace)} == {
        fold.name: "used",
        "trained": "finished",
    }
    (workspace.runs / "trained" / "predictions.npz").touch()
    assert is_model(fold)
    assert not is_model(workspace.runs / "trained")  # it has a process of its own


def test_what_a_damaged_audit_uses_is_not_called_unused_and_damage_is_listed_by_name(workspace: Workspace) -> None:
    models = [architecture.run_folder.name for architecture in small_audit(workspace).architectures]
    (workspace.runs / "audit-tiny" / "results.json").write_text("{")
    for name in ("tiny-a-11111111-s0", "tiny-2-a-11111111-s0", "tiny-2-a-11111111-s1"):
        write_json(workspace.runs / name / "config.json", {"dataset": name.partition("-a")[0]})
    (workspace.runs / "tiny-a-11111111-s0" / "config.json").write_text("[]")
    (workspace.runs / "tiny-2-a-11111111-s0" / "config.json").write_text("[]")
    states = {folder.path.name: folder.state for folder in listed_runs(workspace, "tiny")}
    damaged = dict.fromkeys(("audit-tiny", "tiny-a-11111111-s0"), "damaged")
    assert states == {**damaged, **dict.fromkeys(models, "unknown")}
    assert [folder.state for folder in listed_runs(workspace, "tiny-2")] == ["damaged", "empty"]
    assert len(listed_runs(workspace)) == len(models) + 4


def test_no_runs(workspace: Workspace) -> None:
    assert run_folders(workspace) == []
    assert size_on_disk(workspace.root / "nowhere") == 0
