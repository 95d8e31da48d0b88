"""`errata predict`: what it prints, writes and refuses; a real small checkpoint answers."""

import json
from pathlib import Path

import pytest
import torch

from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from models.networks.checkpoint import CheckpointInfo, save_checkpoint
from models.networks.variants import build_classifier, parse_variant
from tests.helpers.curated_folder import trained
from tests.helpers.small_audit import CLASSES
from tests.helpers.typed_command import exit_code


@pytest.fixture(autouse=True)
def checkpoint(workspace: Workspace, audit: Audit) -> None:
    """Two seeds of a training on v1, with random weights."""
    trained(workspace, audit, "simple_cnn", "v1", seeds=2)
    for seed in range(2):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            classifier = build_classifier(parse_variant("simple_cnn"), len(CLASSES))
        path = workspace.runs / f"tiny-simple-cnn-v1-s{seed}" / "checkpoint.safetensors"
        save_checkpoint(path, classifier, CheckpointInfo("simple_cnn", CLASSES, {}, seed))


def test_it_prints_or_writes_the_answers(audit: Audit, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = audit.rows.paths[0]
    assert exit_code("predict", "tiny", image, "--top", 2) == 0
    assert "simple_cnn on v1, mean of 2 seeds: " in capsys.readouterr().out
    assert exit_code("predict", "tiny", image, "--csv", tmp_path / "a.csv", "--json", tmp_path / "a.json") == 0
    assert json.loads((tmp_path / "a.json").read_text())["dataset"] == "tiny"
    assert capsys.readouterr().out == f"written: {tmp_path / 'a.csv'}\nwritten: {tmp_path / 'a.json'}\n"


def test_without_an_image_that_can_be_read(audit: Audit, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text.jpg").write_text("no image")
    assert exit_code("predict", "tiny", tmp_path / "text.jpg", audit.rows.paths[0]) == 0
    assert "text.jpg is not an image that can be read" in capsys.readouterr().out
    assert exit_code("predict", "tiny", tmp_path / "text.jpg", "--csv", tmp_path / "a.csv") == 2
    assert "none of these files is an image that can be read" in capsys.readouterr().err
    assert "text.jpg" in (tmp_path / "a.csv").read_text()


def test_a_path_without_a_file_is_refused_before_models_are_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("app.commands.predict.audited_dataset")  # nothing is looked up
    assert exit_code("predict", "tiny", tmp_path / "gone.jpg") == 2
    assert "there is no file" in capsys.readouterr().err


def test_an_image_of_the_data_set_is_named(audit: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("predict", "tiny", audit.rows.root / "test" / "sea" / "0.png") == 0
    assert "this picture is test/sea/0.png, labelled sea; not judged yet" in capsys.readouterr().out
