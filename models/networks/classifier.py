"""A network: a backbone that embeds, a head that classifies, and what is needed to use it."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from models.images.input_spec import InputSpec
from models.networks.pretrained import Weights

Backbone = nn.Module  # normalised images (B, 3, S, S) -> embeddings (B, D)


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

    build: Callable[[int, int], Classifier]  # (number of classes, side of the input in px) -> random weights
    cam_layer: Callable[[Classifier], nn.Module]  # the last layer with a spatial map
    input: InputSpec  # the size it is used at unless another is asked for, and its normalisation
    source: str
    weights: Weights | None = None  # where a pretrained backbone comes from; None: only from scratch
    cam_reshape: Callable[[Tensor], Tensor] | None = None  # what the layer returns -> (B, D, H, W), if it is not yet
    min_size_px: int = 32  # the smallest input of which its strides leave a pixel
    # Modules of the backbone with maps that add to the embedding; see models.features.backbone_stages.
    stages: tuple[str, ...] = ()
