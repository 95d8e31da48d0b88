"""Features are computed once per content, in any order, and the same after a stop."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from models.arrays import ByteArray, FloatArray
from models.errors import ErrataError
from models.features.backbone_stages import WithStages
from models.features.bfloat16 import LOWEST_COSINE, lowest_cosine
from models.features.extract import extract_features
from models.images.decode import read_pixels
from models.images.input_spec import Interpolation
from tests.models.features.small_backbones import SPEC, Files, deep, net

HALF = 2**-10  # of a number: float16 may round two that hardly differ to neighbours


def test_values_order_and_record(tmp_path: Path, files: Files) -> None:
    paths, sha256s = files
    progress: list[tuple[int, int]] = []
    tell = lambda *at: progress.append(at)  # noqa: E731
    threads = torch.get_num_threads()
    features = extract_features("net", net(), SPEC, paths, sha256s, tmp_path / "f", "eager", tell)
    pixels = np.stack([np.asarray(Image.open(path)) for path in paths]).transpose(0, 3, 1, 2) / 127.5 - 1
    with torch.inference_mode():
        np.testing.assert_allclose(features, net()(torch.from_numpy(pixels).float()).numpy(), HALF, 1e-5)
    assert progress[-1] == (30, 30)
    assert torch.get_num_threads() == threads
    (meta,) = (tmp_path / "f").glob("net-*/meta.json")
    (entry,) = json.loads(meta.read_text())["computed"]
    assert entry["engine"] == "eager"
    assert entry["images"] == 30


def test_a_second_call_computes_nothing(tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    first = extract_features("net", net(), SPEC, *files, tmp_path / "f")
    monkeypatch.setattr("models.features.checked_engine.build_engine", None)
    assert np.array_equal(extract_features("net", net(), SPEC, *files, tmp_path / "f"), first)


def test_a_grown_data_set_decodes_only_what_is_new(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, sha256s = files
    extract_features("net", net(), SPEC, paths[:20], sha256s[:20], tmp_path / "f")
    read: list[Path] = []

    def noted(path: Path, size_px: int, interpolation: Interpolation, content: str) -> ByteArray:
        read.append(path)
        return read_pixels(path, size_px, interpolation, content)

    monkeypatch.setattr("models.features.decode_and_run.read_pixels", noted)
    grown = extract_features("net", net(), SPEC, paths[::-1], sha256s[::-1], tmp_path / "f")
    assert sorted(read) == sorted(paths[20:])
    fresh = extract_features("net", net(), SPEC, paths[::-1], sha256s[::-1], tmp_path / "g")
    np.testing.assert_allclose(grown, fresh, HALF)


def test_the_same_answer_after_a_stop(tmp_path: Path, files: Files) -> None:
    paths, sha256s = files
    whole = extract_features("net", net(), SPEC, paths, sha256s, tmp_path / "f")
    hidden = paths[25].rename(tmp_path / "hidden.png")
    with pytest.raises(ErrataError, match=r"25\.png"):
        extract_features("net", net(), SPEC, paths, sha256s, tmp_path / "g")
    hidden.rename(paths[25])
    assert np.array_equal(extract_features("net", net(), SPEC, paths, sha256s, tmp_path / "g"), whole)


def record(folder: Path) -> list[dict[str, Any]]:
    (meta,) = folder.glob("net-*/meta.json")
    entries: list[dict[str, Any]] = json.loads(meta.read_text())["computed"]
    return entries


@pytest.mark.usefixtures("bfloat16")
def test_bfloat16_that_is_good_enough_stays(tmp_path: Path, files: Files, caplog: pytest.LogCaptureFixture) -> None:
    exact = extract_features("net", deep(), SPEC, *files, tmp_path / "e", "eager")
    features = extract_features("net", deep(), SPEC, *files, tmp_path / "f")
    assert not np.allclose(features, exact, atol=1e-6)
    assert lowest_cosine(features, exact) >= LOWEST_COSINE
    (entry,) = record(tmp_path / "f")
    assert (entry["precision"], entry["checked_images"]) == ("bfloat16", 30)
    assert entry["lowest_cosine"] == pytest.approx(lowest_cosine(features, exact), abs=1e-5)
    assert not caplog.messages


@pytest.mark.usefixtures("bfloat16")
def test_bfloat16_that_is_not_good_enough_falls_back(
    tmp_path: Path, files: Files, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.features.checked_engine.LOWEST_COSINE", 0.99999999)
    exact = extract_features("net", deep(), SPEC, *files, tmp_path / "e", "eager")
    assert np.allclose(extract_features("net", deep(), SPEC, *files, tmp_path / "f"), exact, HALF, 1e-5)
    (entry,) = record(tmp_path / "f")
    assert entry["precision"] == "float32"
    assert entry["lowest_cosine"] < 0.99999999
    assert "computing in float32" in caplog.messages[0]
    # The second time it neither computes nor checks.
    monkeypatch.setattr("models.features.checked_engine.build_engine", None)
    assert np.allclose(extract_features("net", deep(), SPEC, *files, tmp_path / "f"), exact, HALF, 1e-5)


@pytest.mark.usefixtures("bfloat16")
def test_the_embedding_is_checked_by_itself_beside_the_stages(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figures of a stage that is exact would hide what the embedding lost."""
    looked: list[int] = []

    def cosine(features: FloatArray, exact: FloatArray) -> float:
        looked.append(features.shape[1])
        return lowest_cosine(features, exact)

    monkeypatch.setattr("models.features.checked_engine.lowest_cosine", cosine)
    extract_features("net", WithStages(deep(), ["0"], SPEC.size_px), SPEC, *files, tmp_path / "f")
    assert looked == [32 + 2 * 16, 32]


@pytest.mark.usefixtures("bfloat16")
@pytest.mark.parametrize(("bar", "precise"), [(0.999, "bfloat16"), (0.99999999, "float32")])
def test_a_grown_data_set_goes_on_in_its_precision(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch, bar: float, precise: str
) -> None:
    paths, sha256s = files
    monkeypatch.setattr("models.features.checked_engine.LOWEST_COSINE", bar)
    extract_features("net", deep(), SPEC, paths[:20], sha256s[:20], tmp_path / "f")
    monkeypatch.setattr("models.features.checked_engine.lowest_cosine", None)  # no second check
    extract_features("net", deep(), SPEC, paths, sha256s, tmp_path / "f")
    assert [(entry["precision"], entry["images"]) for entry in record(tmp_path / "f")] == [(precise, 20), (precise, 10)]


@pytest.mark.usefixtures("bfloat16")
def test_features_are_kept_under_the_precision_they_really_have(tmp_path: Path, files: Files) -> None:
    """No layer of this network suits bfloat16, as on a processor where the engine cannot compute in it."""
    paths, sha256s = files
    exact = extract_features("net", net(), SPEC, paths[:20], sha256s[:20], tmp_path / "e", "eager")
    features = extract_features("net", net(), SPEC, paths[:20], sha256s[:20], tmp_path / "f")
    np.testing.assert_allclose(features, exact, HALF, 1e-5)
    (entry,) = record(tmp_path / "f")
    assert (entry["asked_precision"], entry["precision"]) == ("bfloat16", "float32")
    assert "lowest_cosine" not in entry  # nothing to check
    (kept,) = (tmp_path / "f").glob("net-*")
    assert kept.name == next((tmp_path / "e").glob("net-*")).name
    extract_features("net", net(), SPEC, paths, sha256s, tmp_path / "f")  # a grown data set goes on there
    assert [entry["images"] for entry in record(tmp_path / "f")] == [20, 10]


def test_features_in_bfloat16_are_not_read_where_float32_is_asked_for(
    tmp_path: Path, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.features.engines.has_bfloat16", lambda device: True)
    rounded = extract_features("net", deep(), SPEC, *files, tmp_path / "f", "torch")
    again = extract_features("net", deep(), SPEC, *files, tmp_path / "f", "torch")
    assert np.array_equal(again, rounded)
    monkeypatch.setattr("models.features.engines.has_bfloat16", lambda device: False)
    exact = extract_features("net", deep(), SPEC, *files, tmp_path / "f", "torch")
    assert not np.array_equal(exact, rounded)
    eager = extract_features("net", deep(), SPEC, *files, tmp_path / "e", "eager")
    np.testing.assert_allclose(exact, eager, HALF, 1e-5)


def test_bad_arguments(tmp_path: Path, files: Files) -> None:
    with pytest.raises(ErrataError, match="no images"):
        extract_features("net", net(), SPEC, [], [], tmp_path)
    with pytest.raises(ErrataError, match="is not a name"):
        extract_features("../net", net(), SPEC, *files, tmp_path)
    with pytest.raises(ErrataError, match="no engine 'fast'"):
        extract_features("net", net(), SPEC, *files, tmp_path, engine="fast")
