"""What can be trained, known without importing torch: architectures, their weights and the engines for features.

The registries themselves import torch; a test holds these tables against them.
"""

from models.errors import unknown

ARCHITECTURES: dict[str, str] = {  # name -> where its pretrained weights come from; empty: it has none
    "efficientnet_lite0": "pretrained",
    "efficientnet_lite1": "pretrained",
    "efficientnet_lite2": "pretrained",
    "simple_cnn_norm_dropout": "",
    "residual_cnn": "",
    "simple_cnn": "",
    "simple_cnn_sigmoid": "",
    "simple_cnn_tanh": "",
    "plain_cnn": "",
    "cnn3": "",
    "deep_cnn": "",
    "deep_cnn_bn": "",
    "resnet18": "download",
    "resnet50": "download",
    "mobilenet_v2": "download",
    "mobilenet_v3_large": "download",
    "vgg16": "download",
}
MODES = ("scratch", "finetuned", "frozen")
ENGINES = ("auto", "compile", "eager", "openvino", "torch")


def variants() -> list[str]:
    """Return what can be trained: each architecture, and those with pretrained weights in each mode."""
    names: list[str] = []
    for name, weights in ARCHITECTURES.items():
        names += [name, f"{name}@finetuned", f"{name}@scratch"] if weights else [name]
    return names


def about_variant(variant: str) -> str:
    """Return a variant in words."""
    name, _, mode = variant.partition("@")
    weights = _weights(name)
    texts = {"finetuned": "all of it trained further", "scratch": "from random weights"}
    text = texts.get(mode) or ("frozen, head trained" if weights else "from random weights")
    return f"{name} · {text}{' · weights are downloaded' if weights == 'download' and mode != 'scratch' else ''}"


def mode_of(variant: str) -> str:
    """Return how the weights of a variant come about: scratch, finetuned or frozen."""
    name, _, mode = variant.partition("@")
    return mode or ("frozen" if _weights(name) else "scratch")


def check_variant(variant: str) -> None:
    """Raise if a variant is not known; the names of torchvision and timm are left to the training.

    Raises:
        ErrataError: no such architecture or mode.
    """
    name, at, mode = variant.strip().partition("@")
    if name not in ARCHITECTURES and ":" not in name:
        raise unknown("architecture", name, sorted(ARCHITECTURES))
    if at and mode not in MODES:
        raise unknown("mode", mode, MODES)


def check_engine(engine: str) -> None:
    """Raise if there is no such engine for frozen features.

    Raises:
        ErrataError: there is none.
    """
    if engine not in ENGINES:
        raise unknown("engine", engine, ENGINES)


def _weights(name: str) -> str:
    return ARCHITECTURES.get(name, "download" if ":" in name else "")
