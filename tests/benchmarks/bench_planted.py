"""Planted errors, several draws of each kind: is any pipeline's ranking better than ours anywhere?

    python -m tests.benchmarks.bench_planted NAME [TRUTH.csv COLUMN] [--draws 5] [--noise symmetric] [--json FILE]

NAME is an audited data set. Without a truth its given labels are taken for true: their real errors then count against
every side alike. Each draw plants other errors; every pipeline fits its own heads on the same frozen features, and no
parameter was chosen on these rows.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from cleanlab.filter import find_label_issues
from scipy.stats import t as student
from sklearn.metrics import average_precision_score, f1_score

from curation.results.audit import load_audit
from curation.scoring.findings import Findings, judge_labels
from curation.workspace.folders import Workspace
from models.arrays import BoolArray, FloatArray, IntArray
from models.figures.folds import assign_folds
from tests.benchmarks.bench_issues.sides import evidence, mistakenness, out_of_fold, plain_probe
from tests.benchmarks.figures.score_labels import read_truth

SHARES = (0.05, 0.1, 0.2)
OURS, HEADS, PLAIN = "Errata", "cleanlab, Errata's heads", "cleanlab, plain probe"
FIFTYONE, STAGED = "FiftyOne, plain probe", "cleanlab, Errata's heads on all stages"
RIVALS = (PLAIN, HEADS, STAGED)


def symmetric(true: IntArray, features: FloatArray, share: float, draws: np.random.Generator) -> IntArray:
    """Return labels of which a share, drawn at random, became any other class, shape (N,)."""
    return _replaced(true, _some(true, share, draws), lambda rows: _others(true[rows], int(true.max()) + 1, draws))


def class_pair(true: IntArray, features: FloatArray, share: float, draws: np.random.Generator) -> IntArray:
    """Return labels of which a share became the next class, as where two names are mixed up, shape (N,)."""
    return _replaced(true, _some(true, share, draws), lambda rows: (true[rows] + 1) % (int(true.max()) + 1))


def by_similarity(true: IntArray, features: FloatArray, share: float, draws: np.random.Generator) -> IntArray:
    """Return labels of which a share became the class whose mean is nearest, drawn the likelier the nearer it is.

    As people do, who mix up what looks alike: an image halfway between two classes is the likeliest to be mislabelled.
    Features, shape (N, D), are those of a frozen backbone, so this noise is the hardest for whoever uses the same.
    """
    classes = np.arange(int(true.max()) + 1)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    likeness = unit @ np.stack([unit[true == k].mean(0) for k in classes]).T
    to_own_class = likeness[np.arange(len(true)), true]
    likeness[np.arange(len(true)), true] = -np.inf
    gap = (to_own_class - likeness.max(1)) / to_own_class.std()
    chance = np.exp(-gap)
    rows = draws.choice(len(true), round(share * len(true)), replace=False, p=chance / chance.sum())
    return _replaced(true, rows, lambda rows: likeness[rows].argmax(1))


NOISE: dict[str, Callable[[IntArray, FloatArray, float, np.random.Generator], IntArray]] = {
    "symmetric": symmetric,
    "class pair": class_pair,
    "by similarity": by_similarity,
}


def _some(true: IntArray, share: float, draws: np.random.Generator) -> IntArray:
    return draws.choice(len(true), round(share * len(true)), replace=False)


def _others(labels: IntArray, n_classes: int, draws: np.random.Generator) -> IntArray:
    return (labels + draws.integers(1, n_classes, len(labels))) % n_classes


def _replaced(true: IntArray, rows: IntArray, new: Callable[[IntArray], IntArray]) -> IntArray:
    labels = true.copy()
    labels[rows] = new(rows)
    return labels


def main() -> None:
    """Print average precisions, and the paired differences with their 95 % intervals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("truth", nargs="?", type=Path)
    parser.add_argument("column", nargs="?", default="true_label")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--noise", choices=NOISE, help="one kind only")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    wide, width, true, groups = known_labels(asked.name, asked.truth, asked.column)
    print(f"{asked.name}: n = {len(true):,}, {len(set(true.tolist()))} classes, {asked.draws} draws of each noise\n")
    sides = " | ".join((PLAIN, FIFTYONE, HEADS, STAGED, OURS))
    print(f"| noise | {sides} | Errata less the best of cleanlab's | F1 of the cuts: plain probe / heads / Errata |")
    print("|---|---|---|---|---|---|---|---|")
    results = []
    for noise, plant in NOISE.items():
        for share in SHARES if asked.noise in (None, noise) else ():
            runs = []
            for seed in range(asked.draws):
                labels = plant(true, wide[:, :width], share, np.random.default_rng(seed))
                runs.append(_sides(wide, width, labels, labels != true, groups, seed))
            results.append({"noise": noise, "share": share, "draws": runs})
            print(_line(f"{noise}, {share:.0%}", runs), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=1, sort_keys=True))


def known_labels(name: str, truth_file: Path | None, column: str) -> tuple[FloatArray, int, IntArray, IntArray]:
    """Return features (N, D + E), D, true classes (N,) and groups (N,) of the training images with a known label."""
    audit = load_audit(Workspace.from_environment(), name)
    classes = {label: k for k, label in enumerate(audit.rows.classes)}
    true = audit.rows.labels.copy()
    if truth_file:
        truth = read_truth(truth_file, column)
        true = np.array([classes.get(truth.get(str(image_id), ""), -1) for image_id in audit.rows.image_ids])
    kept = (audit.rows.splits == "train") & (true >= 0)
    first = next(one for one in audit.voters if one.frozen)
    embeddings = first.predictions.embeddings
    assert embeddings is not None
    wide = np.asarray(evidence(audit, first.name)[kept])
    return wide, embeddings.shape[1], true[kept], audit.duplicates.groups[kept]


def _sides(
    wide: FloatArray, width: int, labels: IntArray, wrong: BoolArray, groups: IntArray, seed: int
) -> dict[str, float]:
    """Return average precision, F1 of the default cut and seconds of each pipeline on one draw."""
    features, everybody = wide[:, :width], np.ones(len(labels), bool)
    own = np.arange(len(labels))
    plain = plain_probe(features, labels, everybody).astype(np.float64)
    plain /= plain.sum(1, keepdims=True)
    started = time.perf_counter()
    findings, fold, probs = judged(wide, width, labels, groups, seed)
    seconds = time.perf_counter() - started
    exact = probs.astype(np.float64) / probs.sum(1, keepdims=True, dtype=np.float64)
    staged = out_of_fold(wide, labels, fold, groups, seed)
    qualities = {
        PLAIN: plain[own, labels],
        FIFTYONE: 1 - mistakenness(labels, np.asarray(plain, np.float32)),
        HEADS: exact[own, labels],
        STAGED: staged[own, labels],
        OURS: findings.label_quality,
    }
    cuts = {OURS: findings.flagged, PLAIN: find_label_issues(labels, plain, n_jobs=1)}
    cuts[HEADS] = find_label_issues(labels, exact, n_jobs=1)
    return {
        **{f"AP {name}": float(average_precision_score(wrong, -quality)) for name, quality in qualities.items()},
        **{f"F1 {name}": float(f1_score(wrong, cut)) for name, cut in cuts.items()},
        "estimated share": findings.n_wrong / len(labels),
        "seconds": seconds,
    }


def judged(
    wide: FloatArray, width: int, labels: IntArray, groups: IntArray, seed: int
) -> tuple[Findings, IntArray, FloatArray]:
    """Return Errata's findings on labels, and the folds, shape (N,), and probabilities, shape (N, K), of its heads."""
    n_classes, features = int(labels.max()) + 1, wide[:, :width]
    fold = assign_folds(labels, groups, [str(k) for k in range(n_classes)], 5, seed)
    probs, name = out_of_fold(features, labels, fold, groups, seed), "backbone"
    learn, opinions = np.ones(len(labels), bool), {name: probs}
    found = judge_labels(labels, n_classes, learn, groups, opinions, {name: features}, {name: wide}, seed)
    return found, fold, probs


def _line(name: str, runs: list[dict[str, float]]) -> str:
    """Return one line of the table: means over the draws."""
    mean = {key: float(np.mean([one[key] for one in runs])) for key in runs[0]}
    rival = max(RIVALS, key=lambda side: mean[f"AP {side}"])
    gain = np.array([one[f"AP {OURS}"] - one[f"AP {rival}"] for one in runs])
    reach = float(student.ppf(0.975, len(gain) - 1) * gain.std(ddof=1) / np.sqrt(len(gain))) if len(gain) > 1 else 0.0
    aps = " | ".join(f"{mean[f'AP {side}']:.3f}" for side in (PLAIN, FIFTYONE, HEADS, STAGED, OURS))
    cuts = " / ".join(f"{mean[f'F1 {side}']:.3f}" for side in (PLAIN, HEADS, OURS))
    return (
        f"| {name} | {aps} | {gain.mean():+.3f} ({gain.mean() - reach:+.3f} to {gain.mean() + reach:+.3f}) | {cuts} |"
    )


if __name__ == "__main__":
    main()
