"""One training as a run folder: what it writes, from pixels and from features, and that it goes on after its end."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.errors import ErrataError
from models.figures.curves import read_curve
from models.figures.metrics import evaluate
from models.figures.predictions import NO_FOLD, Predictions
from models.files.runs import read_status
from models.images.examples import Pixels, normalise
from models.images.input_spec import InputSpec
from models.jobs.heads import fit_heads
from models.jobs.trained_run import TrainJob, train_run
from models.networks.checkpoint import load_checkpoint
from models.networks.start import Network
from models.processors.mapped import Held
from models.training.config import TrainConfig
from models.training.fabric import make_fabric
from models.training.predict import infer
from tests.helpers.json_file import read_json

N, SPEC = 60, InputSpec(16, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), "bilinear")
RNG = np.random.default_rng(0)
LABELS = np.arange(N) % 2
PIXELS = (RNG.integers(0, 128, (N, 16, 16, 3)) + 100 * LABELS[:, None, None, None]).astype(np.uint8)
CONFIG = TrainConfig(epochs=3, batch_size=8, precision="float32")


def job(folder: Path, **changes: Any) -> TrainJob:
    """Train cnn3 to tell bright from dark: 40 images to learn from, 8 to choose by, 12 to test."""
    place = np.arange(N)
    images = np.array([f"{i}.png" for i in range(N)])
    whole = TrainJob(
        folder, {"recipe": "tiny"}, Network("cnn3", "scratch", SPEC), CONFIG, 0, ("dark", "bright"), images, LABELS,
        place < 40, (place >= 40) & (place < 48), place >= 48, Held(PIXELS),
    )  # fmt: skip
    return dataclasses.replace(whole, **changes)


def test_what_it_writes_agrees(tmp_path: Path) -> None:
    told: list[int] = []
    training = job(tmp_path / "run")
    assert not training.finished
    train_run(training, lambda: told.append(len(read_curve(training.folder))))
    assert (training.folder / "metrics.json").exists()
    assert told == [1, 2, 3]
    predictions = Predictions.load(training.folder / "predictions.npz")
    assert predictions.image_ids.tolist() == [f"{i}.png" for i in range(40, 60)]
    assert predictions.fold is not None
    assert set(predictions.fold) == {NO_FOLD}
    metrics = read_json(training.folder / "metrics.json")
    assert metrics["val"] == evaluate(LABELS[40:48], predictions.probs[:8], training.classes)
    assert metrics["test"] == evaluate(LABELS[48:], predictions.probs[8:], training.classes)
    assert metrics["test"]["accuracy"] == 1
    assert metrics["images_per_s"] == pytest.approx(40 * 3 / metrics["seconds"])
    classifier, info = load_checkpoint(training.folder / "checkpoint.safetensors")
    assert (info.input, info.classes, info.config) == (SPEC, ("dark", "bright"), CONFIG.to_dict())
    with torch.inference_mode():
        probs = classifier(normalise(torch.from_numpy(PIXELS[40:]), SPEC)).softmax(1).numpy()
    assert np.allclose(probs, predictions.probs, atol=1e-5)
    assert metrics["parameters"] == sum(parameter.numel() for parameter in classifier.parameters())
    best = min(read_curve(training.folder), key=lambda epoch: (epoch["val_loss"], -epoch["epoch"]))
    assert metrics["val"]["log_loss"] == pytest.approx(best["val_loss"], abs=1e-5)


def test_it_moves_no_random_numbers_of_its_caller_and_depends_on_none(tmp_path: Path) -> None:
    files = []
    for name, seed in (("a", 1), ("b", 2)):
        torch.manual_seed(seed)
        state = torch.get_rng_state()
        train_run(job(tmp_path / name))
        assert torch.equal(torch.get_rng_state(), state)
        files.append((tmp_path / name / "checkpoint.safetensors").read_bytes())
    assert files[0] == files[1]


def test_killed_after_its_last_epoch_it_only_predicts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.training.state.SAVE_EVERY_S", 0)
    training = job(tmp_path / "run")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("models.jobs.trained_run.save_checkpoint", killed)
        with pytest.raises(KeyboardInterrupt):
            train_run(training)
    (training.folder / "metrics.jsonl").unlink()
    train_run(training)
    whole = job(tmp_path / "whole")
    train_run(whole)
    metrics, never = (read_json(each.folder / "metrics.json") for each in (training, whole))
    assert metrics["epochs"] == 3
    assert metrics["test"] == never["test"]
    assert metrics["images_per_s"] > 0
    assert [epoch["epoch"] for epoch in read_curve(training.folder)] == [1, 2, 3]


def test_nobody_is_held_out(tmp_path: Path) -> None:
    everyone = np.ones(N, bool)
    training = job(tmp_path / "run", learn=everyone, val=~everyone, test=~everyone)
    train_run(training)
    metrics = read_json(training.folder / "metrics.json")
    assert metrics["val"] is None
    assert metrics["test"] is None
    assert len(Predictions.load(training.folder / "predictions.npz").image_ids) == 0


def test_a_failed_one_says_why(tmp_path: Path) -> None:
    config = dataclasses.replace(CONFIG, optimiser="sgd", peak_lr=1e25, schedule="constant")
    training = job(tmp_path / "run", config=config)
    with pytest.raises(ErrataError, match="the loss became nan"):
        train_run(training)
    status = read_status(training.folder)
    assert status is not None
    assert status.state == "failed"
    assert "at learning rate 1e+25" in status.error
    assert not training.finished


def test_the_head_of_a_frozen_backbone_does_as_well_as_the_exact_one(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, 600)
    plain = (rng.normal(0, 1, (600, 20)) + 1.2 * np.eye(3, 20)[labels]).astype(np.float32)
    views = np.stack([plain, plain + rng.normal(0, 0.1, plain.shape).astype(np.float32)])
    place = np.arange(600)
    learn, val, test = place < 300, (place >= 300) & (place < 350), place >= 350
    config = TrainConfig(40, optimiser="adam", peak_lr=1e-2, weight_decay=0, label_smoothing=0, schedule="constant")
    training = job(
        tmp_path / "run",
        network=Network("efficientnet_lite0", "frozen", dataclasses.replace(SPEC, size_px=32)),
        config=config, classes=("a", "b", "c"), image_ids=place.astype(str), labels=labels, learn=learn, val=val,
        test=test, inputs=Held(views),
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:  # its backbone has 1280 features, these are 20
        patch.setattr("models.jobs.trained_run.save_checkpoint", lambda *_: None)
        train_run(training)
    exact = fit_heads(plain, labels, (learn | val)[None], place, 3, seed=0).probs(plain[test])[0]
    accuracy = read_json(training.folder / "metrics.json")["test"]["accuracy"]
    assert abs(accuracy - (exact.argmax(1) == labels[test]).mean()) < 0.04
    assert accuracy > 0.6


def test_bfloat16_is_said_and_close(tmp_path: Path) -> None:
    training = job(tmp_path / "run", config=dataclasses.replace(CONFIG, precision="bfloat16"))
    train_run(training)
    assert read_json(training.folder / "config.json")["precision"] == "bfloat16"
    assert read_json(training.folder / "metrics.json")["test"]["accuracy"] == 1
    classifier, _ = load_checkpoint(training.folder / "checkpoint.safetensors")
    assert all(value.dtype == torch.float32 for value in classifier.parameters())
    fabric = make_fabric("bfloat16")
    logits, embeddings = infer(classifier, Pixels(PIXELS, SPEC, "none", fabric.device), training.test, fabric)
    assert logits.dtype == embeddings.dtype == np.float32
