"""Frozen features from image files: every engine against the loop one would write without Errata.

The plain loop is ImageFolder + DataLoader (as many workers as processors) + the float32 model in its default layout
with as many threads. Same backbone, size, files. Steady state: the one-time seconds (folding, compiling, converting)
have a column of their own, with the number of images from which they pay against the engine "torch".
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn
from torchvision import datasets, transforms

from models.arrays import FloatArray, IntArray
from models.features.decode_and_run import decode_and_run
from models.features.engines import batch_size, build_engine
from models.images.input_spec import InputSpec
from models.processors.devices import default_device
from models.processors.threads import cores, in_order
from tests.models.networks.lite_network import efficientnet_lite

SPEC = InputSpec(160, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), "bicubic")
N_IMAGES = 240
ROUNDS = 3
PLAIN_BATCHES = (16, 64)  # the plain loop's speed depends on it; both are shown, ratios are to the faster one
ENGINES = ("eager", "torch", "openvino", "compile")


@dataclass
class Side:
    """One row of the table."""

    name: str
    run: Callable[[], FloatArray]
    once_s: float = 0.0
    seconds: list[float] = field(default_factory=list)
    features: FloatArray | None = None

    @property
    def rate(self) -> float:
        """Images per second, of the median round."""
        return N_IMAGES / median(self.seconds)


def run(folder: Path) -> None:
    """Print the table."""
    data = datasets.ImageFolder(str(folder))
    chosen = np.random.default_rng(0).permutation(len(data.samples))[:N_IMAGES].tolist()
    paths = [Path(data.samples[i][0]) for i in chosen]
    labels = np.array([data.samples[i][1] for i in chosen])
    module = efficientnet_lite(0)
    module.classifier = nn.Identity()
    temporary = Path(tempfile.mkdtemp())
    try:
        sides = [_plain(module, folder, chosen, batch) for batch in PLAIN_BATCHES]
        sides += [_engine(name, module, paths, temporary) for name in ENGINES if _available(name)]
        for _ in range(ROUNDS):
            for side in sides:
                started = time.perf_counter()
                side.features = side.run()
                side.seconds.append(time.perf_counter() - started)
    finally:
        shutil.rmtree(temporary)
    _print(sides, labels)


def _available(name: str) -> bool:
    if name == "openvino":
        import importlib.util

        return importlib.util.find_spec("openvino") is not None
    return name != "compile" or shutil.which("g++") is not None


def _plain(module: nn.Module, folder: Path, chosen: Sequence[int], batch: int) -> Side:
    steps = [
        transforms.Resize((SPEC.size_px, SPEC.size_px), transforms.InterpolationMode.BICUBIC),
        transforms.ToTensor(),
        transforms.Normalize(SPEC.mean, SPEC.std),
    ]
    data = torch.utils.data.Subset(datasets.ImageFolder(str(folder), transforms.Compose(steps)), chosen)
    device = default_device()
    module = module.to(device)

    def loop() -> FloatArray:
        torch.set_num_threads(cores())
        loader = torch.utils.data.DataLoader(data, batch_size=batch, num_workers=cores())
        with torch.no_grad():
            return torch.cat([module(images.to(device)).cpu() for images, _ in loader]).numpy()

    return Side(f"plain loop, batch {batch}", loop)


def _engine(name: str, module: nn.Module, paths: list[Path], folder: Path) -> Side:
    device = default_device()
    size = batch_size(device)
    torch.set_num_threads(1)
    started = time.perf_counter()
    engine = build_engine(name, module.cpu(), SPEC, device, folder)
    engine(np.zeros((size, SPEC.size_px, SPEC.size_px, 3), np.uint8))
    once_s = time.perf_counter() - started
    work = decode_and_run(engine, paths, SPEC, device)
    blocks: list[IntArray] = [np.arange(i, min(i + size, len(paths))) for i in range(0, len(paths), size)]

    def loop() -> FloatArray:
        torch.set_num_threads(1)
        return np.concatenate(list(in_order(work, blocks, cores())))

    return Side(f"{name} ({engine.precision})", loop, once_s)


def _print(sides: list[Side], labels: IntArray) -> None:
    plain = max(side.rate for side in sides if side.name.startswith("plain"))
    exact, portable = (next(s for s in sides if s.name.startswith(name)) for name in ("eager", "torch"))
    assert exact.features is not None
    head = LogisticRegression(max_iter=300).fit(exact.features, labels)
    print(f"{N_IMAGES} images, {SPEC.size_px} px, {cores()} processors, {default_device()}, {ROUNDS} rounds")
    print(f"{'':24}{'img/s':>8}{'ratio':>8}{'once s':>8}{'pays from':>11}{'cosine':>10}{'same class':>12}")
    for side in sides:
        assert side.features is not None
        same = float(np.mean(head.predict(side.features) == head.predict(exact.features)))
        print(
            f"{side.name:24}{side.rate:8.0f}{side.rate / plain:8.2f}{side.once_s:8.1f}{_pays(side, portable):>11}"
            f"{_cosine(side.features, exact.features):10.6f}{same:12.2%}"
        )


def _pays(side: Side, portable: Side) -> str:
    gain = 1 / portable.rate - 1 / side.rate
    return f"{(side.once_s - portable.once_s) / gain:.0f}" if side.once_s > portable.once_s and gain > 0 else "-"


def _cosine(a: FloatArray, b: FloatArray) -> float:
    """Return the mean cosine between corresponding rows."""
    return float(((a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)).mean())
