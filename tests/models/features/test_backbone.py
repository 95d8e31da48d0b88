"""Where features are kept, in which precisions, by which engine."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from models.arrays import FloatArray, IntArray
from models.features.backbone import Backbone
from models.features.engines import Precision
from models.images.input_spec import InputSpec
from models.images.row_store import fill_rows

SPEC = InputSpec(16, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def backbone(folder: Path, engine: str = "auto", seed: int = 0) -> Backbone:
    torch.manual_seed(seed)
    return Backbone("net", nn.Conv2d(3, 2, 1), SPEC, folder, engine, "cpu")


def constant(value: float, positions: IntArray) -> FloatArray:
    return np.full((len(positions), 2), value, np.float32)


def test_everything_that_changes_features_changes_the_folder(tmp_path: Path) -> None:
    first = backbone(tmp_path)
    folders = [
        first.rows("float32"),
        first.rows("bfloat16"),
        first.rows("float32", "flip-crop", 0),
        first.rows("float32", "flip-crop", 1),
        first.rows("float32", "landmarks", 0),
        backbone(tmp_path, seed=1).rows("float32"),
        Backbone("net", first.module, InputSpec(17, SPEC.mean, SPEC.std), tmp_path, "auto", "cpu").rows("float32"),
    ]
    assert len(set(folders)) == len(folders)
    assert backbone(tmp_path, "eager").rows("float32") == folders[0]  # the engine does not


def test_exact_features_serve_where_fast_ones_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.features.engines.has_bfloat16", lambda device: True)
    network = backbone(tmp_path)
    assert network.precisions == ("float32", "bfloat16")
    assert network.finished(["a"]) is None
    precisions: list[tuple[Precision, float]] = [("bfloat16", 1.0), ("float32", 2.0)]
    for precision, value in precisions:
        fill_rows(network.rows(precision), ["a"], (2,), np.float32, partial(constant, value), 1, 1)
        finished = network.finished(["a"])
        assert finished is not None
        assert (finished[0], finished[1].tolist()) == (precision, [[value, value]])
    monkeypatch.setattr("models.features.engines.has_bfloat16", lambda device: False)
    assert backbone(tmp_path).precisions == ("float32",)
    assert backbone(tmp_path, "eager").precisions == ("float32",)


def test_the_engine_asked_for_or_the_fastest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.features.backbone.choose_engine", lambda *at: f"{at[0]} {at[1]} {at[2]}")
    assert backbone(tmp_path, "compile").engine_for(10) == "compile"
    assert backbone(tmp_path).engine_for(10) == "cpu 10 False"
