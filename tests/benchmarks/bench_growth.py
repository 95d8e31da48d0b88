"""How the time and memory of judging labels grow with the number of images, on generated arrays.

    python -m tests.benchmarks.bench_growth [PICTURE.png]

Every size is judged in a process of its own, so that its peak of memory is its own.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from curation.scoring.findings import judge_labels

WIDTH = 2816  # an embedding and the stages before it, of EfficientNet-Lite0
# name -> (number of images to measure, classes, columns of features)
SERIES: dict[str, tuple[tuple[int, ...], int, int]] = {
    "10 classes, no embeddings": ((10_000, 30_000, 100_000, 300_000, 1_000_000), 10, 0),
    "100 classes, no embeddings": ((10_000, 30_000, 100_000, 300_000, 1_000_000), 100, 0),
    f"10 classes, embeddings of {WIDTH:,} columns": ((3_000, 6_000, 12_500, 25_000, 50_000, 100_000), 10, WIDTH),
}


def measure(n: int, n_classes: int, width: int) -> tuple[float, float]:
    """Judge n generated labels, a tenth of them wrong; return seconds and the peak of memory in GB, arrays included."""
    draws = np.random.default_rng(0)
    true = draws.integers(0, n_classes, n)
    labels = np.where(draws.random(n) < 0.1, draws.integers(0, n_classes, n), true)
    probs = draws.random((n, n_classes), dtype=np.float32)
    probs[np.arange(n), true] += 1.5 * n_classes
    probs /= probs.sum(1, keepdims=True)
    backbones = {}
    if width:
        features = draws.standard_normal((n, width), dtype=np.float32)
        features += draws.standard_normal((n_classes, width), dtype=np.float32)[true]
        backbones["backbone"] = features
    started = time.perf_counter()
    judge_labels(labels, n_classes, np.ones(n, bool), np.arange(n), {"network": probs}, backbones)
    seconds = time.perf_counter() - started
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def run(_: Path) -> None:
    """Print the table of the smaller sizes."""
    table(30_000)


def table(largest: int) -> dict[str, list[tuple[int, float]]]:
    """Print and return seconds by the number of images, up to `largest` of them."""
    print("| | images | s | GB at most |\n|---|---|---|---|")
    lines: dict[str, list[tuple[int, float]]] = {}
    for name, (sizes, n_classes, width) in SERIES.items():
        for n in (size for size in sizes if size <= largest):
            command = [sys.executable, "-m", "tests.benchmarks.bench_growth", *map(str, (n, n_classes, width))]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds, memory = map(float, done.stdout.split())
            lines.setdefault(name, []).append((n, seconds))
            print(f"| {name} | {n:,} | {seconds:.1f} | {memory:.1f} |", flush=True)
    return lines


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(*measure(*map(int, sys.argv[1:])))
    else:
        from tests.benchmarks.figures.pictures import growth

        measured = table(1_000_000)
        if len(sys.argv) == 2:
            growth(Path(sys.argv[1]), measured, "Judging labels: time by the number of images")
