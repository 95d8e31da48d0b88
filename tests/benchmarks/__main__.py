"""Run all benchmarks, or the named ones."""

import importlib
import os
import pkgutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import tests.benchmarks

PREFIX = "bench_"


def main(names: list[str]) -> int:
    """Run the named benchmarks, all of them if none is named; return the exit code."""
    modules = [module.name for module in pkgutil.iter_modules(tests.benchmarks.__path__)]
    known = [name.removeprefix(PREFIX) for name in modules if name.startswith(PREFIX)]
    if unknown := sorted(set(names) - set(known)):
        print(f"no benchmark {', '.join(unknown)} (choices: {', '.join(known)})", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as temporary:
        given = os.environ.get("ERRATA_BENCH_DATA")
        folder = Path(given) if given else draw_noise(Path(temporary))
        for name in names or known:
            module = importlib.import_module(f"tests.benchmarks.{PREFIX}{name}")
            if not hasattr(module, "run"):
                print(f"\n{name} measures an audited data set: python -m {module.__name__} --help", flush=True)
                continue
            print(f"\n{name}, on {'ERRATA_BENCH_DATA' if given else 'drawn noise'}", flush=True)
            module.run(folder)
    return 0


def draw_noise(folder: Path, n_images: int = 600, size_px: int = 150) -> Path:
    """Draw JPEG images of coarse and fine noise, tinted by class, as heavy to decode as photographs."""
    rng = np.random.default_rng(0)
    for i in range(n_images):
        label = i % 6
        coarse = np.kron(rng.integers(0, 200, (15, 15, 3)), np.ones((size_px // 15, size_px // 15, 1)))
        pixels = coarse + rng.integers(0, 40, coarse.shape) + 15 * np.array([label & 1, label & 2, label & 4])
        path = folder / f"class{label}" / f"{i:05d}.jpg"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=90)
    return folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
