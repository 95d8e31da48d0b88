"""EfficientNet-Lite as it was published: the backbone and its classifier of ImageNet."""

import timm
from torch import nn

from models.networks.pretrained import LITE_INPUT, lite_weights


def efficientnet_lite(variant: int) -> nn.Module:
    """Return EfficientNet-Lite with its ImageNet weights, in eval mode, its 1000-class classifier on.

    Args:
        variant: 0, 1 or 2.
    """
    weights = lite_weights(variant)
    state = weights.read()
    backbone = timm.create_model(f"tf_efficientnet_lite{variant}", pretrained=False, num_classes=0)
    weights.put(backbone, state, LITE_INPUT[variant].size_px)
    network: nn.Module = timm.create_model(f"tf_efficientnet_lite{variant}", pretrained=False)
    weight, bias = list(state.values())[-2:]
    network.load_state_dict({**backbone.state_dict(), "classifier.weight": weight, "classifier.bias": bias})
    return network.eval()
