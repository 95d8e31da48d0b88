"""Every architecture does everything: forward, backward, learning, Grad-CAM, a checkpoint.

Here the small networks learn 32 images by heart and the large ones take two steps at 64 px. With ERRATA_SWEEP=1
(`make sweep`) all of them learn by heart, the small ones at their own size.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from curation.training.cam import grad_cam
from models.networks.architectures import ARCHITECTURES, Classifier, find_architecture
from models.networks.checkpoint import CheckpointInfo, load_checkpoint, save_checkpoint
from models.networks.variants import Variant, build_classifier

THOROUGH = os.environ.get("ERRATA_SWEEP") == "1"
K, IMAGES = 4, 32
OWN = {name for name, entry in ARCHITECTURES.items() if entry.weights is None}
LIBRARY = ("torchvision:squeezenet1_1", "timm:test_vit", "timm:test_resnet")
NAMES = [*sorted(OWN), *sorted({*ARCHITECTURES} - OWN), *LIBRARY]
HARD = {"plain_cnn", "simple_cnn_sigmoid"}  # need not learn by heart: they are kept as what does not learn well


@dataclass
class Trained:
    name: str
    size_px: int
    classifier: Classifier
    images: Tensor  # (32 or fewer, 3, S, S)
    labels: Tensor
    untouched: list[str]  # parameters that got no gradient, or one that is not a number, in the first step
    losses: list[float]
    accuracy: float


def effort(name: str) -> tuple[int, int, int, float]:
    """Return pixels, images, steps and learning rate."""
    if name in OWN:
        size_px, steps = (find_architecture(name).input.size_px, 100) if THOROUGH else (32, 10 if name in HARD else 60)
        return size_px, IMAGES, steps, 3e-3 if name in ("cnn3", "deep_cnn") else 1e-3
    size_px = 32 if name == "vgg16" else 64  # vgg16 pools to 7 x 7 places whatever comes, and is slow
    return (size_px, IMAGES, 200, 1e-4 if name == "vgg16" else 3e-4) if THOROUGH else (size_px, 8, 3, 1e-4)


def blobs(size_px: int) -> Tensor:
    """Return 32 pictures of soft random blobs, normalised, shape (32, 3, S, S)."""
    noise = torch.randn(IMAGES, 3, 5, 5, generator=torch.Generator().manual_seed(0))
    return functional.interpolate(noise, (size_px, size_px), mode="bilinear", align_corners=True)


def learn(name: str) -> Trained:
    """Train on pictures with labels that mean nothing, without dropout, until all are known or the steps are up."""
    size_px, count, steps, rate = effort(name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        classifier = build_classifier(Variant(name, "scratch"), K, size_px).train()
        for module in classifier.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        images, labels = blobs(size_px)[:count], torch.arange(count) % K
        optimiser = torch.optim.Adam(classifier.parameters(), rate)
        losses: list[float] = []
        untouched: list[str] = []
        accuracy = 0.0
        for step in range(steps):
            optimiser.zero_grad()
            logits = classifier(images)
            loss = functional.cross_entropy(logits, labels)
            loss.backward()  # type: ignore[no-untyped-call]
            if step == 0:
                for parameter, weight in classifier.named_parameters():
                    if weight.grad is None or not weight.grad.isfinite().all():
                        untouched.append(parameter)
            losses.append(loss.item())
            accuracy = float((logits.argmax(1) == labels).float().mean())
            if accuracy == 1 and step > 2:
                break
            optimiser.step()
    return Trained(name, size_px, classifier.eval(), images, labels, untouched, losses, accuracy)


@pytest.fixture(scope="module", params=NAMES)
def trained(request: pytest.FixtureRequest) -> Trained:
    """The network after learning; pytest finishes with one before it begins the next."""
    return learn(request.param)


def test_forward(trained: Trained) -> None:
    with torch.no_grad():
        logits = trained.classifier(trained.images[:2])
        embeddings = trained.classifier.backbone(trained.images[:2])
        assert torch.equal(trained.classifier.head(embeddings), logits)
    assert logits.shape == (2, K)
    assert logits.isfinite().all()
    assert embeddings.shape == (2, trained.classifier.head.in_features)


def test_every_weight_got_a_finite_gradient(trained: Trained) -> None:
    assert trained.untouched == []


def test_it_learns(trained: Trained) -> None:
    assert np.isfinite(trained.losses).all()
    assert min(trained.losses[1:]) < trained.losses[0]
    if trained.name not in HARD and (THOROUGH or trained.name in OWN):
        assert trained.accuracy == 1, trained.losses[-1]


def test_grad_cam(trained: Trained) -> None:
    entry, seen = find_architecture(trained.name), []

    def keep(_module: nn.Module, _inputs: object, output: Tensor) -> None:
        seen.append(output if entry.cam_reshape is None else entry.cam_reshape(output))

    layer = entry.cam_layer(trained.classifier)
    handle = layer.register_forward_hook(keep)
    images = trained.images[:2]
    maps = grad_cam(trained.classifier, layer, images, np.array([0, K - 1]), entry.cam_reshape)
    handle.remove()
    assert maps.shape == (2, trained.size_px, trained.size_px)
    assert np.isfinite(maps).all()
    assert maps.min() >= 0
    assert maps.max() <= 1
    _, _, height, width = seen[0].shape
    assert height == width >= trained.size_px // entry.min_size_px, "a finer map is thrown away"


def test_checkpoint(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    spec = replace(find_architecture(trained.name).input, size_px=trained.size_px)
    classes = tuple("abcd")
    save_checkpoint(path, trained.classifier, CheckpointInfo(trained.name, classes, {}, 0, "scratch", spec))
    loaded, info = load_checkpoint(path)
    path.unlink()  # of vgg16 half a gigabyte
    assert (info.architecture, info.classes, info.mode, info.input) == (trained.name, classes, "scratch", spec)
    with torch.inference_mode():
        assert torch.equal(loaded(trained.images[:2]), trained.classifier(trained.images[:2]))
