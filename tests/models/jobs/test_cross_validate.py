"""Out-of-fold predictions: nobody sees what it is asked about, and a killed run goes on."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

import models.jobs.fold as module
from models.arrays import ByteArray, FloatArray
from models.figures.curves import read_curves
from models.figures.folds import assign_folds
from models.figures.predictions import NO_FOLD, Predictions
from models.images.examples import Pixels
from models.images.input_spec import InputSpec
from models.jobs.cross_validate import (
    cross_validate_heads,
    cross_validate_network,
    held_out_probs,
    train_folds,
)
from models.jobs.fold import Problem
from models.networks.architectures import ARCHITECTURES, Architecture, Classifier
from models.networks.checkpoint import load_checkpoint
from models.networks.pretrained import Weights
from models.training.config import TrainConfig
from models.training.fabric import make_fabric
from models.training.loop import train
from models.training.predict import infer

CLASSES = ("dark", "bright", "striped")
N, N_TRAIN, F = 90, 72, 3
FABRIC = make_fabric()
CONFIG = TrainConfig(epochs=2, batch_size=16, peak_lr=0.01)


def _tiny(n_classes: int, _size_px: int) -> Classifier:
    backbone = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 5), nn.Dropout(0.2))
    return Classifier(backbone, nn.Linear(5, n_classes))


@pytest.fixture(autouse=True)
def _tiny_architecture(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = InputSpec(8, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), "bilinear")
    entry = Architecture(
        _tiny, lambda classifier: classifier.backbone.get_submodule("0"), spec, "a test", min_size_px=8
    )
    monkeypatch.setitem(ARCHITECTURES, "tiny", entry)


def problem(seed: int = 0) -> tuple[Problem, ByteArray]:
    """72 training and 18 test images of three kinds of noise, each third one with a duplicate."""
    rng = np.random.default_rng(seed)
    labels = np.arange(N) // 2 % 3
    groups = np.where(np.arange(N) % 6 == 1, np.arange(N) - 1, np.arange(N))
    pixels = rng.integers(0, 120, (N, 8, 8, 3))
    pixels[labels == 1] += 110
    pixels[labels == 2, :, ::2] += 110
    fold = np.full(N, NO_FOLD)
    fold[:N_TRAIN] = assign_folds(labels[:N_TRAIN], groups[:N_TRAIN], CLASSES, F, seed)
    ids = np.array([f"train/{i}.png" for i in range(N)])
    return Problem(ids, labels, CLASSES, fold, groups, seed), pixels.astype(np.uint8)


def features(pixels: ByteArray) -> FloatArray:
    return np.asarray(pixels.mean(3, dtype=np.float32)).reshape(N, -1)


def with_label(task: Problem, row: int) -> Problem:
    """Return the problem with another label for one row."""
    labels = task.labels.copy()
    labels[row] = (labels[row] + 1) % 3
    return replace(task, labels=labels)


def counted(monkeypatch: pytest.MonkeyPatch, fail_at: int | None = None) -> list[int]:
    """Count the folds that are trained; stop as a killed process would at one of them."""
    real: Callable[..., Any] = train
    folds: list[int] = []

    def counting(*arguments: Any, **options: Any) -> Any:
        fold = arguments[6] % 1000  # the last digits of its seed
        if fold == fail_at:
            raise KeyboardInterrupt
        folds.append(fold)
        return real(*arguments, **options)

    monkeypatch.setattr(module, "train", counting)
    return folds


def equal(first: Predictions, second: Predictions) -> bool:
    assert first.embeddings is not None
    assert second.embeddings is not None
    return np.array_equal(first.probs, second.probs) and np.array_equal(first.embeddings, second.embeddings)


def test_network_predictions_have_a_row_for_every_image(tmp_path: Path) -> None:
    task, pixels = problem()
    predictions = cross_validate_network(
        "tiny", task, pixels, TrainConfig(epochs=8, batch_size=8, peak_lr=0.03), tmp_path
    )
    assert predictions.probs.shape == (N, 3)
    assert predictions.probs.dtype == np.float32
    assert predictions.probs.sum(1) == pytest.approx(np.ones(N), abs=1e-5)
    assert (predictions.probs.argmax(1) == task.labels).mean() > 0.8
    assert predictions.fold is not None
    assert np.array_equal(predictions.fold, task.fold)
    assert equal(predictions, Predictions.load(tmp_path / "predictions.npz"))


def test_a_network_is_the_same_where_its_mode_is_written(tmp_path: Path) -> None:
    task, pixels = problem()
    written = cross_validate_network("tiny@scratch", task, pixels, CONFIG, tmp_path / "written")
    assert equal(written, cross_validate_network("tiny", task, pixels, CONFIG, tmp_path / "left-out"))


def test_probs_are_those_of_the_model_that_did_not_see_the_image_or_the_mean(tmp_path: Path) -> None:
    task, pixels = problem()
    predictions = cross_validate_network("tiny", task, pixels, CONFIG, tmp_path)
    probs_of_folds = []
    for k in range(F):
        classifier, info = load_checkpoint(tmp_path / f"fold-{k}.safetensors")
        assert info.classes == CLASSES
        assert info.config == CONFIG.to_dict()
        examples = Pixels(pixels, ARCHITECTURES["tiny"].input, "none", FABRIC.device)
        logits, _ = infer(classifier, examples, np.ones(N, bool), FABRIC)
        probs_of_folds.append(torch.from_numpy(logits).softmax(1).numpy())
    for row in range(N):
        expected = np.mean(probs_of_folds, 0)[row] if task.fold[row] == NO_FOLD else probs_of_folds[task.fold[row]][row]
        assert predictions.probs[row] == pytest.approx(expected, abs=1e-6)


def test_a_network_never_learns_from_the_fold_it_judges(tmp_path: Path) -> None:
    task, pixels = problem()
    row = int(np.flatnonzero(task.fold == 1)[0])
    before = cross_validate_network("tiny", task, pixels, CONFIG, tmp_path / "before")
    after = cross_validate_network("tiny", with_label(task, row), pixels, CONFIG, tmp_path / "after")
    judged = task.fold == 1  # judged by the model of fold 1, which saw no label of fold 1
    assert np.array_equal(before.probs[judged], after.probs[judged])
    rest = (task.fold == 0) | (task.fold == 2)
    assert not np.array_equal(before.probs[rest], after.probs[rest])


def test_no_model_learns_from_the_test_split(tmp_path: Path) -> None:
    task, pixels = problem()
    before = cross_validate_network("tiny", task, pixels, CONFIG, tmp_path / "before")
    after = cross_validate_network("tiny", with_label(task, N - 1), pixels, CONFIG, tmp_path / "after")
    assert equal(before, after)


def test_which_rows_learn_and_choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task, pixels = problem()
    seen: list[tuple[Any, Any]] = []
    real = train

    def spy(classifier: Any, examples: Any, labels: Any, learn: Any, choose: Any, *rest: Any, **named: Any) -> Any:
        seen.append((learn, choose))
        return real(classifier, examples, labels, learn, choose, *rest, **named)

    monkeypatch.setattr(module, "train", spy)
    cross_validate_network("tiny", task, pixels, CONFIG, tmp_path)
    for k, (learn, choose) in enumerate(seen):
        assert not (learn & choose).any()
        assert np.array_equal(learn | choose, (task.fold != k) & (task.fold != NO_FOLD))
        assert choose.any()
        for first, second in ((learn, choose), (learn, task.fold == k), (choose, task.fold == k)):
            assert not set(task.groups[first]) & set(task.groups[second])  # no duplicate on the other side


@pytest.mark.parametrize("fail_at", range(F))
def test_killed_and_run_again_is_as_if_never_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fail_at: int
) -> None:
    task, pixels = problem()
    whole = cross_validate_network("tiny", task, pixels, CONFIG, tmp_path / "whole")
    with monkeypatch.context() as patched:
        first = counted(patched, fail_at)
        with pytest.raises(KeyboardInterrupt):
            cross_validate_network("tiny", task, pixels, CONFIG, tmp_path / "run")
    assert first == list(range(fail_at))
    assert not (tmp_path / "run" / "predictions.npz").exists()
    second = counted(monkeypatch)
    torch.randn(100)  # another process starts with another state
    again = cross_validate_network("tiny", task, pixels, CONFIG, tmp_path / "run")
    assert second == list(range(fail_at, F))
    assert equal(whole, again)


def test_the_first_folds_can_be_trained_and_asked_before_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, pixels = problem()
    whole = cross_validate_network("tiny", task, pixels, CONFIG, tmp_path / "whole")
    told: list[tuple[int, int]] = []
    with monkeypatch.context() as patched:
        first = counted(patched)
        train_folds("tiny", task, pixels, CONFIG, tmp_path / "run", lambda *count: told.append(count), first=2)
    assert first == [0, 1]
    assert told[-1] == (2 * CONFIG.epochs, 2 * CONFIG.epochs)
    rows, probs = held_out_probs(tmp_path / "run", task, 2)
    assert np.array_equal(rows, np.isin(task.fold, (0, 1)))
    np.testing.assert_array_equal(probs, whole.probs[rows])
    rest = counted(monkeypatch)
    assert equal(whole, cross_validate_network("tiny", task, pixels, CONFIG, tmp_path / "run"))
    assert rest == [2]


def test_a_fine_tuned_network_learns_from_all_images_of_its_folds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, pixels = problem()
    seen: list[tuple[Any, Any]] = []

    def spy(classifier: Any, examples: Any, labels: Any, learn: Any, choose: Any, *_: Any, **__: Any) -> Any:
        seen.append((learn, choose))
        return classifier.eval()

    weights = Weights("a test", dict, lambda *_: None)
    monkeypatch.setitem(ARCHITECTURES, "tiny", replace(ARCHITECTURES["tiny"], weights=weights))
    monkeypatch.setattr(module, "train", spy)
    cross_validate_network("tiny@finetuned", task, pixels, CONFIG, tmp_path)
    for k, (learn, choose) in enumerate(seen):
        assert np.array_equal(learn, (task.fold != k) & (task.fold != NO_FOLD))
        assert not choose.any()
    assert load_checkpoint(tmp_path / "fold-0.safetensors")[1].input == ARCHITECTURES["tiny"].input


def test_killed_in_the_middle_of_a_fold(tmp_path: Path) -> None:
    task, pixels = problem()
    whole = cross_validate_network("tiny", task, pixels, CONFIG, tmp_path / "whole")

    def stop(done: int, total: int) -> None:
        if done == 3:  # the first epoch of the second fold
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cross_validate_network("tiny", task, pixels, CONFIG, tmp_path / "run", stop)
    assert not (tmp_path / "run" / "fold-1.npz").exists()
    assert len(read_curves(tmp_path / "run", range(F))[1]) == 1
    assert equal(whole, cross_validate_network("tiny", task, pixels, CONFIG, tmp_path / "run"))
    assert len(read_curves(tmp_path / "run", range(F))[1]) == 2


def test_training_leaves_the_random_numbers_of_others_alone(tmp_path: Path) -> None:
    task, pixels = problem()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    cross_validate_network("tiny", task, pixels, CONFIG, tmp_path)
    assert torch.equal(torch.rand(3), expected)


def test_progress_counts_epochs_and_ends_full(tmp_path: Path) -> None:
    task, pixels = problem()
    told: list[tuple[int, int]] = []
    cross_validate_network("tiny", task, pixels, CONFIG, tmp_path, lambda *count: told.append(count))
    assert told == sorted(told)
    assert told[-1] == (6, 6)
    assert {total for _, total in told} == {6}


def test_learning_curves(tmp_path: Path) -> None:
    task, pixels = problem()
    cross_validate_network("tiny", task, pixels, CONFIG, tmp_path)
    curves = read_curves(tmp_path, range(F + 1))
    assert sorted(curves) == [0, 1, 2]
    for k, curve in curves.items():
        assert [(line["fold"], line["epoch"]) for line in curve] == [(k, 1), (k, 2)]
        assert all(0 <= line["val_accuracy"] <= 1 for line in curve)
    for path in tmp_path.glob("*.jsonl"):
        for line in path.read_text().splitlines():
            json.loads(line, parse_constant=pytest.fail)  # no NaN, which other readers of JSON refuse


def test_heads_are_those_of_scikit_learn_out_of_fold(tmp_path: Path) -> None:
    task, pixels = problem()
    embedded = features(pixels)
    predictions = cross_validate_heads("efficientnet_lite0", task, embedded, "", tmp_path)
    standard = (embedded - embedded.mean(0)) / embedded.std(0)
    probs_of_folds = np.empty((F, N, 3))
    for k in range(F):
        learned = (task.fold != k) & (task.fold != NO_FOLD)
        penalty = _penalty(tmp_path / f"fold-{k}.safetensors")
        model = LogisticRegression(C=1 / (learned.sum() * penalty), tol=1e-10, max_iter=10_000)
        probs_of_folds[k] = model.fit(standard[learned], task.labels[learned]).predict_proba(standard)
    expected = np.where(
        task.fold[:, None] == NO_FOLD, probs_of_folds.mean(0), probs_of_folds[np.maximum(task.fold, 0), np.arange(N)]
    )
    assert np.abs(predictions.probs - expected).max() < 5e-3
    assert predictions.embeddings is not None
    assert np.array_equal(predictions.embeddings, embedded)
    assert equal(predictions, Predictions.load(tmp_path / "predictions.npz"))


def _penalty(path: Path) -> float:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        return float(json.loads(file.metadata()["errata"])["config"]["penalty"])


def test_a_head_never_learns_from_the_fold_it_judges(tmp_path: Path) -> None:
    task, pixels = problem()
    row = int(np.flatnonzero(task.fold == 1)[0])
    before = cross_validate_heads("efficientnet_lite0", task, features(pixels), "", tmp_path / "before")
    after = cross_validate_heads("efficientnet_lite0", with_label(task, row), features(pixels), "", tmp_path / "after")
    judged = task.fold == 1
    # Heads share their iterations, not their rows.
    assert np.abs(before.probs[judged] - after.probs[judged]).max() < 5e-3
    assert np.abs(before.probs[~judged] - after.probs[~judged]).max() > 0.01


def test_side_by_side_is_as_one_after_the_other_and_resumes_to_the_same_numbers(tmp_path: Path) -> None:
    task, small = problem()
    pixels = small.repeat(6, axis=1).repeat(6, axis=2)  # 48 px
    config = TrainConfig(epochs=1)
    name = "simple_cnn_norm_dropout"
    alone = cross_validate_network(name, task, pixels, config, tmp_path / "one", workers=1)
    told: list[tuple[int, int]] = []
    together = cross_validate_network(
        name, task, pixels, config, tmp_path / "two", lambda *count: told.append(count), workers=2
    )
    assert np.abs(alone.probs - together.probs).max() < 1e-3  # sums in another order
    assert told[-1] == (3, 3)
    (tmp_path / "two" / "fold-1.npz").unlink()
    again = cross_validate_network(name, task, pixels, config, tmp_path / "two", workers=2)
    assert equal(together, again)
