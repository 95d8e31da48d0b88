"""The frozen recipe with augmentation: the backbone run in every epoch, against cached features of a few views.

The plain loop is ImageFolder + DataLoader (as many workers as processors) + torchvision's transforms + the float32
backbone in its default layout, without gradients, and a linear head. Same files, epochs, batch size, optimiser and
schedule. What the views cost once has a column of its own; they serve every head, fold and seed from then on.
"""

import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torchvision import datasets, transforms

from models.arrays import FloatArray, IntArray
from models.features.engines import default_precision
from models.features.extract import extract_features
from models.features.views import extract_views
from models.images.examples import CachedViews
from models.networks.architectures import Classifier, find_architecture
from models.processors.devices import default_device
from models.processors.threads import cores
from models.training.config import TrainConfig
from models.training.fabric import make_fabric
from models.training.loop import train
from tests.models.networks.lite_network import efficientnet_lite

NAME = "efficientnet_lite0"
SPEC = find_architecture(NAME).input
N_TRAIN, N_TEST = 240, 900
VIEWS = (1, 2, 4)


def run(folder: Path) -> None:
    """Print the table."""
    data = datasets.ImageFolder(str(folder))
    order = np.random.default_rng(0).permutation(len(data.samples)).tolist()
    learned, tested_rows = order[:N_TRAIN], order[N_TRAIN : N_TRAIN + N_TEST]
    labels = np.array(data.targets)
    backbone = efficientnet_lite(0)
    backbone.classifier = nn.Identity()
    temporary = Path(tempfile.mkdtemp())
    try:
        tested = _features(data, backbone, tested_rows, temporary)
        config = TrainConfig(epochs=20)
        head, plain_s = _plain(backbone, folder, learned, len(data.classes), config)
        print(
            f"{len(learned)} training images, {len(tested_rows)} for the accuracy, "
            f"{SPEC.size_px} px, {config.epochs} epochs"
        )
        print(f"{cores()} processors, {default_device()}, {default_precision(default_device())}")
        print(f"{'':24}{'seconds':>9}{'ratio':>8}{'views s':>9}{'ratio with views':>18}{'accuracy':>10}")
        right = _accuracy(head, tested, labels[tested_rows])
        print(f"{'backbone every epoch':24}{plain_s:9.2f}{1:8.1f}{'-':>9}{1:18.1f}{right:10.1%}")
        for n_views in VIEWS:
            started = time.perf_counter()
            views = _views(data, backbone, learned, temporary / f"{n_views}", n_views)
            views_s = time.perf_counter() - started
            started = time.perf_counter()
            head = _cached(views, labels[learned], len(data.classes), config)
            taken = time.perf_counter() - started
            right = _accuracy(head, tested, labels[tested_rows])
            print(
                f"{f'{n_views} cached views':24}{taken:9.2f}{plain_s / taken:8.1f}{views_s:9.1f}"
                f"{plain_s / (taken + views_s):18.1f}{right:10.1%}"
            )
    finally:
        shutil.rmtree(temporary)


def _features(data: datasets.ImageFolder, backbone: nn.Module, rows: list[int], folder: Path) -> FloatArray:
    paths = [Path(data.samples[i][0]) for i in rows]
    return extract_features(NAME, backbone, SPEC, paths, [str(path) for path in paths], folder)


def _views(data: datasets.ImageFolder, backbone: nn.Module, rows: list[int], folder: Path, n_views: int) -> FloatArray:
    paths = [Path(data.samples[i][0]) for i in rows]
    keys = [str(path) for path in paths]
    return extract_views(NAME, backbone, SPEC, paths, keys, folder, "auto", "flip-crop", n_views, 0)


def _plain(
    backbone: nn.Module, folder: Path, rows: list[int], n_classes: int, config: TrainConfig
) -> tuple[nn.Module, float]:
    side = SPEC.size_px
    steps = [
        transforms.Resize((side, side), transforms.InterpolationMode.BICUBIC),
        transforms.RandomCrop(side, padding=side // 8, padding_mode="edge"),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize(SPEC.mean, SPEC.std),
    ]
    data = torch.utils.data.Subset(datasets.ImageFolder(str(folder), transforms.Compose(steps)), rows)
    loader = torch.utils.data.DataLoader(data, config.batch_size, shuffle=True, num_workers=cores())
    torch.manual_seed(0)
    torch.set_num_threads(cores())
    device = default_device()
    backbone, head = backbone.to(device).eval(), nn.Linear(1280, n_classes).to(device)
    optimiser = torch.optim.AdamW(head.parameters(), config.peak_lr, weight_decay=config.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.peak_lr, total_steps=config.epochs * len(loader))
    started = time.perf_counter()
    for _ in range(config.epochs):
        for images, given in loader:
            with torch.no_grad():
                embedded = backbone(images.to(device))
            loss = functional.cross_entropy(head(embedded), given.to(device), label_smoothing=config.label_smoothing)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return head, time.perf_counter() - started


def _cached(views: FloatArray, labels: IntArray, n_classes: int, config: TrainConfig) -> nn.Module:
    torch.manual_seed(0)
    fabric = make_fabric("float32")
    classifier = Classifier(nn.Identity(), nn.Linear(views.shape[2], n_classes))
    all_rows = np.ones(len(labels), bool)
    return train(classifier, CachedViews(views, fabric.device), labels, all_rows, ~all_rows, config, 0, fabric).head


def _accuracy(head: nn.Module, features: FloatArray, labels: IntArray) -> float:
    with torch.inference_mode():
        predicted = head.cpu()(torch.from_numpy(np.array(features))).argmax(1).numpy()
    return float((predicted == labels).mean())
