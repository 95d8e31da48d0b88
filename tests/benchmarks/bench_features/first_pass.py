"""How near the first pass over the images comes to the rate of the model alone, on the same engine in one run.

    python -m tests.benchmarks.bench_features.first_pass FOLDER [IMAGES]

FOLDER holds JPEG files, in any folders. "model" runs the engine over pixels that are in memory, a thread for each
processor as in an audit; "pass" reads, decodes, stretches, runs and writes rows to disk. Both take turns. The ratio of
processor seconds holds on a busy machine too. The shares are of the time of all threads in the pass; what is left of
it, they wait.
"""

import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TypeVar
from unittest.mock import patch

import numpy as np
import torch

from models.arrays import IntArray
from models.features import decode_and_run as of_threads
from models.features.backbone_stages import WithStages
from models.features.decode_and_run import decode_and_run
from models.features.engines import Precision, batch_size, build_engine
from models.images.decode import read_pixels
from models.images.row_store import fill_rows
from models.networks.architectures import find_architecture
from models.networks.variants import parse_variant, pretrained_backbone
from models.processors.devices import default_device
from models.processors.threads import cores, in_order

NAME, ROUNDS = "efficientnet_lite0", 5
ENGINES: tuple[tuple[str, Precision], ...] = (("openvino", "float32"), ("openvino", "bfloat16"), ("torch", "bfloat16"))
Result = TypeVar("Result")


class Clock:
    """Seconds that threads spend in parts of their work; what one part calls is not counted twice."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()

    def timed(self, part: str, work: Callable[..., Result]) -> Callable[..., Result]:
        """Return the same function, timed."""

        def run(*arguments: object, **named: object) -> Result:
            started = time.perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                with self._lock:
                    self.seconds[part] += time.perf_counter() - started

        return run


def measure(engine_name: str, precision: Precision, paths: list[Path], folder: Path) -> None:
    """Print one line of the table."""
    entry, device = find_architecture(NAME), default_device()
    spec, size = entry.input, batch_size(device)
    module = WithStages(pretrained_backbone(parse_variant(NAME)), entry.stages, spec.size_px)
    engine = build_engine(engine_name, module, spec, device, folder, precision)
    pixels = np.stack([read_pixels(path, spec.size_px, spec.interpolation) for path in paths])
    blocks: list[IntArray] = [np.arange(i, min(i + size, len(paths))) for i in range(0, len(paths), size)]
    width = engine(pixels[:size]).shape[1]
    keys = [f"{row:064x}" for row in range(len(paths))]
    clock = Clock()

    def model() -> None:
        for _ in in_order(lambda block: engine(pixels[block]), blocks, cores()):
            pass

    def whole(place: int) -> None:
        run = clock.timed("model", engine)
        work = decode_and_run(run, paths, spec, device)
        fill_rows(folder / f"pass-{place}", keys, (width,), np.float32, clock.timed("work", work), size, cores())

    models: list[float] = []
    passes: list[float] = []
    processors: list[float] = []
    for place in range(ROUNDS):
        for seconds, side in ((models, model), (passes, lambda place=place: whole(place))):
            started, worked = time.perf_counter(), time.process_time()
            with patch.object(of_threads, "read_pixels", clock.timed("decoding", read_pixels)):
                side()
            seconds.append(time.perf_counter() - started)
            processors.append(time.process_time() - worked)
    ratios = [alone / together for alone, together in zip(models, passes, strict=True)]
    busy = [alone / together for alone, together in zip(processors[::2], processors[1::2], strict=True)]
    total = cores() * sum(passes)
    parts = {part: clock.seconds[part] / total for part in ("model", "decoding", "work")}
    copying = parts["work"] - parts["model"] - parts["decoding"]
    print(
        f"| {engine_name}, {engine.precision} | {len(paths) / median(models):.0f} | {len(paths) / median(passes):.0f} "
        f"| {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) "
        f"| {median(busy):.3f} ({min(busy):.3f} to {max(busy):.3f}) | {parts['model']:.0%} "
        f"| {parts['decoding']:.0%} | {copying:.1%} | {1 - parts['work']:.0%} |",
        flush=True,
    )


def run(folder: Path, most: int = 400) -> None:
    """Print the table."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    order = np.random.default_rng(0).permutation(len(found))[:most]
    paths = [found[place] for place in order.tolist()]
    torch.set_num_threads(1)
    print(f"{len(paths)} images, {find_architecture(NAME).input.size_px} px, {cores()} processors, {ROUNDS} rounds")
    print(
        "| engine | model alone, img/s | pass, img/s | ratio, median (range) | ratio of processor seconds "
        "| model | decoding | copying | waiting |\n|---|---|---|---|---|---|---|---|---|"
    )
    for name, precision in ENGINES:
        with tempfile.TemporaryDirectory() as temporary:
            measure(name, precision, paths, Path(temporary))


if __name__ == "__main__":
    run(Path(sys.argv[1]), *(int(count) for count in sys.argv[2:3]))
