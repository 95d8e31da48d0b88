"""A tiny image folder with every kind of trouble, drawn by code: 4 classes, 12 train and 5 test images of 40 px."""

import shutil
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("checks", "dots", "stripes", "waves")
FLIPPED = ("train/dots/flipped.png", "test/waves/flipped.png")  # drawn as checks and stripes
SKIPPED = "train/checks/broken.png"
LEAK = ("train/stripes/03.png", "test/stripes/copy.png")  # the same bytes
UNICODE = "train/waves/été à Åre 1.png"
CMYK = "train/dots/cmyk.jpg"


def draw(label: str, seed: int, size_px: int = 40) -> Image.Image:
    """Draw one texture; colours, scale and place vary by seed, so that no two are copies of each other."""
    rng = np.random.default_rng([CLASSES.index(label), seed])
    y, x = np.mgrid[:size_px, :size_px] + rng.uniform(0, 40, 2)[:, None, None]
    step = rng.uniform(5, 8)
    pattern = {
        "checks": (x // step + y // step) % 2,
        "dots": (np.hypot(x % (2 * step) - step, y % (2 * step) - step) < step / 2).astype(float),
        "stripes": (x // step) % 2,
        "waves": (np.sin(y / step * 2 + 3 * np.sin(x / 8)) > 0).astype(float),
    }[label]
    hues = {"checks": (230, 60, 40), "dots": (40, 200, 60), "stripes": (50, 80, 230), "waves": (230, 200, 40)}
    colour = np.array(hues[label]) + rng.uniform(-30, 30, 3)
    picture = pattern[..., None] * colour + (1 - pattern[..., None]) * rng.uniform(90, 160, 3)
    blob = np.exp(-((x - x.mean() - rng.uniform(-15, 15)) ** 2 + (y - y.mean() - rng.uniform(-15, 15)) ** 2) / 120)
    noisy = picture + 60 * blob[..., None] + rng.normal(0, 12, (size_px, size_px, 3))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def draw_folder(root: Path, train: int = 12, test: int = 5) -> Path:
    """Draw the folder split/class/*.png and return it."""
    for split, count, first in (("train", train, 0), ("test", test, 1000)):
        for label in CLASSES:
            folder = root / split / label
            folder.mkdir(parents=True)
            for i in range(count):
                draw(label, first + i).save(folder / f"{i:02d}.png")
    draw("checks", 2000).save(root / FLIPPED[0])
    draw("stripes", 2001).save(root / FLIPPED[1])
    draw("waves", 2002).save(root / UNICODE)
    draw("dots", 2003).convert("CMYK").save(root / CMYK)
    whole = (root / "train/checks/00.png").read_bytes()
    (root / SKIPPED).write_bytes(whole[: len(whole) // 2])
    shutil.copy(root / LEAK[0], root / LEAK[1])
    return root
