"""Checkpoints: weights with everything needed to use them, in one safetensors file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
import torchvision
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from models.architectures import Classifier, find_architecture
from models.errors import ErrataError
from models.files import atomic
from models.images import InputSpec
from models.variants import build_classifier, parse_variant

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class CheckpointInfo:
    """What the weights are."""

    architecture: str
    classes: tuple[str, ...]
    config: dict[str, Any]
    seed: int


def versions() -> dict[str, str]:
    """Return the versions of the libraries a figure depends on."""
    return {
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
        "timm": timm.__version__,
        "numpy": np.__version__,
    }


def save_checkpoint(path: Path, classifier: Classifier, info: CheckpointInfo) -> None:
    """Write the weights; of a frozen architecture only the head, for its backbone is known."""
    architecture = find_architecture(info.architecture)
    state = classifier.state_dict()
    if architecture.frozen:
        state = {name: value for name, value in state.items() if name.startswith("head.")}
    about = {
        **asdict(info),
        "input": architecture.input.to_dict(),
        "versions": versions(),
        "schema_version": SCHEMA_VERSION,
    }
    tensors = {name: value.contiguous().cpu() for name, value in state.items()}
    content = save(tensors, metadata={"errata": json.dumps(about, sort_keys=True, allow_nan=False)})
    with atomic(path) as temporary:
        temporary.write_bytes(content)  # not safetensors' own writer: a full disk must read as one, as everywhere


def load_checkpoint(path: Path) -> tuple[Classifier, CheckpointInfo]:
    """Return the classifier in evaluation mode and what it is.

    Raises:
        ErrataError: the file is missing, truncated, of another schema, or does not fit its architecture.
    """
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {}).get("errata", "{}"))
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except (OSError, SafetensorError, ValueError) as error:
        raise ErrataError(f"{path} is no readable checkpoint ({error}); train the run again") from error
    if about.get("schema_version") != SCHEMA_VERSION:
        found = about.get("schema_version")
        raise ErrataError(
            f"{path} has checkpoint schema {found}, this version reads {SCHEMA_VERSION}; train the run again"
        )
    info = CheckpointInfo(about["architecture"], tuple(about["classes"]), about["config"], about["seed"])
    architecture = find_architecture(info.architecture)
    if InputSpec.from_dict(about["input"]) != architecture.input:
        raise ErrataError(f"{path} was trained on another input than {info.architecture} has now; train the run again")
    classifier = build_classifier(parse_variant(info.architecture), len(info.classes))
    try:
        missing, unexpected = classifier.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise ErrataError(
            f"{path} does not fit {info.architecture} with {len(info.classes)} classes; train the run again"
        ) from error
    lost = [name for name in missing if not (architecture.frozen and name.startswith("backbone."))]
    if lost or unexpected:
        raise ErrataError(
            f"{path} does not fit {info.architecture}: {', '.join([*lost, *unexpected][:3])}; train the run again"
        )
    return classifier.eval(), info
