"""Features from before a backbone's last layer: the mean and the deviation of each stage's maps.

The last layer was trained to separate ImageNet's classes; the colours, textures and layouts that separate other
classes lie in the stages before it. On 8,000 CIFAR-10 images with human label errors, judging by all stages instead of
the last layer alone raised the average precision of the errors found from 0.77 to 0.80 (docs/studies/ranking.md).
"""

from collections.abc import Sequence

import torch
from timm.models import create_feature_extractor, get_graph_node_names
from torch import Tensor, nn

_LAST = "embedding"


class WithStages(nn.Module):
    """A backbone that also returns figures of its stages' maps.

    Normalised images (B, 3, S, S) -> (B, D + E): the backbone's own embeddings, then mean and deviation of each
    channel over the places of the image, stage by stage. One pass, no state: several threads may call it at once.
    """

    def __init__(self, backbone: nn.Module, stages: Sequence[str], size_px: int) -> None:
        """Trace a backbone whose stages, named as its modules are, return maps (B, C, H, W) of images of S px."""
        super().__init__()
        backbone = backbone.eval()
        with torch.inference_mode():
            embeddings: Tensor = backbone(torch.zeros(1, 3, size_px, size_px))
        self.width = embeddings.flatten(1).shape[1]  # D
        _, nodes = get_graph_node_names(backbone)
        self.stages = tuple(stages)
        self.network = create_feature_extractor(backbone, {**{name: name for name in stages}, nodes[-1]: _LAST})

    def forward(self, images: Tensor) -> Tensor:
        """Return embeddings and the figures of the stages, shape (B, D + E)."""
        outputs = self.network(images)
        parts = [outputs[_LAST].flatten(1)]
        for stage in self.stages:
            spread, mean = torch.std_mean(outputs[stage], (2, 3), correction=0)
            parts += [mean, spread]
        return torch.cat(parts, 1)
