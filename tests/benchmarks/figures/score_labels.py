"""Score the ranking of an audited data set against known truth, beside cleanlab and FiftyOne on the same probabilities.

    python -m tests.benchmarks.figures.score_labels NAME TRUTH.csv [COLUMN]

TRUTH.csv has `filepath` or `image_id` and a column with the true labels, `true_label` by default. Only this reads it.
"""

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from cleanlab.rank import get_label_quality_scores
from sklearn.metrics import average_precision_score, roc_auc_score

from curation.database import store
from curation.database.names import dataset_name
from curation.results.audit import Audit, load_audit
from curation.workspace.folders import Workspace
from models.arrays import BoolArray, FloatArray

HEADER = """| score | AP | AUROC | precision at the number of errors | in the first 50 | in the first 100 |
|---|---|---|---|---|---|"""


def read_truth(path: Path, column: str) -> dict[str, str]:
    """Return image_id -> true label."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return {line.get("image_id") or line["filepath"]: line[column] for line in csv.DictReader(file)}


def scores(workspace: Workspace, audit: Audit) -> dict[str, FloatArray]:
    """Return name -> label quality, shape (N,), low = suspicious."""
    labels = audit.rows.labels
    qualities = {"Errata label_quality, all architectures": audit.consensus.label_quality}
    for voter in audit.architectures:
        probs = voter.predictions.probs.astype(np.float64)
        probs /= probs.sum(1, keepdims=True)
        method: Callable[..., FloatArray] = get_label_quality_scores
        qualities[f"cleanlab self-confidence, {voter.name}"] = method(labels, probs, method="self_confidence")
        qualities[f"FiftyOne mistakenness, {voter.name}"] = 1 - mistakenness(workspace, audit, voter.slug)
    return qualities


def mistakenness(workspace: Workspace, audit: Audit, field: str) -> FloatArray:
    """Return FiftyOne's own mistakenness, shape (N,), in [0, 1], high = suspicious, of the same probabilities."""
    dataset = store.load_dataset(workspace, dataset_name(audit.name)).clone()
    try:
        import fiftyone.brain as fob

        fob.compute_mistakenness(dataset, field, label_field="ground_truth", use_logits=False, progress=False)
        ids, values = store.read_values(dataset, ["image_id", "mistakenness"])
    finally:
        dataset.delete()
    by_id = dict(zip(ids, values, strict=True))
    return np.array([by_id[str(image_id)] for image_id in audit.rows.image_ids])


def row(name: str, quality: FloatArray, wrong: BoolArray) -> str:
    """Return one line of the table."""
    first = wrong[np.argsort(quality, kind="stable")]
    shares = [f"{first[: int(wrong.sum())].mean():.3f}", *(f"{int(first[:n].sum())}" for n in (50, 100))]
    ap, auroc = average_precision_score(wrong, -quality), roc_auc_score(wrong, -quality)
    return f"| {name} | {ap:.3f} | {auroc:.3f} | {' | '.join(shares)} |"


def main() -> None:
    """Print a table for each split with known truth."""
    name, truth_file = sys.argv[1], Path(sys.argv[2])
    workspace = Workspace.from_environment()
    audit = load_audit(workspace, name)
    truth = read_truth(truth_file, sys.argv[3] if len(sys.argv) > 3 else "true_label")
    qualities = scores(workspace, audit)
    true = np.array([truth.get(str(image_id), "?") for image_id in audit.rows.image_ids])
    given = np.array(audit.rows.classes)[audit.rows.labels]
    for split in sorted(set(audit.rows.splits.tolist())):
        own = (audit.rows.splits == split) & (true != "?")
        wrong = (true != given)[own]
        if not wrong.any():
            continue
        print(f"\n{name} {split}: n = {own.sum():,}, {wrong.sum():,} wrong ({wrong.mean():.1%})\n")
        print(HEADER)
        for score, quality in qualities.items():
            print(row(score, quality[own], wrong))


if __name__ == "__main__":
    main()
