"""The decisions so far, what further looks would find, and the list in which each decision can be taken back."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from markupsafe import Markup

from app.html_parts import markdown
from app.html_parts.line_chart import line_figure
from app.html_parts.templates import macros
from app.panels.data_bar import open_screen, splits_of
from app.screens.splits.loaded import looks
from app.screens.splits.log import decision_list
from curation.decisions.state import State
from curation.decisions.verdicts import VERDICTS
from curation.reports.line_chart import Line
from curation.review.bench import ALL, Bench
from curation.review.budget import Budget, review_curve
from curation.review.wrong_labels import stop_sentence, tells
from curation.words import sentence
from models.arrays import IntArray

_HTML = macros(__file__)


@dataclass(frozen=True)
class _Row:
    """A line of the table of verdicts."""

    name: str
    counts: list[int]  # of each reviewer
    total: int


def decisions_part(bench: Bench) -> None:
    """Show the decisions so far, the budget curve with the stop rule, and every decision."""
    with bench.ledger.reading() as state:
        table, judged = verdict_table(state), bool(state.images())
    if not bench.ledger.lines():
        st.html(_HTML.no_decisions())
        st.button("Open the review", type="primary", key="splits.review", on_click=open_screen, args=("review",))
        return
    left, right = st.columns([10, 12], gap="large")
    with left:
        st.html(_HTML.in_force(table if judged else None))
        for problem in bench.ledger.problems():
            st.warning(markdown.sentence(problem))
    with right:
        splits = splits_of(bench.audit.rows)
        split = st.segmented_control(
            "Split", [*splits, ALL], default="test" if "test" in splits else ALL, key="splits.of",
            label_visibility="collapsed", required=True,
        )  # fmt: skip
        _curve(bench, str(split))
    decision_list(bench)


def verdict_table(state: State) -> Markup:
    """Return how many verdicts of each kind are in force, a column for each reviewer."""
    reviewers, total = state.reviewers(), state.counts()
    counts = {name: state.counts(name) for name in reviewers}
    kinds = [kind for kind in VERDICTS if total.get(kind)]
    rows = [_Row(kind, [counts[name].get(kind, 0) for name in reviewers], total[kind]) for kind in kinds]
    if len(kinds) > 1:
        sums = [sum(counts[name].values()) for name in reviewers]
        rows.append(_Row("all", sums, sum(sums)))
    disputed = sum(state.disputed(image) for image in state.images())
    return _HTML.verdicts(reviewers, rows, disputed, len(state.missing()))


def _curve(bench: Bench, split: str) -> None:
    """Show how many wrong labels the looks found, how many the next ones are expected to find, and whether to go on."""
    budget, wrong, rows = bench.budget(split), bench.tally().wrong, bench.part(split).rows
    order = looks(bench)
    curve = review_curve(order[np.isin(order, rows)], wrong)
    forecast = sentence(stop_sentence(budget, split))
    st.html(_HTML.curve(budget_chart(curve, budget), forecast, sentence(budget.note)))


def budget_chart(curve: IntArray, budget: Budget) -> Markup:
    """Return the wrong labels found against the images looked at, and the forecast with its 90 % interval.

    A forecast whose interval says nothing is not drawn.

    Args:
        curve: as `review_curve` returns it, shape (looks + 1,).
        budget: what is known about the other images.
    """
    looked, wrong = len(curve) - 1, int(curve[-1])
    ahead = [
        (looked + step, finds)
        for step, finds in budget.next_finds.items()
        if step <= budget.ahead and tells(finds, step)
    ]
    past = Line("found", [(float(x), float(y)) for x, y in enumerate(curve.tolist())], "given")
    if not ahead:
        return line_figure([past], "images looked at", "wrong labels found", whole=True)
    forecast = Line(
        "expected next, with 90 % interval",
        [(float(looked), float(wrong)), *((float(x), wrong + finds.expected) for x, finds in ahead)],
        "other dashed",
    )
    band = [(float(looked), float(wrong), float(wrong))]
    band += [(float(x), float(wrong + finds.low), float(wrong + finds.high)) for x, finds in ahead]
    return line_figure([past, forecast], "images looked at", "wrong labels found", band=band, whole=True)
