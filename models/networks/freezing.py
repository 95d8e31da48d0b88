"""Which pretrained weights are not trained."""

from torch import nn

from models.errors import unknown
from models.networks.architectures import Classifier


def frozen_modules(classifier: Classifier, freeze: str) -> list[nn.Module]:
    """Return the leaf modules that are not trained.

    Args:
        classifier: whose layers are named.
        freeze: "none", "backbone", or a module of the backbone as `named_modules` names it: everything defined up to
            and with it is frozen.

    Raises:
        ErrataError: the backbone has no such layer.
    """
    if freeze == "none":
        return []
    named = [(name, module) for name, module in classifier.backbone.named_modules() if name]
    leaves = [(name, module) for name, module in named if not list(module.children())]
    if freeze == "backbone":
        return [module for _, module in leaves]
    if freeze not in dict(named):
        raise unknown("layer to freeze", freeze, ["none", "backbone", *dict(named)])
    inside = [place for place, (name, _) in enumerate(leaves) if f"{name}.".startswith(f"{freeze}.")]
    return [module for _, module in leaves[: inside[-1] + 1]]


def freeze_modules(classifier: Classifier, freeze: str) -> list[nn.Module]:
    """Let the weights of `frozen_modules` take no gradient; return the modules.

    Set them to evaluation mode after each `train()`: otherwise batch norm goes on changing its statistics.
    """
    frozen = frozen_modules(classifier, freeze)
    # A backbone may have parameters outside its leaves.
    for module in [classifier.backbone] if freeze == "backbone" else frozen:
        module.requires_grad_(False)
    return frozen
