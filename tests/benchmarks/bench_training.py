"""Training small networks from scratch: the product against the loop one would write, and what each step gives.

The plain loop is ImageFolder + DataLoader (as many workers as processors) + torchvision's transforms + the float32
network in its default layout with as many threads. Same files, epochs, batch size, optimiser, schedule, augmentation.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision import datasets, transforms

from models.arrays import BoolArray, ByteArray, IntArray
from models.images.augment import flip_crop
from models.images.examples import Pixels, normalise
from models.images.pixel_cache import pixel_cache
from models.networks.architectures import Classifier, find_architecture
from models.networks.variants import build_classifier, parse_variant
from models.processors.devices import default_device
from models.processors.processes import side_by_side
from models.processors.threads import cores
from models.training.batches import batches as shuffled
from models.training.batches import draws_of_epoch
from models.training.config import TrainConfig
from models.training.fabric import make_fabric
from models.training.loop import train
from models.training.predict import loss_and_accuracy

NAMES = ("simple_cnn_norm_dropout", "cnn3")  # the lighter the network, the more the files weigh
SPEC = find_architecture(NAMES[0]).input  # of both
CONFIG = TrainConfig(epochs=4)
ROUNDS = 3
N_LEARN, TEST_SHARE = 1_000, 0.25


@dataclass(frozen=True)
class Data:
    """The images as files and as decoded pixels, and the network that learns from them."""

    architecture: str
    folder: Path
    pixels: ByteArray
    labels: IntArray
    learn: BoolArray
    n_classes: int


@dataclass(frozen=True)
class Loop:
    """A training loop written out, with the steps that lead from the plain one to the product."""

    source: str  # "files", "cache": decoded once, augmented one by one; "batches": augmented as whole batches
    channels_last: bool = False
    fused: bool = False
    threads: int = field(default_factory=cores)

    def __call__(self, data: Data, seed: int) -> tuple[nn.Module, float]:
        """Return the trained network and the seconds it took."""
        torch.manual_seed(seed)
        torch.set_num_threads(self.threads)
        device = torch.device(default_device())
        network = build_classifier(parse_variant(data.architecture), data.n_classes).to(device).train()
        if self.channels_last:
            network = network.to(memory_format=torch.channels_last)
        optimiser = torch.optim.AdamW(
            network.parameters(), CONFIG.peak_lr, weight_decay=CONFIG.weight_decay, fused=self.fused
        )
        n_steps = CONFIG.epochs * -(-int(data.learn.sum()) // CONFIG.batch_size)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, CONFIG.peak_lr, total_steps=n_steps)
        batches = _by_hand(data, seed, self.channels_last) if self.source == "batches" else _loader(data, self.source)
        started = time.perf_counter()
        for _ in range(CONFIG.epochs):
            for images, labels in batches():
                logits = network(images.to(device))
                loss = functional.cross_entropy(logits, labels.to(device), label_smoothing=CONFIG.label_smoothing)
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                schedule.step()
        return network, time.perf_counter() - started


Batches = Callable[[], Iterator[tuple[Tensor, Tensor]]]


def _loader(data: Data, source: str) -> Batches:
    side = SPEC.size_px
    augment = [
        transforms.RandomCrop(side, padding=side // 8, padding_mode="edge"),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize(SPEC.mean, SPEC.std),
    ]
    if source == "files":
        whole: torch.utils.data.Dataset[tuple[Tensor, int]] = datasets.ImageFolder(
            str(data.folder), transforms.Compose([transforms.Resize((side, side)), *augment])
        )
    else:
        whole = _Decoded(data, transforms.Compose([transforms.ToPILImage(), *augment]))
    rows = np.flatnonzero(data.learn).tolist()
    loader = torch.utils.data.DataLoader(
        torch.utils.data.Subset(whole, rows), CONFIG.batch_size, shuffle=True, num_workers=cores()
    )
    return lambda: iter(loader)


class _Decoded(torch.utils.data.Dataset[tuple[Tensor, int]]):
    def __init__(self, data: Data, transform: Callable[[ByteArray], Tensor]) -> None:
        self.data, self.transform = data, transform

    def __len__(self) -> int:
        return len(self.data.pixels)

    def __getitem__(self, i: int) -> tuple[Tensor, int]:
        return self.transform(np.asarray(self.data.pixels[i])), int(self.data.labels[i])


def _by_hand(data: Data, seed: int, channels_last: bool) -> Batches:
    generator = torch.Generator().manual_seed(seed)
    rows = np.flatnonzero(data.learn)

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        draws = draws_of_epoch(generator, 0)  # as models.training.loop: the same numbers, so the same accuracy
        for take in shuffled(rows, CONFIG.batch_size, generator):
            images = normalise(flip_crop(torch.from_numpy(data.pixels[take]), draws), SPEC)
            yield images if channels_last else images.contiguous(), torch.from_numpy(data.labels[take])

    return batches


def product(data: Data, seed: int, threads: int) -> tuple[nn.Module, float]:
    """Train with models.training.loop; return the network and the seconds it took."""
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    fabric = make_fabric()
    examples = Pixels(data.pixels, SPEC, CONFIG.augmentation, fabric.device)
    classifier = build_classifier(parse_variant(data.architecture), data.n_classes)
    started = time.perf_counter()
    none = np.zeros(len(data.labels), bool)
    trained = train(classifier, examples, data.labels, data.learn, none, CONFIG, seed, fabric)
    return trained, time.perf_counter() - started


def one_of_two(task: tuple[Data, int, Path]) -> None:
    """Train in a process of its own and leave behind when, and the weights."""
    data, seed, path = task
    started = time.time()
    trained, _ = product(data, seed, torch.get_num_threads())
    torch.save({"started": started, "ended": time.time(), "state": trained.state_dict()}, path)


def two_processes(data: Data, seed: int, folder: Path) -> tuple[nn.Module, float]:
    """Train two seeds side by side as the product does; return one network and the seconds of each training."""
    paths = [folder / f"{k}.pt" for k in range(2)]
    side_by_side(one_of_two, [(data, seed + k, path) for k, path in enumerate(paths)], [True] * 2, 2, lambda: None)
    ends = [torch.load(path, weights_only=True) for path in paths]
    network = build_classifier(parse_variant(data.architecture), data.n_classes)
    network.load_state_dict(ends[0]["state"])
    return network, (max(end["ended"] for end in ends) - min(end["started"] for end in ends)) / 2


SIDES: dict[str, Callable[[Data, int], tuple[nn.Module, float]]] = {
    "plain loop": Loop("files"),
    "+ decoded once (memory map)": Loop("cache"),
    "+ whole batches augmented": Loop("batches"),
    "+ channels last": Loop("batches", True),
    "+ fused optimiser": Loop("batches", True, True),
    "the same on one thread": Loop("batches", True, True, 1),
    "models.training.loop, all threads": partial(product, threads=cores()),
    "models.training.loop, one thread": partial(product, threads=1),
}
TWO = "models.training.loop, 2 seeds, 2 processes"


def run(folder: Path) -> None:
    """Print a table for each network."""
    temporary = Path(tempfile.mkdtemp())
    try:
        started = time.perf_counter()
        data = _data(folder, temporary)
        once_s = time.perf_counter() - started
        print(f"{cores()} processors, {default_device()}, {ROUNDS} rounds; decoding once took {once_s:.1f} s")
        print("accuracy on the other images, mean over the rounds (a seed each): 4 points up or down from seed to seed")
        for name in NAMES:
            _table(replace(data, architecture=name), temporary)
    finally:
        shutil.rmtree(temporary)


def _table(data: Data, temporary: Path) -> None:
    sides = dict(SIDES)
    if default_device() == "cpu":
        sides[TWO] = partial(two_processes, folder=temporary)
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    accuracies: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(ROUNDS):
        for name, side in sides.items():
            network, taken = side(data, turn)
            seconds[name].append(taken)
            accuracies[name].append(_accuracy(network, data))
    n = int(data.learn.sum())
    print(f"\n{data.architecture}: {n:,} images at {SPEC.size_px} px, {CONFIG.epochs} epochs of {CONFIG.batch_size}")
    print(f"{'':36}{'img/s':>8}{'ratio':>8}{'accuracy':>10}")
    plain = median(seconds["plain loop"])
    for name in sides:
        median_s = median(seconds[name])
        rate = CONFIG.epochs * n / median_s
        print(f"{name:36}{rate:8.0f}{plain / median_s:8.2f}{np.mean(accuracies[name]):10.1%}", flush=True)


def _data(folder: Path, cache: Path) -> Data:
    pictures = datasets.ImageFolder(str(folder))
    paths = [Path(path) for path, _ in pictures.samples]
    pixels = pixel_cache(paths, [str(path) for path in paths], SPEC.size_px, SPEC.interpolation, cache)
    order, learn = np.random.default_rng(0).permutation(len(paths)), np.zeros(len(paths), bool)
    learn[order[: min(N_LEARN, round((1 - TEST_SHARE) * len(paths)))]] = True
    return Data(NAMES[0], folder, pixels, np.array(pictures.targets), learn, len(pictures.classes))


def _accuracy(network: nn.Module, data: Data) -> float:
    assert isinstance(network, Classifier)
    fabric = make_fabric()
    _, accuracy = loss_and_accuracy(
        network.to(memory_format=torch.channels_last),
        Pixels(data.pixels, SPEC, "none", fabric.device),
        data.labels,
        ~data.learn,
        fabric,
    )
    assert accuracy is not None
    return accuracy
