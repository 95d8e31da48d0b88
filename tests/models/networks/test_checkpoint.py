"""Checkpoints: everything comes back, and what does not fit is refused in one sentence."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from models.errors import ErrataError
from models.features.engines import weights_digest
from models.images.input_spec import InputSpec
from models.networks.architectures import ARCHITECTURES, Classifier
from models.networks.checkpoint import (
    SCHEMA_VERSION,
    CheckpointInfo,
    library_versions,
    load_checkpoint,
    save_checkpoint,
)
from models.networks.variants import build_classifier, parse_variant
from tests.helpers.reliability import record

CLASSES = ("glacier", "mountain", "海")
SMALL = "simple_cnn_norm_dropout"


def saved(path: Path, name: str = SMALL) -> tuple[Classifier, CheckpointInfo]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        classifier = build_classifier(parse_variant(name), len(CLASSES))
    info = CheckpointInfo(name, CLASSES, {"epochs": 3, "peak_lr": 0.01}, seed=7)
    save_checkpoint(path, classifier, info)
    return classifier.eval(), info


def edited(path: Path, **changes: Any) -> None:
    """Write the checkpoint again with other metadata."""
    with safe_open(path, framework="pt") as file:
        metadata = json.loads(file.metadata()["errata"])
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    save_file(state, path, metadata={"errata": json.dumps({**metadata, **changes})})


@pytest.mark.parametrize("name", [SMALL, "efficientnet_lite0", "efficientnet_lite0@finetuned"])
def test_round_trip_gives_identical_logits(tmp_path: Path, name: str) -> None:
    classifier, info = saved(tmp_path / "c.safetensors", name)
    state = torch.get_rng_state()
    loaded, loaded_info = load_checkpoint(tmp_path / "c.safetensors")
    assert torch.equal(torch.get_rng_state(), state), "loading draws no random numbers"
    variant = parse_variant(name)
    spec = ARCHITECTURES[variant.architecture].input
    expected = replace(
        info, architecture=variant.architecture, mode=variant.mode, input=spec, backbone=loaded_info.backbone
    )
    assert loaded_info == expected
    assert bool(loaded_info.backbone) == (variant.mode == "frozen")
    assert not loaded.training
    images = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    images = images[..., : spec.size_px, : spec.size_px]
    with torch.inference_mode():
        assert torch.equal(loaded(images), classifier(images))


def test_another_input_than_the_default_comes_back(tmp_path: Path) -> None:
    path, spec = tmp_path / "c.safetensors", InputSpec(24, (0.1, 0.2, 0.3), (0.5, 0.5, 0.5))
    classifier = build_classifier(parse_variant(SMALL), 3, size_px=24).eval()
    save_checkpoint(path, classifier, CheckpointInfo(SMALL, CLASSES, {}, 0, input=spec))
    loaded, info = load_checkpoint(path)
    assert info.input == spec
    images = torch.rand(2, 3, 24, 24)
    assert torch.equal(loaded(images), classifier(images))


def test_a_head_fitted_on_features_needs_no_backbone(tmp_path: Path) -> None:
    head = nn.Linear(1280, 3)
    info = CheckpointInfo("efficientnet_lite0", CLASSES, {}, 0)
    save_checkpoint(tmp_path / "c.safetensors", Classifier(nn.Identity(), head), info)
    loaded, _ = load_checkpoint(tmp_path / "c.safetensors")
    assert torch.equal(loaded.head.weight, head.weight)  # type: ignore[arg-type]
    assert weights_digest(loaded.backbone) == weights_digest(efficientnet_backbone())


def efficientnet_backbone() -> nn.Module:
    return build_classifier(parse_variant("efficientnet_lite0"), 2).backbone.eval()


def test_a_head_on_another_backbone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    head = Classifier(nn.Identity(), nn.Linear(1280, 3))
    save_checkpoint(path, head, CheckpointInfo("efficientnet_lite0", CLASSES, {}, 0, backbone="0123456789abcdef"))
    with pytest.raises(ErrataError, match="belongs to other weights of efficientnet_lite0 than there are now; put"):
        load_checkpoint(path)


def test_files_of_before_there_were_modes_are_read(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    classifier, _ = saved(path)
    with safe_open(path, framework="pt") as file:
        metadata = json.loads(file.metadata()["errata"])
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    del metadata["mode"], metadata["backbone"]
    save_file(state, path, metadata={"errata": json.dumps(metadata)})
    loaded, info = load_checkpoint(path)
    assert info.mode == "scratch"
    assert all(torch.equal(a, b) for a, b in zip(loaded.parameters(), classifier.parameters(), strict=True))


def test_running_statistics_come_back(tmp_path: Path) -> None:
    classifier, info = saved(tmp_path / "c.safetensors")
    classifier.train()(torch.randn(4, 3, 48, 48))
    save_checkpoint(tmp_path / "c.safetensors", classifier, info)
    loaded = load_checkpoint(tmp_path / "c.safetensors")[0].state_dict()
    assert all(torch.equal(value, loaded[name]) for name, value in classifier.state_dict().items())


def test_a_frozen_backbone_is_not_written_again(tmp_path: Path) -> None:
    saved(tmp_path / "c.safetensors", "efficientnet_lite0")
    assert (tmp_path / "c.safetensors").stat().st_size < 30_000


def test_it_says_what_it_was_made_with(tmp_path: Path) -> None:
    saved(tmp_path / "c.safetensors")
    with safe_open(tmp_path / "c.safetensors", framework="pt") as file:
        about = json.loads(file.metadata()["errata"])
    assert about["schema_version"] == SCHEMA_VERSION
    assert about["versions"] == library_versions()
    assert about["input"]["size_px"] == 48


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match=r"c\.safetensors is not a readable checkpoint \(.*\); train the run again"):
        load_checkpoint(tmp_path / "c.safetensors")


@given(share=st.floats(0, 1, exclude_max=True))
def test_every_truncation_is_one_sentence(tmp_path_factory: pytest.TempPathFactory, share: float) -> None:
    whole = tmp_path_factory.getbasetemp() / "whole.safetensors"
    if not whole.exists():
        saved(whole)
    content = whole.read_bytes()
    half = whole.with_name("half.safetensors")
    half.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ErrataError, match=r"half\.safetensors is not a readable checkpoint"):
        load_checkpoint(half)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"schema_version": 99}, "has checkpoint schema 99, this version reads 1; train the run again"),
        ({"schema_version": None}, "has checkpoint schema None"),
        ({"classes": ["a", "b"]}, f"does not fit {SMALL} with 2 classes: head.weight has the shape"),
        ({"architecture": "simple_cnn_norm_dropuot"}, f"did you mean '{SMALL}'"),
        (
            {"architecture": "efficientnet_lite0", "input": ARCHITECTURES["efficientnet_lite0"].input.to_dict()},
            "not fit",
        ),
        ({"input": {**ARCHITECTURES[SMALL].input.to_dict(), "size_px": 64}}, f"does not fit {SMALL} with 3 classes"),
        ({"input": {**ARCHITECTURES[SMALL].input.to_dict(), "size_px": 4}}, "4 px is too small"),
        ({"mode": "frozen"}, "no pretrained weights to be frozen"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, changes: dict[str, Any], sentence: str) -> None:
    path = tmp_path / "c.safetensors"
    saved(path)
    edited(path, **changes)
    with pytest.raises(ErrataError, match=sentence):
        load_checkpoint(path)


def test_a_missing_and_a_foreign_weight_are_named(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    saved(path)
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    bias = state.pop("head.bias")
    save_file(state, path, metadata=metadata)
    with pytest.raises(ErrataError, match=f"does not fit {SMALL} with 3 classes: head.bias is missing; train"):
        load_checkpoint(path)
    save_file({**state, "head.bias": bias, "tail": bias.clone()}, path, metadata=metadata)
    with pytest.raises(ErrataError, match="tail"):
        load_checkpoint(path)


def test_weights_of_another_program_are_refused(tmp_path: Path) -> None:
    save_file({"x": torch.zeros(1)}, tmp_path / "c.safetensors")
    with pytest.raises(ErrataError, match="has checkpoint schema None"):
        load_checkpoint(tmp_path / "c.safetensors")


def test_a_config_that_is_no_number_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    classifier = build_classifier(parse_variant(SMALL), 2)
    info = CheckpointInfo(SMALL, ("a", "b"), {"peak_lr": float("nan")}, 0)
    with pytest.raises(ValueError, match="Out of range float"):
        save_checkpoint(tmp_path / "c.safetensors", classifier, info)
    assert list(tmp_path.iterdir()) == []


def _header(entries: dict[str, Any], length: int | None = None, data: bytes = b"") -> bytes:
    text = json.dumps(entries).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def _tensor(shape: list[int], start: int, end: int) -> dict[str, Any]:
    return {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}


HEADERS = {
    "a header of 10^18 bytes": _header({}, 10**18),
    "a header longer than the file": _header({}, 90_000_000),
    "no header": b"\2\0\0\0\0\0\0\0[]",
    "overlapping tensors": _header({"a": _tensor([2], 0, 8), "b": _tensor([2], 4, 12)}, data=bytes(12)),
    "a negative shape": _header({"a": _tensor([-2], 0, 8)}, data=bytes(8)),
    "a shape of 2^124 numbers": _header({"a": _tensor([2**62, 2**62], 0, 8)}, data=bytes(8)),
    "offsets behind the end": _header({"a": _tensor([2**40], 0, 2**42)}, data=bytes(8)),
    "offsets the wrong way round": _header({"a": _tensor([2], 8, 0)}, data=bytes(8)),
    "metadata of no JSON": _header({"__metadata__": {"errata": "{"}}),
    "metadata that is a list": _header({"__metadata__": {"errata": "[]"}}),
    "metadata nested too deep": _header({"__metadata__": {"errata": "[" * 100_000}}),
    "metadata that say nothing": _header({"__metadata__": {"errata": '{"schema_version": 1}'}}),
    "metadata of other kinds": _header(
        {"__metadata__": {"errata": '{"schema_version": 1, "architecture": 3, "classes": 4, "config": 5, "seed": 6}'}}
    ),
    "nothing": b"",
}


@pytest.mark.faults
def test_hostile_headers_are_refused_in_one_sentence(tmp_path: Path) -> None:
    for what, data in HEADERS.items():
        (tmp_path / "x.safetensors").write_bytes(data)
        with pytest.raises(ErrataError, match=r"x\.safetensors") as error:
            load_checkpoint(tmp_path / "x.safetensors")
        assert "\n" not in str(error.value), what
    record("Hostile files", "safetensors: lengths, shapes, offsets and metadata", len(HEADERS), "one sentence")
