"""Grad-CAM by hand on a network small enough to compute on paper, and the files it is kept in."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn

from curation.results.cam_files import CamJob, cam_jobs, cam_pair, cam_path
from curation.training.cam import LONG_SIDE_PX, draw_cams, grad_cam
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD
from models.images.input_spec import InputSpec
from models.networks.architectures import Classifier, find_architecture
from models.networks.checkpoint import CheckpointInfo, save_checkpoint
from models.networks.variants import build_classifier, parse_variant
from tests.helpers.drawn_folder import draw
from tests.helpers.small_audit import small_audit


class OnPaper(nn.Module):
    """Two channels handed through, averaged over the image: its gradients are known without computing."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 2, 1, bias=False)
        with torch.no_grad():
            self.layer.weight[:] = torch.tensor([[1.0, 0, 0], [0, 1.0, 0]])[..., None, None]

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor(self.layer(images).mean((2, 3)))


def on_paper() -> Classifier:
    head = nn.Linear(2, 2, bias=False)
    with torch.no_grad():
        head.weight[:] = torch.tensor([[2.0, -1.0], [-1.0, 1.0]])
    return Classifier(OnPaper(), head).eval()


def test_grad_cam_by_hand() -> None:
    """Weights of class k: the head's row by the number of pixels; map = relu(sum of weight * channel) in 0..1."""
    images = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    classifier = on_paper()
    for target in (0, 1):
        maps = grad_cam(classifier, classifier.backbone.layer, images, np.array([target, target]))  # type: ignore[arg-type]
        red, green = images[:, 0].numpy(), images[:, 1].numpy()
        speaks = np.maximum(2 * red - green if target == 0 else green - red, 0)
        low, high = speaks.min((1, 2), keepdims=True), speaks.max((1, 2), keepdims=True)
        np.testing.assert_allclose(maps, (speaks - low) / (high - low), atol=1e-4)


def test_nothing_speaks_for_the_class() -> None:
    dark = torch.zeros(1, 3, 8, 8)
    classifier = on_paper()
    maps = grad_cam(classifier, classifier.backbone.layer, dark, np.array([0]))  # type: ignore[arg-type]
    assert np.isfinite(maps).all()
    assert maps.max() == 0


def test_hooks_are_gone_afterwards_also_after_an_error() -> None:
    classifier = on_paper()
    layer = classifier.backbone.layer
    assert isinstance(layer, nn.Module)
    grad_cam(classifier, layer, torch.rand(1, 3, 8, 8), np.array([0]))
    with pytest.raises(IndexError):
        grad_cam(classifier, layer, torch.rand(1, 3, 8, 8), np.array([7]))
    assert not layer._forward_hooks
    assert not layer._backward_hooks


@pytest.mark.parametrize("name", ["efficientnet_lite0", "simple_cnn_norm_dropout", "residual_cnn"])
def test_every_architecture_draws_maps_in_the_proportions_of_the_image(tmp_path: Path, name: str) -> None:
    torch.manual_seed(0)
    for fold in range(2):
        info = CheckpointInfo(name, ("a", "b", "c"), {}, fold)
        save_checkpoint(tmp_path / f"fold-{fold}.safetensors", build_classifier(parse_variant(name), 3), info)
    picture = tmp_path / "wide.png"
    draw("waves", 0, 80).resize((80, 40)).save(picture)
    jobs = [
        CamJob(picture, (80, 40), target, fold, tmp_path / "cams" / f"{fold}-{target}.png")
        for fold in (0, 1, NO_FOLD)
        for target in (0, 2)
    ]
    events: list[tuple[int, int]] = []
    draw_cams(tmp_path, name, jobs, batch_size=1, progress=lambda *event: events.append(event))
    assert events == [(i, 6) for i in range(1, 7)]
    for job in jobs:
        with Image.open(job.output) as image:
            assert (image.size, image.mode, image.format) == ((LONG_SIDE_PX, LONG_SIDE_PX // 2), "L", "PNG")
            assert image.getextrema()[0] >= 1  # type: ignore[operator]
    content = [job.output.read_bytes() for job in jobs]
    assert content[4:] == content[:2], "an image no model trained on is looked at by fold 0's"
    assert content[0] != content[2], "each fold has another model"
    written = [job.output.stat().st_mtime_ns for job in jobs]
    draw_cams(tmp_path, name, jobs)
    assert [job.output.stat().st_mtime_ns for job in jobs] == written, "existing maps are not drawn again"


def test_a_vision_transformer_by_its_tokens() -> None:
    """The class token's and the places' tokens: the map lies where the places are."""
    entry = find_architecture("timm:test_vit")
    torch.manual_seed(0)
    classifier = build_classifier(parse_variant("timm:test_vit@scratch"), 3, size_px=64).eval()
    layer = entry.cam_layer(classifier)
    seen: list[torch.Tensor] = []
    layer.register_forward_hook(lambda module, inputs, output: seen.append(output.detach()))
    images = torch.randn(2, 3, 64, 64)
    maps = grad_cam(classifier, layer, images, np.array([0, 1]), entry.cam_reshape)
    assert maps.shape == (2, 64, 64)
    assert np.isfinite(maps).all()
    assert maps.min() >= 0
    assert maps.max() == pytest.approx(1, abs=1e-3)
    assert seen[0].shape[1] == 17, "one class token, 4 x 4 places"
    uncut = GradCAM(model=classifier, target_layers=[layer], reshape_transform=entry.cam_reshape)
    expected = uncut(images, [ClassifierOutputTarget(0), ClassifierOutputTarget(1)])
    uncut.activations_and_grads.release()
    np.testing.assert_allclose(maps, expected, atol=1e-5)


def test_what_changes_in_place_behind_the_layer_leaves_the_map() -> None:
    """Activations 1 and -1 in two channels that both speak for class 0; after the in-place ReLU only one is left."""

    class InPlace(OnPaper):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return torch.relu_(self.layer(images)).mean((2, 3))

    classifier = Classifier(InPlace(), on_paper().head).eval()
    images = torch.rand(1, 3, 8, 8) - 0.5
    layer = classifier.backbone.layer
    assert isinstance(layer, nn.Module)
    maps = grad_cam(classifier, layer, images, np.array([0]))
    red, green = images[0, 0].numpy(), images[0, 1].numpy()
    weight_red, weight_green = 2 * (red > 0).mean(), -1 * (green > 0).mean()
    speaks = np.maximum(weight_red * red + weight_green * green, 0)
    np.testing.assert_allclose(maps[0], (speaks - speaks.min()) / (speaks.max() - speaks.min()), atol=1e-4)


def test_the_checkpoint_of_a_single_training_and_its_own_size(tmp_path: Path) -> None:
    spec = InputSpec(24, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
    classifier = build_classifier(parse_variant("cnn3"), 2, size_px=24)
    save_checkpoint(
        tmp_path / "checkpoint.safetensors", classifier, CheckpointInfo("cnn3", ("a", "b"), {}, 0, input=spec)
    )
    draw("waves", 0).save(tmp_path / "a.png")
    job = CamJob(tmp_path / "a.png", (40, 40), 0, NO_FOLD, tmp_path / "cams" / "a.png")
    draw_cams(tmp_path, "cnn3@scratch", [job])
    assert job.output.exists()


def test_a_missing_checkpoint_is_one_sentence(tmp_path: Path) -> None:
    draw("waves", 0).save(tmp_path / "a.png")
    job = CamJob(tmp_path / "a.png", (40, 40), 0, 1, tmp_path / "cams" / "a.png")
    with pytest.raises(ErrataError, match=r"fold-1\.safetensors"):
        draw_cams(tmp_path, "simple_cnn_norm_dropout", [job])


def test_paths_differ_by_run_image_and_class(tmp_path: Path) -> None:
    places = {
        cam_path(tmp_path / run, image_id, label)
        for run in ("a", "b")
        for image_id in ("x/é 1.png", "x/2.png")
        for label in ("sea", "Casa Batlló")
    }
    assert len(places) == 8
    assert all(path.name.isascii() for path in places)


def test_jobs_look_with_the_model_that_did_not_train_on_the_image(tmp_path: Path) -> None:
    audit = small_audit(Workspace(tmp_path))
    architecture = audit.architectures[0]
    rows = [int(audit.suspects("train")[0]), int(audit.suspects("test")[0])]
    jobs = cam_jobs(audit, architecture, rows)
    assert architecture.predictions.fold is not None
    assert [job.fold for job in jobs] == [architecture.predictions.fold[rows[0]]] * 2 + [NO_FOLD] * 2
    for row, (given, suggested) in zip(rows, (jobs[:2], jobs[2:]), strict=True):
        assert given.target == audit.rows.labels[row]
        assert suggested.target == audit.alternatives()[row] != given.target
        assert (given.output, suggested.output) == cam_pair(audit, architecture, row)
        assert given.path == audit.rows.paths[row]
