"""Features are kept in float16 where their values fit and rounding takes nothing from them, else in float32."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from models.arrays import Features
from models.features.extract import extract_features
from models.features.kept import LARGEST, as_kept, why_float32
from models.features.record import NAME, record, recorded_reason
from models.features.views import extract_views, view_rows
from models.processors.cluster import Cluster
from tests.models.cluster.stand_ins import Here, Nobody
from tests.models.features.small_backbones import SPEC, Files, net

DRAWS = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
TENFOLD = 1e6  # the features of `net` are about 0.1


class Large(nn.Module):
    """The features of a network, many times as large."""

    def __init__(self) -> None:
        super().__init__()
        self.small = net()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the features."""
        return self.small(images) * TENFOLD  # type: ignore[no-any-return]


@pytest.mark.parametrize("size", [1e-2, 1, 1e2])
def test_features_of_usual_size_may_be_rounded(size: float) -> None:
    assert why_float32(np.float32(size) * DRAWS) == ""
    assert why_float32(np.float32(size) * np.maximum(DRAWS, 0)) == ""  # after a ReLU


def test_features_near_the_largest_of_float16_may_not() -> None:
    assert why_float32(np.full((2, 1), 16_000, np.float32)) == ""
    why = why_float32(np.full((2, 1), -17_000, np.float32))
    assert why == "a feature of 17,000 is near 65,504, the largest of float16"


def test_features_that_differ_by_less_than_the_rounding_may_not() -> None:
    assert why_float32(DRAWS + 10) == ""
    to_halves, to_zero = np.asarray(DRAWS / 10 + 1000, np.float32), DRAWS * np.float32(1e-8)
    for rounded in (to_halves, to_zero):
        assert "rounded to float16 they differ" in why_float32(rounded)


def test_features_that_are_all_alike_say_nothing() -> None:
    assert why_float32(DRAWS[:1]) == ""
    assert why_float32(np.full((5, 3), 0.1, np.float32)) == ""
    assert why_float32(np.concatenate([DRAWS, np.full((64, 9), 0.1, np.float32)], 1)) == ""


def test_rows_that_fit_are_halved_and_others_are_as_they_are() -> None:
    assert as_kept(DRAWS, "float16").dtype == np.float16
    assert as_kept(DRAWS, "float32") is DRAWS
    assert as_kept(np.array([[LARGEST]], np.float32), "float16").tolist() == [[LARGEST]]
    large = np.array([[1, 70_000]], np.float32)
    assert as_kept(large, "float16") is large


def entries(folder: Path) -> list[dict[str, Any]]:
    """Return what was recorded, of the form that was computed last in the end."""
    found = sorted(folder.glob(f"net-*/{NAME}"), key=lambda path: path.stat().st_mtime_ns)
    return [entry for path in found for entry in json.loads(path.read_text())["computed"]]


def computed(files: Files, folder: Path, module: nn.Module, cluster: Cluster | None = None) -> Features:
    return extract_features("net", module, SPEC, *files, folder, "torch", None, cluster)


def test_float16_is_the_rule_and_is_recorded(tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    halves = computed(files, tmp_path / "f", net())
    assert halves.dtype == np.float16
    (entry,) = entries(tmp_path / "f")
    assert entry["kept"] == "float16"
    monkeypatch.setattr("models.features.kept.KEPT", "float32")
    exact = computed(files, tmp_path / "g", net())
    assert exact.dtype == np.float32
    np.testing.assert_allclose(halves, exact, rtol=2**-10)


def test_what_an_earlier_errata_kept_in_float32_stays_and_grows(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, sha256s = files
    with monkeypatch.context() as patch:
        patch.setattr("models.features.kept.KEPT", "float32")
        before = computed((paths[:20], sha256s[:20]), tmp_path, net())
    with monkeypatch.context() as patch:
        patch.setattr("models.features.checked_engine.build_engine", None)  # nothing is computed
        assert np.array_equal(computed((paths[:20], sha256s[:20]), tmp_path, net()), before)
        assert computed((paths[5:9], sha256s[5:9]), tmp_path, net()).dtype == np.float32
    grown = computed(files, tmp_path, net())
    assert grown.dtype == np.float32
    assert np.array_equal(grown[:20], before)
    assert [(entry["kept"], entry["images"]) for entry in entries(tmp_path)] == [("float32", 20), ("float32", 10)]


def test_a_backbone_of_large_features_stays_in_float32_and_says_why(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, sha256s = files
    features = computed((paths[:20], sha256s[:20]), tmp_path, Large())
    assert features.dtype == np.float32
    (entry,) = entries(tmp_path)
    assert entry["kept"] == "float32"
    assert "is near 65,504" in entry["float32_because"]
    monkeypatch.setattr("models.features.checked_engine.why_float32", None)  # of other images it is not asked again
    assert computed((paths[20:], sha256s[20:]), tmp_path, Large()).dtype == np.float32
    assert entries(tmp_path)[1]["float32_because"] == entry["float32_because"]


@pytest.mark.parametrize("cluster", [None, Here()])
def test_a_large_feature_that_the_sample_did_not_have_is_found_when_it_is_written(
    tmp_path: Path,
    files: Files,
    cluster: Cluster | None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("models.features.checked_engine.why_float32", lambda sample: "")
    features = computed(files, tmp_path, Large(), cluster)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, computed(files, tmp_path / "g", net()) * np.float32(TENFOLD), rtol=2**-9)
    assert "is too large for float16; all its features are computed again and kept in float32" in caplog.text
    (entry,) = entries(tmp_path)
    assert (entry["kept"], entry["images"]) == ("float32", 30)
    assert len(list(tmp_path.glob("net-*/*/rows.npy"))) == 1  # nothing is left of the first try
    assert np.array_equal(computed(files, tmp_path, Large(), Nobody()), features)


def test_a_cluster_keeps_what_one_machine_keeps(tmp_path: Path, files: Files) -> None:
    alone, spread = computed(files, tmp_path / "f", net()), computed(files, tmp_path / "g", net(), Here())
    assert spread.dtype == np.float16
    assert np.array_equal(alone, spread)


def test_views_are_kept_like_the_plain_images_unless_they_are_too_large(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def views(folder: str) -> Features:
        return extract_views("net", net(), SPEC, *files, tmp_path / folder, "torch", "flip-crop", 2, 0)

    halves = views("f")
    assert halves.dtype == np.float16
    monkeypatch.setattr("models.features.views.build_engine", None)
    assert np.array_equal(views("f"), halves)
    monkeypatch.undo()

    def too_large(*arguments: object) -> object:
        work = view_rows(*arguments)  # type: ignore[arg-type]
        return lambda positions: work(positions) + np.float32(70_000) * (positions % 2)[:, None]

    monkeypatch.setattr("models.features.views.view_rows", too_large)
    large = views("g")
    assert large.dtype == np.float32
    np.testing.assert_allclose(large[1], halves[1] + np.float32(70_000), rtol=1e-6)
    monkeypatch.setattr("models.features.views.build_engine", None)
    assert np.array_equal(views("g"), large)


def test_a_damaged_record_is_begun_anew(tmp_path: Path) -> None:
    assert recorded_reason(tmp_path) == ""
    record(tmp_path, {"float32_because": "it is large"})
    record(tmp_path, {"images": 3})
    assert recorded_reason(tmp_path) == "it is large"
    (tmp_path / NAME).write_text("[")
    assert recorded_reason(tmp_path) == ""
    record(tmp_path, {"images": 3})
    assert len(json.loads((tmp_path / NAME).read_text())["computed"]) == 1
