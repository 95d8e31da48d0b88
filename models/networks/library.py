"""Networks of torchvision and timm, cut before their last linear layer."""

import difflib
import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any

import huggingface_hub
import timm
import torch
from torch import nn
from torchvision import models as torchvision_models
from torchvision.models.vision_transformer import interpolate_embeddings

from models.errors import ErrataError
from models.images.input_spec import InputSpec, Interpolation
from models.networks.classifier import Architecture, Classifier
from models.networks.last_map import LastMap, find_last_map
from models.networks.meta import without_memory
from models.networks.pretrained import StateDict, Weights, cached_weights, put_weights, read_weights, weights_folder

IMAGENET_CLASSES = 1000
# Trained with side outputs, which their weight files hold too; these are left out here.
SIDE_OUTPUTS = ("aux1.", "aux2.", "AuxLogits.")
_WITH_SIDE_OUTPUTS = ("googlenet", "inception_v3")
_REFUSALS = (AssertionError, ValueError, RuntimeError, TypeError)  # what the libraries raise for a size they can't take

Cut = Callable[[int], tuple[nn.Module, int]]  # side of the input in px -> backbone (B, 3, S, S) -> (B, D), and D


@cache
def torchvision_architecture(name: str, last_map: LastMap | None = None, source: str = "torchvision") -> Architecture:
    """Return the entry of a classification network of torchvision.

    Its weights are IMAGENET1K_V1 where torchvision has them. They were trained as the papers say. The longer recipes
    (V2) are better on ImageNet, but their kind of regularisation makes features worse on other images
    (Kornblith et al. 2021, arXiv:2010.16402).

    Args:
        name: as torchvision has it.
        last_map: where Grad-CAM looks; looked for if not given.
        source: for people to read.

    Raises:
        ErrataError: torchvision has no such network.
    """
    if name not in torchvision_names():
        raise _no_network("torchvision", name, torchvision_names())
    known = torchvision_models.get_model_weights(name)
    weights = getattr(known, "IMAGENET1K_V1", known.DEFAULT)
    shown = weights.transforms()
    spec = InputSpec(shown.crop_size[0], tuple(shown.mean), tuple(shown.std), _filter(shown.interpolation.value))
    url = str(weights.url)
    read = partial(cached_weights, name, url, url.rpartition("/")[2])
    pretrained = Weights(f"torchvision's {weights}", read, partial(_put_torchvision, name))
    return _architecture(f"torchvision:{name}", partial(_cut_torchvision, name), spec, source, pretrained, last_map)


@cache
def timm_architecture(name: str, last_map: LastMap | None = None, source: str = "timm") -> Architecture:
    """Return the entry of a network of timm, `ARCHITECTURE` or `ARCHITECTURE.TAG`.

    Args:
        name: as timm has it.
        last_map: where Grad-CAM looks; looked for if not given.
        source: for people to read.

    Raises:
        ErrataError: timm has no such network, or it does not take square RGB images.
    """
    if name not in timm_names():
        raise _no_network("timm", name, timm_names())
    known = timm.get_pretrained_cfg(name)
    channels, height, width = known.input_size
    if channels != 3 or height != width:
        raise ErrataError(f"timm:{name} takes {channels} x {height} x {width} and not square RGB; choose another")
    spec = InputSpec(width, tuple(known.mean), tuple(known.std), _filter(known.interpolation))
    pretrained = None
    if known.has_weights:
        where = f"timm's {known.architecture}.{known.tag}"
        pretrained = Weights(where, partial(_read_timm, name), partial(_put_timm, name))
    return _architecture(f"timm:{name}", partial(_cut_timm, name), spec, source, pretrained, last_map)


@cache
def torchvision_names() -> tuple[str, ...]:
    """Return the names of torchvision's classification networks."""
    return tuple(torchvision_models.list_models(module=torchvision_models))


@cache
def timm_names() -> tuple[str, ...]:
    """Return the names of timm's networks, without a tag of weights and with each."""
    return (*timm.list_models(), *timm.list_pretrained())


def _architecture(
    name: str, cut: Cut, spec: InputSpec, source: str, weights: Weights | None, last_map: LastMap | None
) -> Architecture:
    last = last_map or find_last_map(lambda: cut(spec.size_px)[0], spec.size_px)
    known = last_map is not None

    @cache
    def check_size(size_px: int) -> None:
        try:
            find_last_map(lambda: cut(size_px)[0], size_px)
        except _REFUSALS as error:
            raise ErrataError(
                f"{name} cannot take images of {size_px} px ({error}); it was made for {spec.size_px} px"
            ) from error

    def build(n_classes: int, size_px: int) -> Classifier:
        if size_px != spec.size_px and not known:
            check_size(size_px)
        backbone, width = cut(size_px)
        return Classifier(backbone, nn.Linear(width, n_classes))

    def cam_layer(classifier: Classifier) -> nn.Module:
        if last is None:
            raise ErrataError(f"{name} has no layer with a map of the image; leave its Grad-CAM out")
        return classifier.backbone.get_submodule(last.layer)

    if last is None:
        return Architecture(build, cam_layer, spec, source, weights, min_size_px=1)
    return Architecture(build, cam_layer, spec, source, weights, last.reshape, last.stride_px)


class _Gone(nn.Identity):
    """Replaces the last layer, so that weight files without it can be loaded."""


def _cut_torchvision(name: str, size_px: int) -> tuple[nn.Module, int]:
    """Return the network without its last layer, and the number of inputs of the removed layer."""
    options: dict[str, Any] = {}
    if name.startswith("vit_"):
        options = {"image_size": size_px}
    if name in _WITH_SIDE_OUTPUTS:
        options = {"aux_logits": False, "transform_input": True, "init_weights": True}
    network = torchvision_models.get_model(name, weights=None, **options)
    last, width = _last_layer(network)
    network.set_submodule(last, _Gone())
    return network, width


def _last_layer(network: nn.Module) -> tuple[str, int]:
    """Return the layer that gives ImageNet's logits, linear or a 1 x 1 convolution, by name, and its input's width."""
    for name, layer in reversed(list(network.named_modules())):
        if isinstance(layer, nn.Linear) and layer.out_features == IMAGENET_CLASSES:
            return name, layer.in_features
        if isinstance(layer, nn.Conv2d) and layer.out_channels == IMAGENET_CLASSES:
            return name, layer.in_channels
    raise ValueError("it has no last layer for ImageNet's classes")


def _put_torchvision(name: str, backbone: nn.Module, state: StateDict, size_px: int) -> None:
    last = next(module for module, layer in backbone.named_modules() if isinstance(layer, _Gone))
    renamed = {_renamed(key): value for key, value in state.items() if not key.startswith((f"{last}.", *SIDE_OUTPUTS))}
    if name.startswith("vit_") and "encoder.pos_embedding" in renamed:
        renamed = interpolate_embeddings(size_px, backbone.patch_size, renamed)
    put_weights(backbone, renamed)


def _renamed(key: str) -> str:
    """Return today's name of a weight: DenseNet's files were written when a layer's name could hold a dot."""
    return re.sub(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)", r"\1\2", key)


def _cut_timm(name: str, size_px: int, **options: Any) -> tuple[nn.Module, int]:
    network = timm.create_model(name, **_timm_options(name, size_px), pretrained=False, num_classes=0, **options)
    return network, int(getattr(network, "head_hidden_size", network.num_features))


def _timm_options(name: str, size_px: int) -> dict[str, Any]:
    """Return how a network is told its input's size, if it has to know."""
    return {"img_size": size_px} if timm.get_pretrained_cfg(name).fixed_input_size else {}


def _read_timm(name: str) -> StateDict:
    """Return timm's weights from the shared cache, Hugging Face's own cache, or its server."""
    known = timm.get_pretrained_cfg(name)
    if known.file:
        return read_weights(Path(known.file))
    url = known.url or ""
    file_of_url = url.rpartition("/")[2]
    if not known.hf_hub_id or (file_of_url and (weights_folder() / file_of_url).is_file() and not known.custom_load):
        return cached_weights(f"timm:{name}", url, file_of_url)
    repository, _, revision = known.hf_hub_id.partition("@")
    hub_file = known.hf_hub_filename or "model.safetensors"
    file = f"{known.architecture}.{known.tag}{Path(hub_file).suffix}"
    cached = huggingface_hub.try_to_load_from_cache(repository, hub_file, revision=revision or None)
    if isinstance(cached, str) and not (weights_folder() / file).is_file():
        return read_weights(Path(cached))
    url = huggingface_hub.hf_hub_url(repository, hub_file, revision=revision or None)
    return cached_weights(f"timm:{name}", url, file)


def _put_timm(name: str, backbone: nn.Module, state: StateDict, size_px: int) -> None:
    """Let timm translate older names and other sizes, then copy what belongs to the backbone."""
    options = _timm_options(name, size_px)
    full = without_memory(lambda: timm.create_model(name, pretrained=False, **options).state_dict())
    heads = {key: torch.zeros(value.shape) for key, value in full.items() if key not in backbone.state_dict()}
    try:
        network = _loaded(name, state, options)
    except _REFUSALS:
        without_heads = {key: value for key, value in state.items() if key not in heads}
        try:  # a backbone alone, or with a head for other classes
            network = _loaded(name, {**without_heads, **heads}, options)
        except (*_REFUSALS, KeyError, AttributeError) as error:
            reason = " ".join(str(error).split())[:160]
            raise ErrataError(
                f"these weights are of another network than timm:{name} ({reason}); give the file of this one"
            ) from error
    loaded = network.state_dict()
    put_weights(backbone, {key: value for key, value in loaded.items() if key not in heads})


def _loaded(name: str, state: StateDict, options: dict[str, Any]) -> nn.Module:
    network: nn.Module = timm.create_model(
        name, pretrained=True, pretrained_cfg_overlay={"state_dict": dict(state)}, **options
    )
    return network


def _filter(name: str) -> Interpolation:
    return "bilinear" if name == "bilinear" else "bicubic"


def _no_network(library: str, name: str, names: Iterable[str]) -> ErrataError:
    """Return the error for a name that a library does not have, with the nearest names: there are too many to list."""
    base, dot, _ = name.partition(".")
    tagged = [tag for tag in names if dot and tag.startswith(f"{base}.")]  # the network is right, its weights are not
    near = tagged[:3] or difflib.get_close_matches(name, names, n=3)
    choices = " or ".join(f"{library}:{network}" for network in near)
    hint = f"did you mean {choices}?" if near else "see its documentation"
    return ErrataError(f"{library} has no network {name!r}; {hint}")
