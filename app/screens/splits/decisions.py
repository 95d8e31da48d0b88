"""What people decided so far, what going on would bring, and the way back from every decision."""

from html import escape

import numpy as np
import streamlit as st

from app.html_parts.line_chart import line_figure
from app.screens.splits.data import looks
from app.screens.splits.log import decision_list
from curation.decisions.state import State
from curation.decisions.verdicts import VERDICTS
from curation.reports.line_chart import Line
from curation.review.bench import ALL, Bench
from curation.review.budget import Budget, review_curve, stop_sentence
from models.arrays import IntArray


def decisions_part(bench: Bench) -> None:
    """Show the decisions so far, the budget curve with the stop rule, and every decision."""
    with bench.ledger.reading() as state:
        table, judged = verdict_table(state), bool(state.images())
    if not bench.ledger.lines():
        st.html(
            '<p class="er-lead">Nobody has judged a label yet. <small>Versions are made of decisions: judge the most '
            "suspicious images in the review, then come back. A version without any holds the labels as given.</small>"
        )
        st.button("Open the review", type="primary", key="splits.review", on_click=_open_review)
        return
    left, right = st.columns([10, 12], gap="large")
    with left:
        st.html(f"<h3>Decisions in force</h3>{table if judged else '<p>None: all were taken back.</p>'}")
        for problem in bench.ledger.problems():
            st.warning(problem)
    with right:
        split = st.segmented_control(
            "Split", [*_splits(bench), ALL], default="test" if "test" in _splits(bench) else ALL, key="splits.of",
            label_visibility="collapsed", required=True,
        )  # fmt: skip
        _curve(bench, str(split))
    decision_list(bench)


def verdict_table(state: State) -> str:
    """Return how many verdicts in force there are of each kind, a column for each reviewer."""
    people = state.reviewers()
    own = {name: state.counts(name) for name in people}
    total = state.counts()
    kinds = [kind for kind in VERDICTS if total.get(kind)]
    several = len(people) > 1

    def cells(counts: list[int]) -> str:
        return "".join(f'<td class="er-n">{count:,}</td>' for count in counts)

    names = "".join(f'<th class="er-n">{escape(name)}</th>' for name in people)
    head = f"<tr><th>verdict</th>{names}{'<th class=er-n>all</th>' if several else ''}</tr>"
    lines = [
        f"<tr><td>{kind}</td>{cells([own[name].get(kind, 0) for name in people])}"
        f"{cells([total[kind]]) if several else ''}</tr>"
        for kind in kinds
    ]
    sums = [sum(own[name].values()) for name in people]
    last = f"<tr><td>all</td>{cells(sums)}{cells([sum(sums)]) if several else ''}</tr>" if len(kinds) > 1 else ""
    disputed = sum(state.disputed(image) for image in state.images())
    notes = (
        [f"{disputed:,} images disputed: their label stays as given until somebody settles them"] if disputed else []
    )
    if gone := len(state.missing()):
        notes.append(f"{gone:,} decisions on images that are no longer in the data set")
    said = f'<ul class="er-says">{"".join(f"<li>{note}</li>" for note in notes)}</ul>' if notes else ""
    return f'<table class="er-list">{head}{"".join(lines)}{last}</table>{said}'


def _splits(bench: Bench) -> list[str]:
    return [split for split in ("test", "val", "train") if (bench.audit.rows.splits == split).any()]


def _curve(bench: Bench, split: str) -> None:
    """Show what the looks found, what the next ones are expected to find, and whether to go on."""
    budget, found, rows = bench.budget(split), bench.tally(), bench.part(split).rows
    order = looks(bench)
    own = order[np.isin(order, rows)]
    curve = review_curve(own, found.wrong)
    chart = budget_chart(curve, budget)
    sentence, note = (said[:1].upper() + said[1:] for said in (stop_sentence(budget), budget.note))
    st.html(f'{chart}<p class="er-lead">{escape(sentence)}. <small>{escape(note)}.</small></p>')


def budget_chart(curve: IntArray, budget: Budget) -> str:
    """Return the wrong labels found against the images looked at, and the forecast with its 90 % interval.

    Args:
        curve: as `review_curve` returns it, shape (looks + 1,).
        budget: what is known of the rest.
    """
    looks, found = len(curve) - 1, int(curve[-1])
    ahead = [
        (looks + min(step, budget.ahead), finds) for step, finds in budget.next_finds.items() if step <= budget.ahead
    ]
    past = Line("found", [(float(x), float(y)) for x, y in enumerate(curve.tolist())], "given")
    forecast = Line(
        "expected next, with 90 % interval",
        [(float(looks), float(found)), *((float(x), found + finds.expected) for x, finds in ahead)] if ahead else [],
        "other dashed",
    )
    band = [(float(looks), float(found), float(found))]
    band += [(float(x), float(found + finds.low), float(found + finds.high)) for x, finds in ahead]
    lines = [past, forecast] if ahead else [past]
    return line_figure(lines, "images looked at", "wrong labels found", band=band if ahead else (), whole=True)


def _open_review() -> None:
    st.query_params["screen"] = "review"
