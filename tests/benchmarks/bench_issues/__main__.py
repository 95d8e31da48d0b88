"""Which wrong labels come first: every scorer on the same probabilities, and every pipeline on the same features.

    python -m tests.benchmarks.bench_issues NAME TRUTH.csv [COLUMN] [--picture FILE.png]

NAME is an audited data set, TRUTH.csv has `filepath` or `image_id` and a column with the true labels, `true_label` by
default; only this reads it. Nothing is tuned here. The picture holds the review curves of the second table.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from curation.results.audit import load_audit
from curation.scoring.neighbours import neighbour_vote
from curation.scoring.principal_axes import joint_axes
from curation.workspace.folders import Workspace
from models.arrays import BoolArray, FloatArray
from tests.benchmarks.bench_issues.sides import (
    HEADER,
    Side,
    best_margin_cut,
    evidence,
    line,
    ours,
    out_of_fold,
    plain_probe,
    rivals,
    timed,
)
from tests.benchmarks.figures.pictures import review_curves
from tests.benchmarks.figures.score_labels import read_truth


def main() -> None:
    """Print both tables for the training images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("truth", type=Path)
    parser.add_argument("column", nargs="?", default="true_label")
    parser.add_argument("--picture", type=Path)
    asked = parser.parse_args()
    name, audit = asked.name, load_audit(Workspace.from_environment(), asked.name)
    labels, classes = audit.rows.labels, list(audit.rows.classes)
    truth = read_truth(asked.truth, asked.column)
    true = np.array([truth.get(str(image_id), "?") for image_id in audit.rows.image_ids])
    learn = audit.rows.splits == "train"
    rows = learn & (true != "?")
    wrong = true != np.array(classes)[labels]
    first, *_ = frozen = [voter for voter in audit.voters if voter.frozen]
    probs, embeddings = first.predictions.probs, first.predictions.embeddings
    assert embeddings is not None
    features = joint_axes([embeddings])[0]
    own_rows = np.flatnonzero(learn)

    def spread(values: FloatArray) -> FloatArray:
        whole = np.ones(len(labels), np.float32)
        whole[own_rows] = values
        return whole

    print(f"{name} train: n = {rows.sum():,}, {wrong[rows].sum():,} wrong ({wrong[rows].mean():.1%})")
    print(f"\nTable 1: the same probabilities and embeddings, of {first.name}, for every row\n\n{HEADER}")
    vote = neighbour_vote(features, labels, len(classes), learn, audit.duplicates.groups)
    everybody = np.arange(len(labels))
    table = [
        *rivals(labels, probs, first.name),
        timed("neighbour vote", lambda: vote[everybody, labels]),
        ours("Errata", labels, audit, {first.name: probs}, [first.name]),
    ]
    print("\n".join(line(side, wrong, rows) for side in table))
    print(f"\nbest margin cut, chosen with the truth: F1 {best_margin_cut(labels, probs, wrong, rows):.3f}")
    print(f"\nTable 2: the same images and labels, each pipeline with its own heads\n\n{HEADER}")
    started = time.perf_counter()
    plain = plain_probe(embeddings, labels, learn)
    took = time.perf_counter() - started
    sides = [
        Side(
            side.name, spread(side.quality), None if side.cut is None else _whole(side.cut, learn), side.seconds + took
        )
        for side in rivals(labels[learn], plain[learn], f"plain probe on {first.name}")
    ]
    for voter in frozen:
        sides += rivals(labels, voter.predictions.probs, f"Errata's heads on {voter.name}")[::2]
    assert first.predictions.fold is not None
    wide = np.asarray(evidence(audit, first.name))
    staged = out_of_fold(wide, labels, first.predictions.fold, audit.duplicates.groups, audit.config["seed"])
    sides += rivals(labels, staged, f"Errata's heads on all stages of {first.name}")[::2]
    sides += [
        ours(f"Errata, {voter.name}", labels, audit, {voter.name: voter.predictions.probs}, [voter.name])
        for voter in frozen
    ]
    if len(frozen) > 1:
        opinions = {voter.name: voter.predictions.probs for voter in frozen}
        sides.append(ours("Errata, all of them", labels, audit, opinions, list(opinions)))
    print("\n".join(line(side, wrong, rows) for side in sides))
    if asked.picture:
        other_names = [voter.name for voter in frozen[1:]]
        known = [
            side for side in sides[::-1] if "margin" not in side.name and not side.name.endswith(tuple(other_names))
        ]
        curves = {side.name: side.quality[rows] for side in known}
        review_curves(asked.picture, curves, wrong[rows], f"{name}, {rows.sum():,} training images")
    print(
        f"\nbest margin cut of the plain probe, chosen with the truth: F1 "
        f"{best_margin_cut(labels[learn], plain[learn], wrong[learn], rows[learn]):.3f}"
    )


def _whole(cut: BoolArray, learn: BoolArray) -> BoolArray:
    whole = np.zeros(len(learn), bool)
    whole[learn] = cut
    return whole


if __name__ == "__main__":
    main()
