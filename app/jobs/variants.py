"""What can be trained, known without importing torch: architectures, their weights and the engines for features.

The registries themselves import torch; a test holds these tables against them.
"""

from models.errors import unknown
from models.networks.variant_name import Mode, architecture_name, split_variant

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
SIZES: dict[str, tuple[int, int]] = {  # name -> weights with six classes, side of the input in px
    "cnn3": (171_494, 48),
    "deep_cnn": (1_574_102, 48),
    "deep_cnn_bn": (1_574_774, 48),
    "efficientnet_lite0": (3_378_694, 224),
    "efficientnet_lite1": (4_143_366, 240),
    "efficientnet_lite2": (4_818_758, 260),
    "mobilenet_v2": (2_231_558, 224),
    "mobilenet_v3_large": (4_209_718, 224),
    "plain_cnn": (370_886, 48),
    "residual_cnn": (382_118, 48),
    "resnet18": (11_179_590, 224),
    "resnet50": (23_520_326, 224),
    "simple_cnn": (615_254, 48),
    "simple_cnn_norm_dropout": (375_862, 48),
    "simple_cnn_sigmoid": (375_766, 48),
    "simple_cnn_tanh": (375_766, 48),
    "vgg16": (134_285_126, 224),
}
_MODE_TEXTS: dict[Mode, str] = {
    "scratch": "from random weights",
    "finetuned": "all of it trained further",
    "frozen": "frozen, head trained",
}
ENGINES = ("auto", "compile", "eager", "openvino", "torch")


def variants() -> list[str]:
    """Return what can be trained: each architecture, and those with pretrained weights in each mode."""
    names: list[str] = []
    for name, weights in ARCHITECTURES.items():
        names += [name, f"{name}@finetuned", f"{name}@scratch"] if weights else [name]
    return names


def about_variant(variant: str) -> str:
    """Return a variant in words."""
    name, mode = architecture_name(variant), mode_of(variant)
    downloaded = mode != "scratch" and _weights(name) == "download"
    return f"{name} · {_MODE_TEXTS[mode]}{' · weights are downloaded' if downloaded else ''}"


def mode_of(variant: str) -> Mode:
    """Return the mode of a variant: the one that is written, or that of the architecture."""
    name, mode = split_variant(variant)
    return mode or ("frozen" if _weights(name) else "scratch")


def check_variant(variant: str) -> None:
    """Raise if a variant is not known; the names of torchvision and timm are left to the training.

    Raises:
        ErrataError: no such architecture or mode.
    """
    name, _ = split_variant(variant)
    if name not in ARCHITECTURES and ":" not in name:
        raise unknown("architecture", name, sorted(ARCHITECTURES))


def check_engine(engine: str) -> None:
    """Raise if there is no such engine for frozen features.

    Raises:
        ErrataError: there is none.
    """
    if engine not in ENGINES:
        raise unknown("engine", engine, ENGINES)


def _weights(name: str) -> str:
    return ARCHITECTURES.get(name, "download" if ":" in name else "")
