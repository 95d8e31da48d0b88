"""The sides of these benchmarks: every scorer on the same probabilities, every pipeline on the same images."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from curation.results.audit import Audit
from curation.scoring.findings import Findings, judge_labels
from curation.training.out_of_fold import Material
from curation.training.prepared import Prepared
from curation.workspace.folders import Workspace
from models.arrays import BoolArray, Features, FloatArray, IntArray
from models.figures.predictions import NO_FOLD, held_out_or_mean
from models.jobs.heads import fit_heads
from models.processors.blocks import read_rows

HEADER = (
    "| | AP | AUROC | precision at the number of errors | found in 1 / 2 / 5 / 10 % of looks | F1 of its cut | s |\n"
    "|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Side:
    """One row of a table: label quality, low = suspicious, and which labels it would call wrong."""

    name: str
    quality: FloatArray
    cut: BoolArray | None
    seconds: float


def mistakenness(labels: IntArray, probs: FloatArray) -> FloatArray:
    """Return FiftyOne's mistakenness of a classification, shape (N,), in [0, 1], high = suspicious.

    Its formula, without a database: the confidence of the prediction counts against a label it contradicts and for one
    it agrees with. `score_labels` computes the same with FiftyOne itself.
    """
    return np.asarray((1 + np.where(probs.argmax(1) == labels, -1, 1) * probs.max(1)) / 2)


def timed(name: str, work: Callable[[], FloatArray], cut: Callable[[], BoolArray] | None = None) -> Side:
    """Return a side with what it took."""
    started = time.perf_counter()
    quality = work()
    flagged = cut() if cut else None
    return Side(name, quality, flagged, time.perf_counter() - started)


def rivals(labels: IntArray, probs: FloatArray, what: str) -> list[Side]:
    """Return what today's tools say of the same probabilities."""
    exact = probs.astype(np.float64) / probs.sum(1, keepdims=True, dtype=np.float64)
    score: Callable[..., FloatArray] = get_label_quality_scores
    differs = probs.argmax(1) != labels
    cut = lambda: np.asarray(find_label_issues(labels, exact, n_jobs=1))  # noqa: E731
    return [
        timed(f"cleanlab self-confidence, {what}", lambda: score(labels, exact, method="self_confidence"), cut),
        timed(f"cleanlab normalized margin, {what}", lambda: score(labels, exact, method="normalized_margin")),
        timed(f"FiftyOne mistakenness, {what}", lambda: 1 - mistakenness(labels, exact), lambda: differs),
    ]


def ours(name: str, labels: IntArray, audit: Audit, opinions: dict[str, FloatArray], frozen: list[str]) -> Side:
    """Return what Errata says, with its own cut."""
    learn, groups = audit.rows.splits == "train", audit.duplicates.groups
    findings: list[Findings] = []
    embeddings = {voter.name: voter.predictions.embeddings for voter in audit.voters if voter.name in frozen}
    known = {name: columns for name, columns in embeddings.items() if columns is not None}
    seen = {name: np.asarray(evidence(audit, name)) for name in known}

    def work() -> FloatArray:
        findings.append(judge_labels(labels, len(audit.rows.classes), learn, groups, opinions, known, seen))
        return findings[0].label_quality

    return timed(name, work, lambda: findings[0].flagged)


def evidence(audit: Audit, name: str, workspace: Workspace | None = None) -> FloatArray:
    """Return what an audit judges labels by beside the networks, shape (N, D + E), of one frozen backbone.

    Args:
        audit: of N images.
        name: of the backbone.
        workspace: that keeps its features; that of the environment by default.
    """
    prepared = Prepared(workspace or Workspace.from_environment(), audit.checked, audit.config["engine"])
    kept = Material(prepared, audit.name, audit.config.get("dataset_key", "")).evidence(name)
    return read_rows(kept, slice(None))


def out_of_fold(features: FloatArray, labels: IntArray, fold: IntArray, groups: IntArray, seed: int) -> FloatArray:
    """Return out-of-fold probabilities of Errata's heads, shape (N, K)."""
    rows = (fold[None] != np.arange(fold.max() + 1)[:, None]) & (fold != NO_FOLD)
    heads = fit_heads(features, labels, rows, groups, int(labels.max()) + 1, seed)
    return held_out_or_mean(heads.probs(features), fold)


def line(side: Side, wrong: BoolArray, rows: BoolArray) -> str:
    """Return one line of a table, over some rows, shape (N,)."""
    quality, known = side.quality[rows], wrong[rows]
    first = known[np.argsort(quality, kind="stable")]
    looks = " / ".join(f"{first[: round(share * len(first))].sum()}" for share in (0.01, 0.02, 0.05, 0.1))
    cut = f"{f1_score(known, side.cut[rows]):.3f}" if side.cut is not None else ""
    ap, auroc = average_precision_score(known, -quality), roc_auc_score(known, -quality)
    at_n = first[: int(known.sum())].mean()
    return f"| {side.name} | {ap:.3f} | {auroc:.3f} | {at_n:.3f} | {looks} | {cut} | {side.seconds:.1f} |"


def best_margin_cut(labels: IntArray, probs: FloatArray, wrong: BoolArray, rows: BoolArray) -> float:
    """Return the best F1 any cut of the normalized margin reaches, chosen with the truth."""
    exact = probs.astype(np.float64) / probs.sum(1, keepdims=True, dtype=np.float64)
    margin = get_label_quality_scores(labels, exact, method="normalized_margin")[rows]
    hits = np.cumsum(wrong[rows][np.argsort(margin, kind="stable")])
    return float((2 * hits / (np.arange(1, len(hits) + 1) + wrong[rows].sum())).max())


def plain_probe(embeddings: Features, labels: IntArray, learn: BoolArray) -> FloatArray:
    """Return out-of-fold probabilities of scikit-learn's logistic regression as it comes, on standardised features."""
    probs = np.full((len(labels), int(labels.max()) + 1), np.nan, np.float32)
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    known = read_rows(embeddings, np.flatnonzero(learn))
    probs[learn] = cross_val_predict(probe, known, labels[learn], cv=folds, method="predict_proba")
    return probs
