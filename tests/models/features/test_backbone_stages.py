"""Stages of a backbone beside its last layer: by hand, and with every engine."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.features.backbone_stages import WithStages
from models.features.engines import build_engine
from models.images.input_spec import InputSpec
from models.networks.architectures import ARCHITECTURES
from models.networks.variants import build_classifier, parse_variant

SPEC = InputSpec(8, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), "bilinear")


class Small(nn.Module):
    """Two stages and a pooled embedding; the first stage is the image itself."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Identity(), nn.Conv2d(3, 4, 3, padding=1)

    def forward(self, images: Tensor) -> Tensor:
        maps: Tensor = self.second(self.first(images))
        return maps.mean((2, 3))


def test_mean_and_deviation_of_each_channel_stand_behind_the_embedding() -> None:
    image = torch.zeros(1, 3, 2, 2)
    image[0, 0] = torch.tensor([[1.0, 3.0], [1.0, 3.0]])
    image[0, 1] = 5
    small = Small()
    stages = WithStages(small, ["first"], 2)
    features = stages(image)
    assert stages.width == 4
    assert features.shape == (1, 4 + 6)
    assert torch.allclose(features[:, :4], small(image))
    assert features[0, 4:].tolist() == [2, 5, 0, 1, 0, 0]  # means, then deviations over the places


@pytest.mark.parametrize("engine", ["eager", "torch"])
def test_engines_agree_with_the_module(engine: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = WithStages(Small(), ["first", "second"], 8).eval()
    pixels = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), np.uint8)
    normal = (torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255 - 0.5) / 0.5
    with torch.inference_mode():
        expected = module(normal).numpy()
    assert np.allclose(build_engine(engine, module, SPEC, "cpu", tmp_path)(pixels), expected, atol=1e-5)


@pytest.mark.parametrize("name", [name for name, entry in ARCHITECTURES.items() if entry.stages])
def test_the_stages_of_the_registry_are_maps_of_its_networks(name: str) -> None:
    torch.manual_seed(0)
    backbone = build_classifier(parse_variant(f"{name}@scratch"), 2).backbone.eval()
    images = torch.randn(1, 3, 64, 64)
    stages = WithStages(backbone, ARCHITECTURES[name].stages, 64).eval()
    with torch.inference_mode():
        features, embeddings = stages(images), backbone(images)
    assert features.shape[1] > embeddings.shape[1]
    assert torch.equal(features[:, : embeddings.shape[1]], embeddings)
    assert bool((features[:, embeddings.shape[1] :] != 0).any(0).all())


def test_two_threads_do_not_mix_their_images(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    engine = build_engine("torch", WithStages(Small(), ["first"], 8), SPEC, "cpu", tmp_path)
    batches = [np.full((2, 8, 8, 3), value, np.uint8) for value in range(0, 256, 5)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(engine, batches))
    assert all(np.array_equal(features, engine(batch)) for features, batch in zip(together, batches, strict=True))
