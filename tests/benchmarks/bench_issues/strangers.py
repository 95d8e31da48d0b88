"""Which new pictures Predict calls "none of these": noise, flat colour, drawings, numerals, photographs.

    python -m tests.benchmarks.bench_issues.strangers scenes [--photographs KIND=FOLDER …] [--usual FOLDER]

NAME is an audited data set with a frozen backbone. Its ordinary pictures come from `--usual`, or are drawn anew where
the data set is `scenes`. Of each kind the share called none of these and the area under the ROC curve against the
ordinary pictures are printed.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score

from curation.datasets.scenery.painter import draw_oddment, draw_scene
from curation.datasets.scenery.scenes import SCENE_CLASSES
from curation.results.audit import load_audit
from curation.results.likeness import NONE_FITS, likeness
from curation.workspace.folders import Workspace
from models.arrays import FloatArray
from models.figures.predictions import Predictions
from models.jobs.predict_files import predict_files

N, USUAL = 100, 300
_SIDES_PX = (64, 128, 150, 224, 400)


def drawn(random: np.random.Generator) -> Iterator[tuple[str, Image.Image]]:
    """Yield 100 pictures of each kind that needs no file, with the kind."""
    digits = load_digits().images
    for _ in range(N):
        side = int(random.choice(_SIDES_PX))
        yield "uniform noise", Image.fromarray(random.integers(0, 256, (side, side, 3), dtype=np.uint8))
        spread, mean = random.uniform(10, 80), random.uniform(60, 200, 3)
        noise = np.clip(random.normal(mean, spread, (side, side, 3)), 0, 255)
        yield "Gaussian noise", Image.fromarray(noise.astype(np.uint8))
        blocks = int(random.choice((4, 8, 16)))
        coarse = Image.fromarray(random.integers(0, 256, (blocks, blocks, 3), dtype=np.uint8))
        yield "coarse noise", coarse.resize((side, side), Image.Resampling.NEAREST)
        yield "flat colour", Image.new("RGB", (side, side), tuple(random.integers(0, 256, 3).tolist()))
        yield "gradient", _gradient(random, side)
        yield "oddment of scenes", draw_oddment(128, random)
        digit = Image.fromarray((digits[random.integers(len(digits))] * 15.9).astype(np.uint8))
        yield "digit", digit.resize((64, 64), Image.Resampling.BILINEAR)
    for place in range(USUAL):
        yield "scene", draw_scene(SCENE_CLASSES[place % len(SCENE_CLASSES)], 128, random)


def _gradient(random: np.random.Generator, side: int) -> Image.Image:
    """Return a picture that goes from one colour to another in any direction."""
    first, last = random.uniform(0, 255, (2, 3))
    angle = random.uniform(0, 2 * np.pi)
    down, across = np.mgrid[:side, :side] / side
    along = across * np.cos(angle) + down * np.sin(angle)
    along = (along - along.min()) / (along.max() - along.min())
    return Image.fromarray((first * (1 - along[..., None]) + last * along[..., None]).astype(np.uint8))


def pictures(folder: Path, random: np.random.Generator, count: int) -> list[Path]:
    """Return image files of a folder, drawn at random."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".jpg", ".png"))
    return [files[place] for place in random.permutation(len(files))[:count]]


def scores(name: str, kinds: dict[str, list[Path]]) -> dict[str, FloatArray]:
    """Return the score of each picture of each kind, by the models of an audit."""
    audit = load_audit(Workspace.from_environment(), name)
    folder = next(voter.run_folder for voter in audit.voters if voter.frozen)
    known = Predictions.load(folder / "predictions.npz").embeddings
    assert known is not None
    answers = {}
    for kind, files in kinds.items():
        new = predict_files([folder / "fold-0.safetensors"], files).embeddings
        score = likeness(audit, known, new, 1).none_of_these
        assert score is not None
        answers[kind] = score
    return answers


def main() -> None:
    """Print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--photographs", action="append", default=[])
    parser.add_argument("--usual", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    random = np.random.default_rng(chosen.seed)
    kinds: dict[str, list[Path]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for place, (kind, picture) in enumerate(drawn(random)):
            path = Path(folder) / f"{place}.png"
            picture.convert("RGB").save(path)
            kinds.setdefault(kind, []).append(path)
        for text in chosen.photographs:
            kind, _, place_of = text.partition("=")
            kinds[kind] = pictures(Path(place_of), random, N)
        usual = "scene"
        if chosen.usual:
            usual = "ordinary"
            kinds[usual] = pictures(chosen.usual, random, USUAL)
        answers = scores(chosen.name, kinds)
    for kind, score in answers.items():
        truth = np.repeat([0, 1], [len(answers[usual]), len(score)])
        area = float("nan") if kind == usual else roc_auc_score(truth, np.concatenate([answers[usual], score]))
        print(f"{kind:<20} n = {len(score):<4} none of these {(score >= NONE_FITS).mean():6.1%}  AUROC {area:.3f}")


if __name__ == "__main__":
    main()
