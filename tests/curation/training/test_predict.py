"""Asking trained networks about images: real small checkpoints, hand-made embeddings."""

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

from curation.results.audit import Audit
from curation.results.likeness import likeness
from curation.results.models import trained_models
from curation.training.file_results import FileResult, read_predictions, write_predictions, write_predictions_csv
from curation.training.predict import predict_images
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import write_json
from models.images.decode import read_pixels
from models.images.examples import normalise
from models.jobs.predict_files import predict_files
from models.networks.checkpoint import CheckpointInfo, load_checkpoint, save_checkpoint
from models.networks.variants import build_classifier, parse_variant
from tests.helpers.curated_folder import trained
from tests.helpers.small_audit import ARCHITECTURES, CLASSES, small_audit
from tests.models.cluster.crashing import Faulting


def checkpoint(path: Path, seed: int, classes: tuple[str, ...] = CLASSES) -> Path:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = build_classifier(parse_variant("simple_cnn"), len(classes))
    save_checkpoint(path, classifier, CheckpointInfo("simple_cnn", classes, {}, seed))
    return path


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """An audit with two fold models of its second architecture, and a training with two seeds."""
    workspace = Workspace(tmp_path_factory.mktemp("home"))
    audit = small_audit(workspace, cams=0)
    for fold in range(2):
        checkpoint(audit.architectures[1].run_folder / f"fold-{fold}.safetensors", fold)
    trained(workspace, audit, "simple_cnn", "v1", seeds=2)
    for seed in range(2):
        checkpoint(workspace.runs / f"tiny-simple-cnn-v1-s{seed}" / "checkpoint.safetensors", 10 + seed)
    return audit


@pytest.fixture
def workspace(audit: Audit) -> Workspace:
    return Workspace(audit.folder.parent.parent)


def test_models_of_the_audit_and_of_trainings(workspace: Workspace, audit: Audit) -> None:
    models = trained_models(workspace, "tiny")
    assert [(model.name, model.version, model.about) for model in models] == [
        (ARCHITECTURES[1], "original", "mean of 2 fold models"),
        ("simple_cnn", "v1", "mean of 2 seeds"),
    ]


def test_probabilities_are_the_mean_over_the_networks(audit: Audit, tmp_path: Path) -> None:
    paths = [checkpoint(tmp_path / f"{seed}.safetensors", seed) for seed in range(2)]
    files = [audit.rows.paths[0], audit.rows.paths[7]]
    events: list[tuple[int, int]] = []
    predicted = predict_files(paths, files, lambda done, total: events.append((done, total)))
    expected = []
    for path in paths:
        classifier, info = load_checkpoint(path)
        assert info.input is not None
        pixels = np.stack([read_pixels(file, info.input.size_px, info.input.interpolation) for file in files])
        with torch.no_grad():
            expected.append(classifier(normalise(torch.from_numpy(pixels), info.input)).softmax(1).numpy())
    assert predicted.probs == pytest.approx(np.mean(expected, axis=0), abs=1e-6)
    assert predicted.probs.sum(1) == pytest.approx(1, abs=1e-6)
    assert predicted.classes == CLASSES
    assert predicted.embeddings.shape[0] == 2
    assert events == [(1, 2), (2, 2)]


def test_networks_of_other_classes_are_not_mixed(audit: Audit, tmp_path: Path) -> None:
    paths = [checkpoint(tmp_path / "a.safetensors", 0), checkpoint(tmp_path / "b.safetensors", 0, ("x", "y"))]
    with pytest.raises(ErrataError, match="other classes"):
        predict_files(paths, [audit.rows.paths[0]])
    with pytest.raises(ErrataError, match="no checkpoint"):
        predict_files([], [audit.rows.paths[0]])


def test_every_model_is_asked_and_its_map_drawn(workspace: Workspace, audit: Audit, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no image")
    results = predict_images(workspace, "tiny", [audit.rows.paths[0], broken], top=2, cams=tmp_path / "cams")
    first, second = results
    assert [len(opinion.top) for opinion in first.opinions] == [2, 2]
    assert first.opinions[0].top[0][1] >= first.opinions[0].top[1][1]
    assert all(Path(opinion.cam).is_file() for opinion in first.opinions)
    assert first.size_px == (60, 40)
    assert (first.nearest, first.none_of_these) == ([], None)  # no frozen backbone here
    assert not first.fits_none
    assert "no model of this audit has a frozen backbone" in first.score_missing
    assert "is not an image" in second.problem
    assert second.opinions == []


def test_a_file_that_ends_the_process_that_decodes_it_is_named(
    workspace: Workspace, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, deadly = audit.rows.paths[:2]
    sha256 = hashlib.sha256(deadly.read_bytes()).hexdigest()
    monkeypatch.setattr("curation.training.predict.nothing_known", Faulting(sha256))
    first, second = predict_images(workspace, "tiny", [good, deadly])
    assert (first.problem, len(first.opinions)) == ("", 2)
    assert second.problem == f"{deadly} is an image that ends the process that decodes it; replace it or take it out"
    assert second.opinions == []


def test_results_are_read_back(workspace: Workspace, audit: Audit, tmp_path: Path) -> None:
    results = predict_images(workspace, "tiny", [audit.rows.paths[0]])
    write_predictions(results, "tiny", tmp_path / "r.json")
    assert read_predictions(tmp_path / "r.json") == results
    assert results[0].opinions[0].cam == ""
    write_json(tmp_path / "r.json", {"schema_version": 99})
    with pytest.raises(ErrataError, match="has schema 99, of a newer Errata"):
        read_predictions(tmp_path / "r.json")


def test_the_table_has_a_line_for_each_model(workspace: Workspace, audit: Audit, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"")
    write_predictions_csv(predict_images(workspace, "tiny", [audit.rows.paths[0], broken], top=3), tmp_path / "r.csv")
    lines = list(csv.DictReader((tmp_path / "r.csv").read_text().splitlines()))
    assert [line["model"] or line["problem"][-40:] for line in lines][:2] == [ARCHITECTURES[1], "simple_cnn"]
    assert sum(float(lines[0][f"probability_{k}"]) for k in (1, 2, 3)) == pytest.approx(1, abs=2e-4)
    assert "empty" in lines[2]["problem"]


def test_without_a_model(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    audit = small_audit(workspace, cams=0)
    assert trained_models(workspace, "tiny") == []
    with pytest.raises(ErrataError, match="tiny has no trained model here"):
        predict_images(workspace, "tiny", [audit.rows.paths[0]])


def test_the_nearest_training_images_by_hand(audit: Audit) -> None:
    n = len(audit.rows)
    known = np.eye(n, dtype=np.float32)  # every image a direction of its own
    row = int(np.flatnonzero(audit.rows.splits == "train")[3])
    similar = likeness(audit, known, known[[row]] * 2, 2)
    assert similar.rows[0][0] == row
    assert similar.similarity[0][0] == pytest.approx(1, abs=0.01)
    assert all(audit.rows.splits[neighbour] == "train" for neighbour in similar.rows[0])
    assert similar.none_of_these is None  # 30 images are too few to tell


def test_a_warning_from_half_on() -> None:
    def result(score: float | None) -> bool:
        return FileResult("a", "", "", (1, 1), score, [], [], []).fits_none

    assert [result(score) for score in (None, 0.0, 0.49, 0.5, 1.0)] == [False, False, False, True, True]
