"""How much JPEG files may be reduced while they are decoded before a frozen backbone tells another class.

    python -m tests.benchmarks.bench_features.drafts FOLDER [IMAGES]

FOLDER holds photographs in a folder for each class. Large photographs are made of them: seven by seven of one class
side by side, with all their detail, 1,050 px of photographs of 150 px. A head learns from one half as decoded in full
and predicts the other half as decoded at each size. The time is that of reading pixels, in processor seconds.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.linear_model import LogisticRegression

from models.features.bfloat16 import lowest_cosine
from models.features.engines import build_engine
from models.images import decode
from models.networks.architectures import find_architecture
from models.networks.variants import parse_variant, pretrained_backbone

NAME, SIDE = "efficientnet_lite0", 7
FACTORS = (1_000, 4, 2, 1)  # the decoded image is at least so many times the network's input; 1,000: in full


def mosaics(folder: Path, count: int, into: Path) -> tuple[list[Path], list[str]]:
    """Draw the large photographs and return their files and classes."""
    draws = np.random.default_rng(0)
    paths: list[Path] = []
    labels: list[str] = []
    classes = sorted(path for path in folder.iterdir() if path.is_dir())
    for place in range(count):
        chosen = classes[place % len(classes)]
        known = sorted(chosen.iterdir())
        files = [known[at] for at in draws.permutation(len(known))[: SIDE * SIDE].tolist()]
        with Image.open(files[0]) as first:
            width, height = first.size
        whole = Image.new("RGB", (SIDE * width, SIDE * height))
        for at, file in enumerate(files):
            with Image.open(file) as part:
                row, column = divmod(at, SIDE)
                whole.paste(part.resize((width, height)), (column * width, row * height))
        paths.append(into / f"{place}.jpg")
        labels.append(chosen.name)
        whole.save(paths[-1], quality=90)
    return paths, labels


def run(folder: Path, count: int = 240) -> None:
    """Print the table."""
    spec = find_architecture(NAME).input
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        paths, labels = mosaics(folder, count, Path(temporary))
        module = pretrained_backbone(parse_variant(NAME))
        engine = build_engine("openvino", module, spec, "cpu", Path(temporary), "float32")
        seen, taken = {}, {}
        for factor in FACTORS:
            decode.DRAFT_FACTOR = factor
            started = time.process_time()
            pixels = np.stack([decode.read_pixels(path, spec.size_px, spec.interpolation) for path in paths])
            taken[factor] = time.process_time() - started
            seen[factor] = engine(pixels)
    exact, half = seen[FACTORS[0]], np.arange(count) // 6 % 2 == 0
    head = LogisticRegression(max_iter=300).fit(exact[half], np.array(labels)[half])
    expected = head.predict(exact[~half])
    print(f"{count} pictures of {SIDE} x {SIDE} photographs, {spec.size_px} px, head judged on {int((~half).sum())}")
    print("| at least, times the input | ms an image | same class | lowest cosine |\n|---|---|---|---|")
    for factor in FACTORS:
        same = float(np.mean(head.predict(seen[factor][~half]) == expected))
        lowest = lowest_cosine(seen[factor], exact)
        name = "in full" if factor > SIDE else factor
        print(f"| {name} | {1000 * taken[factor] / count:.1f} | {same:.1%} | {lowest:.4f} |")


if __name__ == "__main__":
    run(Path(sys.argv[1]), *(int(count) for count in sys.argv[2:3]))
