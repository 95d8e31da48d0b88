"""Memory of training from a memory map: 6,000 images against 60,000, a process each."""

import tempfile
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from models.images.examples import Pixels
from models.images.input_spec import InputSpec
from models.networks.architectures import find_architecture
from models.networks.variants import build_classifier, parse_variant
from models.training.config import TrainConfig
from models.training.fabric import make_fabric
from models.training.loop import train

NAME, SIDE, STEPS = "simple_cnn_norm_dropout", 64, 60
COUNTS = (6_000, 60_000)


def run(_: Path) -> None:
    """Print what each process needed at most."""
    print(f"{NAME} at {SIDE} px: all images read once in batches, then {STEPS} steps over rows drawn from all of them")
    print(f"{'images':>8}{'on disk MB':>12}{'own memory MB':>15}{'peak with the map MB':>22}")
    for count in COUNTS:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pixels.npy"
            draw(path, count)
            with get_context("spawn").Pool(1) as pool:
                held, peak = pool.apply(measure, (path,))
            print(f"{count:8,}{path.stat().st_size / 1e6:12.0f}{held:15.0f}{peak:22.0f}")
    print("own memory: anonymous pages; the map's pages are the system's file cache, given back when memory is short")


def draw(path: Path, count: int) -> None:
    """Write noise images as the pixel cache does, a block at a time."""
    rng = np.random.default_rng(0)
    shape = (count, SIDE, SIDE, 3)
    pixels = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
    for start in range(0, count, 1000):
        pixels[start : start + 1000] = rng.integers(0, 256, (len(pixels[start : start + 1000]), *shape[1:]), np.uint8)
    pixels.flush()


def measure(path: Path) -> tuple[float, float]:
    """Read all images once, train for a few steps; return the anonymous memory at its end and the peak, in MB."""
    pixels = np.load(path, mmap_mode="r")
    labels = np.arange(len(pixels)) % 6
    entry, fabric = find_architecture(NAME).input, make_fabric("float32")
    spec = InputSpec(SIDE, entry.mean, entry.std, entry.interpolation)
    examples = Pixels(pixels, spec, "flip-crop", fabric.device)
    for start in range(0, len(pixels), 256):
        examples.plain(np.arange(start, min(start + 256, len(pixels))))
    learn = np.zeros(len(pixels), bool)
    config = TrainConfig(epochs=1)
    learn[np.linspace(0, len(pixels) - 1, STEPS * config.batch_size).astype(int)] = True
    torch.manual_seed(0)
    classifier = build_classifier(parse_variant(NAME), 6, SIDE)
    train(classifier, examples, labels, learn, np.zeros_like(learn), config, 0, fabric)
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return tuple(int(status[key].split()[0]) / 1e3 for key in ("RssAnon", "VmHWM"))  # type: ignore[return-value]
