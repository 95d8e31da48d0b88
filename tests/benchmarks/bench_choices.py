"""What choosing the judge's form with the truth in sight can have bought: choose on one half, score on the other.

    python -m tests.benchmarks.bench_choices NAME TRUTH.csv [COLUMN]

Every form that was weighed is fitted to all given labels, which needs no truth. Then, for each of 20 random halves of
the training images, the form with the best average precision on that half is scored on the other one, beside the form
that ships and beside cleanlab's self-confidence on a plain probe.
"""

import argparse
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score

from curation.results.audit import Audit, load_audit
from curation.scoring.joint_heads import joint_heads
from curation.scoring.judge import judge_by_ridge
from curation.scoring.principal_axes import AXES, joint_axes
from curation.scoring.scores import self_confidence
from curation.workspace.folders import Workspace
from models.arrays import BoolArray, FloatArray, IntArray
from tests.benchmarks.bench_issues.sides import evidence, plain_probe
from tests.benchmarks.figures.score_labels import read_truth

HALVES = 20
Form = tuple[bool, int, bool, float]  # pressed, axes of the ridge regression, second pass, share of the heads
SHIPPED: Form = (True, AXES, True, 0.5)


def forms(audit: Audit, names: list[str]) -> dict[Form, FloatArray]:
    """Return label quality by every form, shape (N,) each."""
    labels, k = audit.rows.labels, len(audit.rows.classes)
    learn, groups = audit.rows.splits == "train", audit.duplicates.groups
    seen = [np.asarray(evidence(audit, name)) for name in names]
    heads = joint_heads(seen, labels, k, learn, groups, 0)
    qualities: dict[Form, FloatArray] = {}
    for pressed, axes, again in product((True, False), (AXES // 2, AXES), (True, False)):
        features = joint_axes(seen, axes, pressed=pressed)[0]
        trust = np.ones(len(labels), np.float32)
        probs = judge_by_ridge(features, labels, k, learn, groups, trust).probs
        if again:
            both = np.asarray((probs + heads) / 2, np.float32)
            trust = np.asarray(np.sqrt(self_confidence(labels, both) / both.max(1)), np.float32)
            probs = judge_by_ridge(features, labels, k, learn, groups, trust).probs
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            mixed = np.asarray((1 - share) * probs + share * heads, np.float32)
            qualities[pressed, axes, again, share] = self_confidence(labels, mixed)
        print(f"fitted: pressed {pressed}, {axes} axes, second pass {again}", flush=True)
    return qualities


def halves(rows: IntArray, seed: int = 0) -> list[tuple[IntArray, IntArray]]:
    """Return random halves: rows to choose on, rows to score on."""
    draws = np.random.default_rng(seed)
    mixed = [draws.permutation(rows) for _ in range(HALVES)]
    return [(one[: len(rows) // 2], one[len(rows) // 2 :]) for one in mixed]


def precision(wrong: BoolArray, quality: FloatArray, rows: IntArray) -> float:
    return float(average_precision_score(wrong[rows], -quality[rows]))


def main() -> None:
    """Print average precision on the halves that nothing was chosen on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("truth", type=Path)
    parser.add_argument("column", nargs="?", default="true_label")
    parser.add_argument("--backbones", default="", help="comma-separated; all frozen ones where missing")
    asked = parser.parse_args()
    audit = load_audit(Workspace.from_environment(), asked.name)
    truth = read_truth(asked.truth, asked.column)
    true = np.array([truth.get(str(image_id), "?") for image_id in audit.rows.image_ids])
    learn = audit.rows.splits == "train"
    wrong = true != np.array(audit.rows.classes)[audit.rows.labels]
    names = asked.backbones.split(",") if asked.backbones else [one.name for one in audit.voters if one.frozen]
    first = next(one.predictions.embeddings for one in audit.voters if one.name == names[0])
    assert first is not None
    qualities = forms(audit, names)
    probe = plain_probe(first, audit.rows.labels, learn)[np.arange(len(wrong)), audit.rows.labels]
    chosen: Counter[Form] = Counter()
    table: list[tuple[float, float, float, float]] = []
    for choose, score in halves(np.flatnonzero(learn & (true != "?"))):
        best = max(qualities, key=lambda form: precision(wrong, qualities[form], choose))
        chosen[best] += 1
        on_score = {form: precision(wrong, own, score) for form, own in qualities.items()}
        table.append((on_score[best], on_score[SHIPPED], max(on_score.values()), precision(wrong, probe, score)))
    print(f"\n{', '.join(names)}: {len(qualities)} forms, {HALVES} halves")
    words = ("chosen on the other half", "as it ships", "best of all, chosen here", "plain probe")
    for what, values in zip(words, np.array(table).T, strict=True):
        print(f"{what}: AP {values.mean():.3f} ± {values.std(ddof=1):.3f}")
    for form, times in chosen.most_common():
        print(f"chosen {times} times: pressed {form[0]}, {form[1]} axes, second pass {form[2]}, heads {form[3]}")


if __name__ == "__main__":
    main()
