"""Which layers stay: none, all of the backbone, or those up to a named one."""

import pytest
import torch
from torch import nn

from models.errors import ErrataError
from models.networks.classifier import Classifier
from models.networks.freezing import freeze_modules, frozen_modules


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3)
        self.conv10 = nn.Conv2d(4, 4, 3)  # its name begins with that of the first


class Backbone(nn.Module):
    """Two blocks and a parameter that belongs to no layer, as a ViT's position embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.position = nn.Parameter(torch.zeros(3))
        self.stem = nn.Conv2d(3, 3, 1)
        self.block1 = Block()
        self.block2 = Block()


def network() -> Classifier:
    return Classifier(Backbone(), nn.Linear(4, 2))


@pytest.mark.parametrize(
    ("freeze", "still"),
    [
        ("none", []),
        ("stem", ["stem"]),
        ("block1.conv1", ["stem", "block1.conv1"]),
        ("block1", ["stem", "block1.conv1", "block1.conv10"]),
        ("block2", ["stem", "block1.conv1", "block1.conv10", "block2.conv1", "block2.conv10"]),
        ("backbone", ["stem", "block1.conv1", "block1.conv10", "block2.conv1", "block2.conv10"]),
    ],
)
def test_everything_up_to_the_named_layer(freeze: str, still: list[str]) -> None:
    classifier = network()
    names = {id(module): name for name, module in classifier.backbone.named_modules()}
    assert [names[id(module)] for module in frozen_modules(classifier, freeze)] == still
    assert all(parameter.requires_grad for parameter in classifier.parameters()), "only named so far"
    freeze_modules(classifier, freeze)
    taught = {name for name, parameter in classifier.named_parameters() if parameter.requires_grad}
    assert {"head.weight", "head.bias"} <= taught
    for layer in names.values():
        if f"backbone.{layer}.weight" in dict(classifier.named_parameters()):
            assert (f"backbone.{layer}.weight" not in taught) is (layer in still), layer
    assert ("backbone.position" not in taught) is (freeze == "backbone")


def test_no_such_layer() -> None:
    with pytest.raises(ErrataError, match=r"no layer to freeze 'blok1'; did you mean 'block1'\? \(choices: back"):
        frozen_modules(network(), "blok1")
