"""Small networks written layer by layer; they train on a CPU in minutes.

Where the sequence says activation-MaxPool, the pool comes first: ReLU, sigmoid and tanh never fall, so the function is
the same (for ReLU to the last bit, gradients too). The activation is then computed at a quarter of the places, which
saves 8 % of a step's time. Counted layers have names, so that `freeze` can name them.
"""

from collections import OrderedDict
from collections.abc import Callable

from torch import Tensor, nn

from models.networks.classifier import Classifier

Activation = Callable[[], nn.Module]


def simple_cnn(n_classes: int, size_px: int) -> Classifier:
    """Conv-ReLU-Conv-ReLU-MaxPool twice, Flatten, FC-ReLU-FC-ReLU-FC."""
    return _simple(n_classes, size_px, nn.ReLU, widths=(16, 32))


def simple_cnn_sigmoid(n_classes: int, size_px: int) -> Classifier:
    """Conv-Sigmoid-Conv-Sigmoid-MaxPool three times, Flatten, FC-Sigmoid-FC-Sigmoid-FC."""
    return _simple(n_classes, size_px, nn.Sigmoid, widths=(16, 32, 64))


def simple_cnn_tanh(n_classes: int, size_px: int) -> Classifier:
    """Conv-Tanh-Conv-Tanh-MaxPool three times, Flatten, FC-Tanh-FC-Tanh-FC."""
    return _simple(n_classes, size_px, nn.Tanh, widths=(16, 32, 64))


def simple_cnn_norm_dropout(n_classes: int, size_px: int) -> Classifier:
    """Conv-ReLU-BN-Conv-ReLU-MaxPool twice, Conv-ReLU-Conv-ReLU-MaxPool, Flatten, FC-ReLU-Dropout-FC-ReLU-FC."""

    def block(width_in: int, width: int, norm: bool) -> list[nn.Module]:
        first = [nn.Conv2d(width_in, width, 3, padding=1), nn.ReLU()]
        second = [nn.Conv2d(width, width, 3, padding=1), nn.MaxPool2d(2), nn.ReLU()]
        return [*first, *([nn.BatchNorm2d(width)] if norm else []), *second]

    side = size_px // 8
    backbone = nn.Sequential(  # numbered, not named: as in the checkpoints that exist already
        *block(3, 16, norm=True),  # (B, 16, S/2, S/2)
        *block(16, 32, norm=True),  # (B, 32, S/4, S/4)
        *block(32, 64, norm=False),  # (B, 64, S/8, S/8)
        nn.Flatten(),
        nn.Linear(64 * side * side, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, 64),
        nn.ReLU(),
    )
    return Classifier(backbone, nn.Linear(64, n_classes))


def cnn3(n_classes: int, size_px: int) -> Classifier:
    """Conv-ReLU-MaxPool three times, Flatten, FC-ReLU-FC."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    width_in = 3
    for place, width in enumerate((16, 32, 64), 1):
        layers[f"conv{place}"] = nn.Conv2d(width_in, width, 3, padding=1)
        layers[f"pool{place}"] = nn.MaxPool2d(2)
        layers[f"relu{place}"] = nn.ReLU()
        width_in = width
    return _with_fully_connected(layers, 64 * (size_px // 8) ** 2, (64,), nn.ReLU, n_classes)


def deep_cnn(n_classes: int, size_px: int) -> Classifier:
    """Conv-ReLU-Conv-ReLU-MaxPool three times, twice as many kernels with each Conv, Flatten, FC-ReLU-FC."""
    return _deep(n_classes, size_px, norm=False)


def deep_cnn_bn(n_classes: int, size_px: int) -> Classifier:
    """`deep_cnn` with a batch norm after each MaxPool."""
    return _deep(n_classes, size_px, norm=True)


def plain_cnn(n_classes: int, _size_px: int) -> Classifier:
    """Conv-ReLU-MaxPool, eight times Conv-ReLU, average over the image, FC: `residual_cnn` without its shortcuts.

    It has neither norms nor shortcuts, and torch's default initial weights shrink the signal, so it hardly learns.
    It is the baseline of `residual_cnn`.
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict(
        conv0=nn.Conv2d(3, STEM_WIDTH, 3, padding=1), pool0=nn.MaxPool2d(2), relu0=nn.ReLU()
    )
    for place, (width_in, width, stride) in enumerate(BLOCKS):
        layers[f"conv{2 * place + 1}"] = nn.Conv2d(width_in, width, 3, stride, padding=1)
        layers[f"relu{2 * place + 1}"] = nn.ReLU()
        layers[f"conv{2 * place + 2}"] = nn.Conv2d(width, width, 3, padding=1)
        layers[f"relu{2 * place + 2}"] = nn.ReLU()
    layers |= {"average": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten()}
    return Classifier(nn.Sequential(layers), nn.Linear(BLOCKS[-1][1], n_classes))


def residual_cnn(n_classes: int, _size_px: int) -> Classifier:
    """Conv-BN-ReLU-MaxPool, four residual blocks, average over the image, FC.

    Source: He et al. 2015, arXiv:1512.03385; shortcuts of their option B.
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict(
        conv0=nn.Conv2d(3, STEM_WIDTH, 3, padding=1, bias=False),
        norm0=nn.BatchNorm2d(STEM_WIDTH),
        pool0=nn.MaxPool2d(2),
        relu0=nn.ReLU(),
    )
    for place, (width_in, width, stride) in enumerate(BLOCKS, 1):
        layers[f"block{place}"] = ResidualBlock(width_in, width, stride)
    layers |= {"average": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten()}
    return Classifier(nn.Sequential(layers), nn.Linear(BLOCKS[-1][1], n_classes))


STEM_WIDTH = 32
BLOCKS = ((32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 128, 2))  # channels in, channels out, stride


class ResidualBlock(nn.Module):
    """ReLU(Conv-BN-ReLU-Conv-BN + shortcut): the identity, or a 1 x 1 projection where the dimensions change."""

    def __init__(self, width_in: int, width: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(width_in, width, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        same = stride == 1 and width_in == width
        projection = [] if same else [nn.Conv2d(width_in, width, 1, stride, bias=False), nn.BatchNorm2d(width)]
        self.shortcut = nn.Sequential(*projection)  # without modules: the identity

    def forward(self, images: Tensor) -> Tensor:
        """Return (B, width, H / stride, W / stride) of (B, width_in, H, W)."""
        inner = self.norm2(self.conv2(self.relu(self.norm1(self.conv1(images)))))
        result: Tensor = self.relu(inner + self.shortcut(images))
        return result


def _simple(n_classes: int, size_px: int, activation: Activation, widths: tuple[int, ...]) -> Classifier:
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    width_in = 3
    for place, width in enumerate(widths, 1):
        layers[f"conv{2 * place - 1}"] = nn.Conv2d(width_in, width, 3, padding=1)
        layers[f"act{2 * place - 1}"] = activation()
        layers[f"conv{2 * place}"] = nn.Conv2d(width, width, 3, padding=1)
        layers[f"pool{place}"] = nn.MaxPool2d(2)
        layers[f"act{2 * place}"] = activation()
        width_in = width
    side = size_px // 2 ** len(widths)
    return _with_fully_connected(layers, width_in * side * side, (128, 64), activation, n_classes)


def _deep(n_classes: int, size_px: int, norm: bool) -> Classifier:
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    width_in = 3
    for place, width in enumerate((8, 16, 32, 64, 128, 256), 1):
        layers[f"conv{place}"] = nn.Conv2d(width_in, width, 3, padding=1)
        if place % 2 == 0:
            layers[f"pool{place // 2}"] = nn.MaxPool2d(2)
        layers[f"relu{place}"] = nn.ReLU()
        if place % 2 == 0 and norm:
            layers[f"norm{place // 2}"] = nn.BatchNorm2d(width)
        width_in = width
    return _with_fully_connected(layers, width_in * (size_px // 8) ** 2, (128,), nn.ReLU, n_classes)


def _with_fully_connected(
    layers: "OrderedDict[str, nn.Module]",
    width_in: int,
    widths: tuple[int, ...],
    activation: Activation,
    n_classes: int,
) -> Classifier:
    """Return the layers with Flatten and an FC and an activation for each width; the head is the last FC."""
    layers["flatten"] = nn.Flatten()
    for place, width in enumerate(widths, 1):
        layers[f"fc{place}"] = nn.Linear(width_in, width)
        layers[f"fc{place}_act"] = activation()
        width_in = width
    return Classifier(nn.Sequential(layers), nn.Linear(width_in, n_classes))
