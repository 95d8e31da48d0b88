"""Every engine against the eager one, on a small network with layers that fold and some that must not."""

import importlib.util
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from models.arrays import FloatArray
from models.errors import ErrataError
from models.features import engines
from models.features.engines import (
    ENGINES,
    Precision,
    build_engine,
    choose_engine,
    default_precision,
    folded,
    weights_digest,
)
from models.images.input_spec import InputSpec
from models.processors.signal_stack import keep_signal_stack
from tests.helpers import REPOSITORY
from tests.models.networks.lite_network import efficientnet_lite

SPEC = InputSpec(32, (0.5, 0.4, 0.3), (0.5, 0.25, 0.2))
PIXELS = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
NEEDS_OPENVINO = pytest.mark.skipif(importlib.util.find_spec("openvino") is None, reason="openvino is not installed")


def small(seed: int = 0) -> nn.Module:
    """Conv-BN-ReLU (folds), Conv-ReLU-BN (must not), pooling: 8 features."""
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(),
        nn.Conv2d(6, 8, 3, stride=2), nn.ReLU(), nn.BatchNorm2d(8),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(),
    )  # fmt: skip
    with torch.no_grad():
        for _ in range(20):
            net(torch.rand(8, 3, 32, 32))  # gives the batch norms statistics of their own
    return net.eval()


def wide() -> nn.Module:
    """Three convolutions, the last with channels enough for bfloat16: 24 features."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, stride=2), nn.ReLU(), nn.Conv2d(16, 16, 3, groups=16), nn.ReLU(), nn.Conv2d(16, 24, 1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(),
    ).eval()  # fmt: skip


def cosine(a: FloatArray, b: FloatArray) -> float:
    return float(((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).min())


def by_hand(module: nn.Module) -> FloatArray:
    images = (PIXELS / 255 - np.array(SPEC.mean)) / np.array(SPEC.std)
    with torch.inference_mode():
        features: FloatArray = module(torch.from_numpy(images.transpose(0, 3, 1, 2)).float()).numpy()
    return features


def test_eager_is_the_module_on_normalised_images(tmp_path: Path) -> None:
    features = build_engine("eager", small(), SPEC, "cpu", tmp_path)(PIXELS)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, by_hand(small()), atol=1e-5)


@pytest.mark.parametrize("name", ["torch", pytest.param("openvino", marks=NEEDS_OPENVINO)])
def test_engines_agree_with_eager(tmp_path: Path, name: str) -> None:
    module = small()
    before = weights_digest(module)
    engine = build_engine(name, module, SPEC, "cpu", tmp_path)
    expected = build_engine("eager", module, SPEC, "cpu", tmp_path)(PIXELS)
    assert cosine(engine(PIXELS), expected) >= 0.999
    if engine.precision == "float32":
        np.testing.assert_allclose(engine(PIXELS), expected, atol=1e-4)
    assert weights_digest(module) == before
    with ThreadPoolExecutor(4) as pool:
        for features in pool.map(engine, [PIXELS] * 12):
            assert np.array_equal(features, engine(PIXELS))


@NEEDS_OPENVINO
def test_openvino_converts_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = build_engine("openvino", small(), SPEC, "cpu", tmp_path)(PIXELS)
    monkeypatch.setattr("torch.export.export", None)  # a second conversion fails
    assert np.array_equal(build_engine("openvino", small(), SPEC, "cpu", tmp_path)(PIXELS), first)
    with pytest.raises(TypeError):  # other weights are another model
        build_engine("openvino", small(1), SPEC, "cpu", tmp_path)


def test_folding_removes_batch_norms_and_keeps_the_answer() -> None:
    module = efficientnet_lite(0)
    fast = folded(module, InputSpec(64, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)))
    assert not [m for m in fast.modules() if isinstance(m, nn.BatchNorm2d)]
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.inference_mode():
        torch.testing.assert_close(fast(images), module(images), atol=1e-3, rtol=1e-3)


class Crossed(nn.Module):
    """The batch norm is defined after the convolution but runs before it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3)
        self.norm = nn.BatchNorm2d(3)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.conv(self.norm(images)).mean((2, 3))  # type: ignore[no-any-return]


def test_a_false_pair_is_not_folded() -> None:
    module = Crossed()
    for _ in range(9):
        module(torch.rand(4, 3, 32, 32) * 3)
    fast = folded(module, SPEC)
    assert [m for m in fast.modules() if isinstance(m, nn.BatchNorm2d)]


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
def test_compiled_agrees_also_on_a_short_batch(tmp_path: Path) -> None:
    engine = build_engine("compile", small(), SPEC, "cpu", tmp_path)
    expected = build_engine("eager", small(), SPEC, "cpu", tmp_path)(PIXELS)
    assert cosine(engine(PIXELS), expected) >= 0.999
    assert engine(PIXELS[:2]).shape == (2, 8)
    with ThreadPoolExecutor(2) as pool:  # other threads use the same code, none compiles again
        for features in pool.map(engine, [PIXELS] * 4):
            assert np.array_equal(features, engine(PIXELS))


def test_weights_digest_tells_weights_apart() -> None:
    assert weights_digest(small()) == weights_digest(small())
    assert weights_digest(small()) != weights_digest(small(1))


def test_choose_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/g++")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    assert choose_engine("cuda", 10**6) == "torch"
    assert choose_engine("cpu", 100) == "torch"
    assert choose_engine("cpu", 100, cached=True) == "openvino"
    assert choose_engine("cpu", 10**4) == "openvino"
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"amx_bf16": True})
    assert choose_engine("cpu", 10**4) == "torch"
    assert choose_engine("cpu", 10**5) == "compile"
    monkeypatch.setattr("torch.cpu.get_capabilities", dict)
    assert choose_engine("cpu", 10**5) == "torch"


def test_bfloat16_is_for_processors_that_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "has_bfloat16", lambda device: device != "mps")
    for engine in ("torch", "auto", "openvino"):
        assert default_precision("cpu", engine) == "bfloat16"
    assert default_precision("cpu", "eager") == "float32"
    assert default_precision("cuda") == default_precision("mps") == "float32"  # TF32 there, and decoding takes longer


@pytest.mark.parametrize("name", ["torch", pytest.param("openvino", marks=NEEDS_OPENVINO)])
def test_the_precision_can_be_asked_for(tmp_path: Path, name: str) -> None:
    module = wide()
    exact = build_engine("eager", module, SPEC, "cpu", tmp_path, "bfloat16")(PIXELS)
    np.testing.assert_allclose(exact, by_hand(module), atol=1e-5)  # eager is float32 whatever is wanted
    half = build_engine(name, module, SPEC, "cpu", tmp_path, "bfloat16")
    whole = build_engine(name, module, SPEC, "cpu", tmp_path, "float32")
    assert whole.precision == "float32"
    np.testing.assert_allclose(whole(PIXELS), exact, atol=1e-4)
    if half.precision == "float32":  # OpenVINO on processors that it has no bfloat16 for
        assert np.array_equal(half(PIXELS), whole(PIXELS))
    else:
        assert 1e-4 < np.abs(half(PIXELS) - exact).max() < 0.1
        assert cosine(half(PIXELS), exact) >= 0.999


@pytest.mark.parametrize("asked", ["float32", "bfloat16"])
def test_torch_computes_in_the_precision_asked_for_where_a_layer_suits(tmp_path: Path, asked: Precision) -> None:
    assert build_engine("torch", wide(), SPEC, "cpu", tmp_path, asked).precision == asked
    assert build_engine("torch", small(), SPEC, "cpu", tmp_path, asked).precision == "float32"
    assert build_engine("eager", wide(), SPEC, "cpu", tmp_path, asked).precision == "float32"


@NEEDS_OPENVINO
def test_openvino_says_the_precision_of_its_layers(tmp_path: Path) -> None:
    """The precision that the engine tells is the one of the convolutions that OpenVINO made."""
    import openvino

    engine = build_engine("openvino", wide(), SPEC, "cpu", tmp_path, "bfloat16")
    core = openvino.Core()
    (saved,) = tmp_path.glob("openvino-*/model.xml")
    with keep_signal_stack():
        compiled = core.compile_model(core.read_model(saved), "CPU", {"INFERENCE_PRECISION_HINT": "bf16"})
    layers = [operation.get_rt_info() for operation in compiled.get_runtime_model().get_ops()]
    computed = {str(layer["runtimePrecision"].astype(str)) for layer in layers if "onvolution" in _type_of(layer)}
    assert computed == {"bf16" if engine.precision == "bfloat16" else "f32"}


def _type_of(layer: Any) -> str:
    return str(layer["layerType"].astype(str))


@NEEDS_OPENVINO
def test_a_signal_arrives_after_openvino_has_freed_models(tmp_path: Path) -> None:
    """In a process of its own: a signal on a freed stack ends it with a segmentation fault."""
    program = (
        "import signal, sys; from pathlib import Path; from models.features.engines import build_engine\n"
        "from tests.models.features.test_engines import PIXELS, SPEC, wide\n"
        "first, second = (build_engine('openvino', wide(), SPEC, 'cpu', Path(sys.argv[1]), asked)\n"
        "                 for asked in ('float32', 'bfloat16'))\n"
        "first(PIXELS), second(PIXELS)\n"
        "del first\n"
        "del second\n"
        "try: signal.raise_signal(signal.SIGINT)\n"
        "except KeyboardInterrupt: print('interrupted')\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, tmp_path], cwd=REPOSITORY, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, "interrupted\n"), ended.stderr


def test_unknown_engine(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match="did you mean 'torch'"):
        build_engine("toch", small(), SPEC, "cpu", tmp_path)


def test_openvino_missing_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openvino", None)
    with pytest.raises(ErrataError, match=r"errata-vision\[fast\]"):
        build_engine("openvino", small(), SPEC, "cpu", tmp_path)


def test_registry_names() -> None:
    assert set(ENGINES) == {"eager", "torch", "compile", "openvino"}
