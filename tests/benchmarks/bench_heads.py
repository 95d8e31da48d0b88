"""Refitting all heads on 10,000 cached feature rows: every fold and penalty at once, against scikit-learn."""

import time
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from models.figures.folds import inner_split
from models.jobs.heads import PENALTIES, fit_heads

N_ROWS, WIDTH, N_CLASSES, FOLDS = 10_000, 1280, 10, 5


def run(_: Path) -> None:
    """Print seconds of both sides; scikit-learn's five folds are reckoned from the first."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, N_CLASSES, N_ROWS)
    centres = 0.12 * rng.normal(size=(N_CLASSES, WIDTH))
    features = (centres[labels] + rng.normal(size=(N_ROWS, WIDTH))).astype(np.float32)
    fold, groups = rng.integers(0, FOLDS, N_ROWS), np.arange(N_ROWS)
    rows = fold[None] != np.arange(FOLDS)[:, None]
    fit_heads(features[:500], labels[:500], rows[:1, :500], groups[:500], N_CLASSES, 0)  # load the libraries
    started = time.perf_counter()
    heads = fit_heads(features, labels, rows, groups, N_CLASSES, 0)
    ours = time.perf_counter() - started
    started = time.perf_counter()
    scaled = (features - features.mean(0)) / features.std(0)
    held = inner_split(rows[0], labels, groups, 0)
    learn = rows[0] & ~held
    for penalty in PENALTIES:
        LogisticRegression(C=1 / (penalty * learn.sum()), max_iter=150).fit(scaled[learn], labels[learn])
    best = LogisticRegression(C=1 / (float(heads.penalty[0]) * rows[0].sum()), max_iter=150).fit(
        scaled[rows[0]], labels[rows[0]]
    )
    theirs = (time.perf_counter() - started) * FOLDS
    agree = (best.predict(scaled) == heads.probs(features)[0].argmax(1)).mean()
    print(
        f"{N_ROWS:,} rows x {WIDTH}, {N_CLASSES} classes, {FOLDS} folds, {len(PENALTIES)} penalties each and a last fit"
    )
    print(f"errata {ours:.1f} s, scikit-learn {theirs:.1f} s (first fold x {FOLDS}): {theirs / ours:.1f} times faster")
    print(f"same class as scikit-learn's for {agree:.2%} of the rows")
