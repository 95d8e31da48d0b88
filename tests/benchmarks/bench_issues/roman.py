"""Which wrong labels come first among Roman numerals, which are unlike ImageNet: every side in one run.

    python -m tests.benchmarks.bench_issues.roman

ERRATA_DATA/roman holds the images as train/CLASS and val/CLASS, `truth.csv` (image_id, label, true_label, action: keep,
relabel or remove, by a person) and published/*.npz: out-of-sample probabilities (image_ids, probs, classes) that others
published for the 2,831 images that they did not leave out as copies. Bad is what was not kept. Without the images this
says so and ends. What is missing is audited first: named voters, and the published probabilities by `--predictions`.
"""

import os
import shutil
import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

from curation.audit.choices import FINETUNED, FROZEN, SMALL
from curation.results.audit import Audit, load_audit
from curation.workspace.folders import Workspace
from models.arrays import BoolArray, FloatArray
from models.figures.predictions import NO_FOLD
from models.files.npz import read_arrays, write_arrays
from tests.benchmarks.bench_issues.sides import HEADER, Side, line, ours, plain_probe, rivals, timed
from tests.benchmarks.figures.score_labels import read_truth

NAME, PUBLISHED = "roman", "roman_published"


@dataclass(frozen=True)
class Published:
    """Probabilities that others published, for some of the images of an audit."""

    covered: BoolArray  # (N,) for which images
    probs: dict[str, FloatArray]  # network -> (N, K), even where there are none


def main() -> None:
    """Print the tables, or why there are none."""
    data = Path(os.environ.get("ERRATA_DATA", "data")) / NAME
    if not (data / "truth.csv").is_file():
        print(f"skipped: no Roman numerals with their truth at {data}; set ERRATA_DATA to the folder that holds {NAME}")
        return
    _errata("audit", str(data), "--architectures", ",".join((FROZEN, SMALL, FINETUNED)), "--cams", "0")
    audit = load_audit(Workspace.from_environment(), NAME)
    action = read_truth(data / "truth.csv", "action")
    bad = np.array([action[str(image_id)] != "keep" for image_id in audit.rows.image_ids])
    published = read_published(data / "published", audit)
    everything = np.ones(len(bad), bool)
    sides = own_sides(audit)
    print(f"{NAME}: n = {len(bad):,}, {bad.sum():,} bad ({bad.mean():.1%}), train and val together\n\n{HEADER}")
    print("\n".join(line(side, bad, everything) for side in sides))
    others: list[Side] = []
    if published.probs:
        others = published_sides(published, audit, data)
        covered = published.covered
        print(f"\nthe {covered.sum():,} images of the published runs, {bad[covered].sum()} bad\n\n{HEADER}")
        print("\n".join(line(side, bad, covered) for side in [*others, *sides]))
    _print_halves([*others, *sides], bad, audit.rows.image_ids, published.covered)


def own_sides(audit: Audit) -> list[Side]:
    """Return what today's tools and Errata say of all images, from what an audit computed."""
    labels, voters = audit.rows.labels, {voter.name: voter.predictions for voter in audit.voters}
    heads, embeddings = voters[FROZEN].probs, voters[FROZEN].embeddings
    assert embeddings is not None
    probe = plain_probe(embeddings, labels, np.ones(len(labels), bool))

    def errata(name: str, *voting: str) -> Side:
        return ours(name, labels, audit, {voter: voters[voter].probs for voter in voting}, [FROZEN])

    return [
        *rivals(labels, probe, f"plain probe on {FROZEN}"),
        *rivals(labels, heads, f"Errata's heads on {FROZEN}"),
        *rivals(labels, voters[FINETUNED].probs, FINETUNED)[:1],
        errata("Errata, frozen only", FROZEN),
        errata("Errata, frozen and small network", FROZEN, SMALL),
        errata("**Errata, frozen, small and fine-tuned network**", FROZEN, SMALL, FINETUNED),
    ]


def read_published(folder: Path, audit: Audit) -> Published:
    """Return the published probabilities in the order of an audit's images and classes."""
    ids = [str(image_id) for image_id in audit.rows.image_ids]
    shape = len(ids), len(audit.rows.classes)
    covered, probs = np.zeros(len(ids), bool), dict[str, FloatArray]()
    for path in sorted(folder.glob("*.npz")):
        arrays = read_arrays(path)
        place = {str(image_id): row for row, image_id in enumerate(arrays["image_ids"])}
        columns = [arrays["classes"].tolist().index(name) for name in audit.rows.classes]
        covered = np.array([image_id in place for image_id in ids])
        probs[path.stem] = np.full(shape, 1 / shape[1], np.float32)
        rows = [place[image_id] for image_id in ids if image_id in place]
        probs[path.stem][covered] = arrays["probs"][rows][:, columns]
    return Published(covered, probs)


def published_sides(published: Published, audit: Audit, data: Path) -> list[Side]:
    """Return the published networks one by one, their mean, and what Errata makes of the mean."""
    labels = audit.rows.labels
    mean = np.mean(list(published.probs.values()), axis=0)
    several = {**published.probs, "mean of the published": mean}
    sides = [rivals(labels, probs, name)[0] for name, probs in several.items()]
    return [
        *sides,
        timed("Errata, `--predictions` with the mean", lambda: _audited(published.covered, mean, audit, data)),
    ]


def _audited(covered: BoolArray, probs: FloatArray, audit: Audit, data: Path) -> FloatArray:
    """Return the label quality of an audit of the covered images by `--predictions`, shape (N,), 1 elsewhere."""
    workspace, ids = Workspace.from_environment(), audit.rows.image_ids[covered]
    copied = workspace.drawn / PUBLISHED
    for image_id in ids.tolist():
        (copied / image_id).parent.mkdir(parents=True, exist_ok=True)
        if not (copied / image_id).exists():
            shutil.copyfile(data / image_id, copied / image_id)
    file, fold = workspace.root / f"{PUBLISHED}.npz", np.full(len(ids), NO_FOLD)
    write_arrays(file, image_ids=ids, probs=probs[covered], classes=np.array(audit.rows.classes), fold=fold)
    _errata("audit", str(copied), "--predictions", str(file), "--cams", "0")
    theirs = load_audit(workspace, PUBLISHED)
    place = {str(image_id): row for row, image_id in enumerate(theirs.rows.image_ids)}
    quality = np.ones(len(covered), np.float32)
    quality[covered] = theirs.consensus.label_quality[[place[image_id] for image_id in ids.tolist()]]
    return quality


def _print_halves(sides: list[Side], bad: BoolArray, ids: npt.NDArray[np.str_], covered: BoolArray) -> None:
    """Print the average precision on both halves of the images: forms and constants were chosen on half A alone."""
    first = np.array([zlib.crc32(str(image_id).encode()) % 2 == 0 for image_id in ids])
    halves = {"A": covered & first, "B": covered & ~first} if covered.any() else {"A": first, "B": ~first}
    counts = " | ".join(f"half {name}, n = {rows.sum():,}" for name, rows in halves.items())
    print(f"\n| average precision | {counts} |\n|---|---|---|")
    for side in sides:
        figures = (average_precision_score(bad[rows], -side.quality[rows]) for rows in halves.values())
        print(f"| {side.name} | {' | '.join(f'{figure:.3f}' for figure in figures)} |")


def _errata(*arguments: str) -> None:
    """Run the command as it is typed, its output out of the way."""
    subprocess.run([sys.executable, "-m", "app.cli", *arguments], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
