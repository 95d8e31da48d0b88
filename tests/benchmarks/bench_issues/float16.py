"""Whether features kept in float16 rank the labels as float32 ones do, and what they save.

    python -m tests.benchmarks.bench_issues.float16 NAME TRUTH.csv [COLUMN]

Heads are fitted out of fold and labels judged twice, from the same features of the same backbones: as they are computed
(once more: the workspace keeps them in float16), and rounded, all columns of the stages included. Networks trained from
pixels vote as they did.
"""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.results.audit import Audit
from curation.scoring.findings import judge_labels
from curation.workspace.folders import Workspace
from models.arrays import FloatArray
from models.features import kept
from models.jobs.heads import fit_heads
from tests.benchmarks.bench_choices import precision
from tests.benchmarks.bench_issues.asked import asked_audit
from tests.benchmarks.bench_issues.sides import evidence


def quality(audit: Audit, seen: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return label quality, shape (N,), and the probabilities of the first backbone's heads, shape (N, K)."""
    rows, groups, learn = audit.rows, audit.duplicates.groups, audit.rows.splits == "train"
    opinions = {voter.name: voter.predictions.probs for voter in audit.voters}
    embeddings = {}
    for voter in audit.voters:
        fold, known = voter.predictions.fold, voter.predictions.embeddings
        if voter.name in seen and fold is not None and known is not None:
            embeddings[voter.name] = own = np.asarray(seen[voter.name][:, : known.shape[1]], np.float32)
            learned = (fold[None] != np.arange(fold.max() + 1)[:, None]) & learn[None]
            heads = fit_heads(own, rows.labels, learned, groups, len(rows.classes), 0)
            opinions[voter.name] = heads.held_out(own, fold)
    found = judge_labels(rows.labels, len(rows.classes), learn, groups, opinions, embeddings, seen)
    return found.label_quality, opinions[next(iter(seen))]


def exact_evidence(audit: Audit, name: str) -> FloatArray:
    """Return what a frozen backbone says of the images, computed anew and not rounded, shape (N, D + E)."""
    with tempfile.TemporaryDirectory() as folder:
        kept.KEPT = "float32"
        return evidence(audit, name, Workspace(Path(folder)))


def reading_s(values: npt.NDArray[np.generic], rounds: int = 5) -> float:
    """Return the seconds, at best, until an array on disk is float32 in memory; the system has its pages."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "rows.npy", values)
        taken = []
        for _ in range(rounds):
            started = time.perf_counter()
            np.array(np.load(Path(folder) / "rows.npy", mmap_mode="r"), np.float32)
            taken.append(time.perf_counter() - started)
    return min(taken)


def main() -> None:
    """Print both rankings' average precision, how they differ, and both sizes."""
    audit, true, wrong = asked_audit(__doc__)
    rows = np.flatnonzero((audit.rows.splits == "train") & (true != "?"))
    exact = {voter.name: exact_evidence(audit, voter.name) for voter in audit.voters if voter.frozen}
    halves = {name: values.astype(np.float16) for name, values in exact.items()}
    rounded = {name: values.astype(np.float32) for name, values in halves.items()}
    (full, probs), (half, probs_half) = quality(audit, exact), quality(audit, rounded)
    n_wrong = int(wrong[rows].sum())
    first = [set(rows[np.argsort(side[rows], kind="stable")[:n_wrong]].tolist()) for side in (full, half)]
    print(f"{audit.name}: n = {len(rows):,}, {n_wrong:,} wrong, {len(exact)} backbones")
    for name, values in exact.items():
        largest, smallest = np.abs(values).max(), np.abs(values[values != 0]).min()
        print(f"  {name}: largest {largest:.3g}, smallest but 0 {smallest:.3g}")
    print(
        f"  average precision: float32 {precision(wrong, full, rows):.5f}, float16 {precision(wrong, half, rows):.5f}"
    )
    print(f"  the first {n_wrong:,}: {len(first[0] & first[1]):,} the same")
    print(f"  same class by the heads of the first backbone: {np.mean(probs.argmax(1) == probs_half.argmax(1)):.4%}")
    print(f"  largest difference of a label quality: {np.abs(full - half).max():.2g}")
    sizes = [sum(values.nbytes for values in side.values()) / 1e6 for side in (exact, halves)]
    seconds = [sum(reading_s(values) for values in side.values()) for side in (exact, halves)]
    print(f"  MB: float32 {sizes[0]:.1f}, float16 {sizes[1]:.1f}; s to read: {seconds[0]:.3f}, {seconds[1]:.3f}")


if __name__ == "__main__":
    main()
