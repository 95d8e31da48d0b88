"""Checkpoints: weights with everything needed to use them, in one safetensors file."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
import torchvision
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from models.errors import ErrataError
from models.features.engines import weights_digest
from models.files.atomic import atomic
from models.images.input_spec import InputSpec
from models.networks.architectures import Classifier, find_architecture
from models.networks.pretrained import StateDict, misfit, put_weights
from models.networks.variant_name import Mode
from models.networks.variants import Variant, build_classifier, default_mode, parse_variant

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class CheckpointInfo:
    """What the weights are."""

    architecture: str  # or a variant, as it is written; the name alone when loaded
    classes: tuple[str, ...]
    config: dict[str, Any]
    seed: int
    mode: Mode | None = None  # None: the variant's; frozen = only the head is stored
    input: InputSpec | None = None  # None: the architecture's
    backbone: str = ""  # `weights_digest` of a frozen backbone, so that no other is taken for it


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries a figure depends on."""
    return {
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "timm": timm.__version__,
        "numpy": np.__version__,
    }


def save_checkpoint(path: Path, classifier: Classifier, info: CheckpointInfo) -> None:
    """Write the weights; of a frozen backbone only the digest, so that the classifier may have any backbone here.

    Raises:
        ErrataError: no such architecture, or the file cannot be written.
    """
    variant = parse_variant(info.architecture)
    mode = info.mode or variant.mode
    state = classifier.state_dict()
    backbone = info.backbone
    if mode == "frozen":
        if not backbone and len(state) > len(classifier.head.state_dict()):
            backbone = weights_digest(classifier.backbone)
        state = {name: value for name, value in state.items() if name.startswith("head.")}
    spec = info.input or find_architecture(variant.architecture).input
    metadata = {
        **asdict(replace(info, architecture=variant.architecture, mode=mode, backbone=backbone)),
        "input": spec.to_dict(),
        "versions": library_versions(),
        "schema_version": SCHEMA_VERSION,
    }
    tensors = {name: value.contiguous().cpu() for name, value in state.items()}
    content = save(tensors, metadata={"errata": json.dumps(metadata, sort_keys=True, allow_nan=False)})
    with atomic(path) as temporary:
        temporary.write_bytes(content)  # not by safetensors: a full disk must give the same error as everywhere


def load_checkpoint(path: Path) -> tuple[Classifier, CheckpointInfo]:
    """Return the classifier in evaluation mode and what it is, its mode and input included.

    Raises:
        ErrataError: the file is missing, truncated, of another schema, or does not fit its architecture; or the frozen
            backbone cannot be had or has other weights.
    """
    info, state = _read(path)
    assert info.mode is not None  # noqa: S101 - _read fills them in
    assert info.input is not None  # noqa: S101
    with torch.random.fork_rng(devices=[]):  # weights that are replaced at once move no generator
        classifier = build_classifier(_built(info.architecture, info.mode), len(info.classes), info.input.size_px)
    frozen = info.mode == "frozen"
    if frozen and info.backbone and info.backbone != weights_digest(classifier.backbone):
        raise ErrataError(
            f"{path} belongs to other weights of {info.architecture} than there are now; "
            "put those back, or train the run again"
        )
    if frozen:
        state = {**{f"backbone.{name}": value for name, value in classifier.backbone.state_dict().items()}, **state}
    if problem := misfit(classifier, state):
        raise ErrataError(
            f"{path} does not fit {info.architecture} with {len(info.classes)} classes: {problem}; train the run again"
        )
    put_weights(classifier, state)
    return classifier.eval(), info


def _built(architecture: str, mode: Mode) -> Variant:
    """Return the variant to build. A complete checkpoint needs no pretrained weights first."""
    return Variant(architecture, "frozen" if mode == "frozen" else "scratch")


def _read(path: Path) -> tuple[CheckpointInfo, StateDict]:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = json.loads((file.metadata() or {}).get("errata", "{}"))
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        if not isinstance(metadata, dict):
            raise ValueError("its metadata are no block of keys and values")
    except (OSError, SafetensorError, ValueError, RecursionError) as error:
        raise ErrataError(f"{path} is not a readable checkpoint ({error}); train the run again") from error
    if metadata.get("schema_version") != SCHEMA_VERSION:
        schema = metadata.get("schema_version")
        raise ErrataError(
            f"{path} has checkpoint schema {schema}, this version reads {SCHEMA_VERSION}; train the run again"
        )
    try:
        return _info(metadata), state
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ErrataError(f"{path} does not say what its weights are ({error}); train the run again") from error


def _info(metadata: dict[str, Any]) -> CheckpointInfo:
    architecture = metadata["architecture"]
    return CheckpointInfo(
        architecture,
        tuple(metadata["classes"]),
        metadata["config"],
        metadata["seed"],
        metadata.get("mode") or default_mode(architecture),  # files from before there were modes have none
        InputSpec.from_dict(metadata["input"]),
        metadata.get("backbone", ""),
    )
