"""Where features are kept, in which precisions, by which engine."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from models.arrays import FloatArray, IntArray
from models.features.backbone import BFLOAT16_METHOD, Backbone, Form
from models.features.engines import Precision
from models.features.kept import Kept
from models.files.atomic import digest
from models.images.input_spec import InputSpec
from models.images.row_store import fill_rows

PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16")
KINDS: tuple[Kept, ...] = ("float32", "float16")
SPEC = InputSpec(16, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def backbone(folder: Path, engine: str = "auto", seed: int = 0) -> Backbone:
    torch.manual_seed(seed)
    return Backbone("net", nn.Conv2d(3, 2, 1), SPEC, folder, engine, "cpu")


def constant(value: float, positions: IntArray) -> FloatArray:
    return np.full((len(positions), 2), value, np.float32)


EXACT = Form("float32", "float32")


def test_everything_that_changes_features_changes_the_folder(tmp_path: Path) -> None:
    first = backbone(tmp_path)
    folders = [
        *(first.rows(Form(precision, kept)) for precision in PRECISIONS for kept in KINDS),
        first.rows(EXACT, "flip-crop", 0),
        first.rows(EXACT, "flip-crop", 1),
        first.rows(EXACT, "landmarks", 0),
        first.rows(Form("float32", "float16"), "flip-crop", 0),
        backbone(tmp_path, seed=1).rows(EXACT),
        Backbone("net", first.module, InputSpec(17, SPEC.mean, SPEC.std), tmp_path, "auto", "cpu").rows(EXACT),
    ]
    assert len(set(folders)) == len(folders)
    assert backbone(tmp_path, "eager").rows(EXACT) == folders[0]  # the engine does not


def test_features_of_an_earlier_errata_are_where_they_were(tmp_path: Path) -> None:
    """It kept all in float32, and named the folder by network, input and precision alone."""
    network = backbone(tmp_path)
    assert network.rows(EXACT) == tmp_path / f"net-{digest(network.key, SPEC.to_dict(), 'float32')}"
    augmented = digest(network.key, SPEC.to_dict(), BFLOAT16_METHOD, "flip-crop", 0)
    assert network.rows(Form("bfloat16", "float32"), "flip-crop", 0) == tmp_path / f"net-{augmented}"


def test_exact_features_serve_where_fast_or_small_ones_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.features.engines.has_bfloat16", lambda device: True)
    network = backbone(tmp_path)
    assert network.precisions == ("float32", "bfloat16")
    assert network.finished(["a"]) is None
    for value, form in enumerate(reversed(network.forms)):
        fill_rows(network.rows(form), ["a"], (2,), form.kept, partial(constant, value), 1, 1)
        finished = network.finished(["a"])
        assert finished is not None
        assert (finished[0], finished[1].dtype) == (form, np.dtype(form.kept))
        assert finished[1].tolist() == [[value, value]]
    monkeypatch.setattr("models.features.engines.has_bfloat16", lambda device: False)
    assert backbone(tmp_path).precisions == ("float32",)
    assert backbone(tmp_path, "eager").precisions == ("float32",)


def test_the_engine_asked_for_or_the_fastest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.features.backbone.choose_engine", lambda *at: f"{at[0]} {at[1]} {at[2]}")
    assert backbone(tmp_path, "compile").engine_for(10) == "compile"
    assert backbone(tmp_path).engine_for(10) == "cpu 10 False"
