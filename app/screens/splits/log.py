"""Every decision, newest first, with its image: found by reviewer, verdict, split or name, taken back and put back."""

from datetime import datetime
from html import escape

import streamlit as st

from app.html_parts.pictures import picture
from app.panels.reviewer_name import reviewer
from app.screens.splits.data import decision_lines
from curation.decisions.decision import Decision
from curation.decisions.table import Line, Wanted
from curation.decisions.verdicts import VERDICTS
from curation.review.bench import Bench

PAGE = 10  # decisions
SMALL_PX = 160
_ANY = "any"


def decision_list(bench: Bench) -> None:
    """Show the decisions that were asked for, each with the button that takes it back or brings it again."""
    every, who = decision_lines(bench), reviewer()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html("<h3>All decisions</h3>", width="content")
        st.space("stretch")
        _way_back(bench, who)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        found = _wanted(every)
        pages = max(1, -(-len(found) // PAGE))
        st.space("stretch")
        page = 1
        if pages > 1:
            page = int(st.number_input(f"Page, of {pages}", 1, pages, 1, key=f"splits.log-page-{pages}", width=140))
    if not found:
        st.info("No decision is like that: change what is asked for above.")
        return
    yours = f"You are {who} and take back what {who} decided." if who else "Say who reviews on the Review screen first."
    st.html(f"<small>{len(found):,} of {len(every):,} decisions. {escape(yours)}</small>")
    for line in found[(page - 1) * PAGE : page * PAGE]:
        _row(bench, line, who)


def said(one: Decision) -> str:
    """Return what was decided, as HTML."""
    given = f'<span class="er-given">{escape(one.label)}</span>'
    if one.decision == "keep":
        return f"{given} kept"
    new = " | ".join(map(escape, one.new_labels)) or one.decision
    return f'{given} → <span class="er-other">{new}</span>'


def _wanted(every: list[Line]) -> list[Line]:
    """Show what can be asked for, and return the lines that are meant, newest first."""
    people = sorted({line.entry.reviewer for line in every})
    kinds = [kind for kind in VERDICTS if any(line.about and line.about.decision == kind for line in every)]
    splits = [split for split in ("test", "val", "train") if any(line.split == split for line in every)]
    name = st.selectbox("Reviewer", [_ANY, *people], key="splits.log-reviewer", width=170)
    kind = st.selectbox("Verdict", [_ANY, *kinds], key="splits.log-kind", width=170)
    split = st.selectbox("Split", [_ANY, *splits], key="splits.log-split", width=130)
    text = st.text_input("Image or class", key="splits.log-search", placeholder="part of its name", width=240)
    who, verdict, part = ("" if one == _ANY else str(one) for one in (name, kind, split))
    wanted = Wanted(who, verdict, part)
    return [line for line in reversed(every) if wanted.holds(line) and _names(line, text.strip().lower())]


def _names(line: Line, text: str) -> bool:
    about = line.about
    return not text or any(
        text in one.lower() for one in (line.image_id, *([about.label, *about.labels] if about else []))
    )


def _row(bench: Bench, line: Line, who: str) -> None:
    one = line.entry
    if not isinstance(one, Decision):
        return
    own, undone = one.reviewer == who, line.status == "undone"
    with st.container(horizontal=True, vertical_alignment="center", width=760, key=f"splits-line-{one.id}"):
        st.html(_line_html(bench, line, one), width="stretch")
        st.button(
            "Put back" if undone else "Take back",
            icon=f":material/{'redo' if undone else 'undo'}:",
            key=f"splits.reverse-{one.id}",
            disabled=not own,
            help=None if own else f"{one.reviewer}'s: nobody undoes another's decision",
            on_click=_reverse,
            args=(bench, one.id, undone, who),
        )


def _line_html(bench: Bench, line: Line, one: Decision) -> str:
    image = picture(bench.audit.rows.root / line.image_id, SMALL_PX)
    when = datetime.fromisoformat(one.time).astimezone().strftime("%Y-%m-%d %H:%M")  # the person's own time
    marks = [
        *([] if line.status == "in force" else [line.status]),
        *(["adjudicated"] if one.adjudicates else []),
        *(["blind"] if one.blind else []),
    ]
    marked = " ".join(f'<span class="er-state">{mark}</span>' for mark in marks)
    place = " · ".join(part for part in (line.split, line.image_id) if part)
    return (
        f'<div class="er-line{" er-undone" if line.status in ("undone", "replaced") else ""}">'
        f'<img src="{image}" alt="{escape(line.image_id)}" loading="lazy"><div>{said(one)} {marked}'
        f"<small>{escape(one.reviewer)}, {when}, line {line.number}<br>{escape(place)}</small></div></div>"
    )


def _reverse(bench: Bench, decision_id: str, undone: bool, who: str) -> None:
    (bench.ledger.put_back if undone else bench.ledger.take_back)(decision_id, who)


def _way_back(bench: Bench, who: str) -> None:
    """Show the buttons that take the reviewer's last decision, or batch, back and bring it again."""
    with bench.ledger.reading() as state:
        back, again = state.undoable(who), state.redoable(who)
    for name, step, icon in (("Undo", back, "undo"), ("Redo", again, "redo")):
        what = (
            f"{name} {step[0].image_id.rpartition('/')[2] if len(step) == 1 else f'{len(step)} images'}"
            if step
            else name
        )
        st.button(
            what, icon=f":material/{icon}:", key=f"splits.{name.lower()}", disabled=not step,
            help=f"as {who}" if who else None, on_click=_step, args=(bench, name.lower(), who),
        )  # fmt: skip


def _step(bench: Bench, kind: str, who: str) -> None:
    bench.ledger.undo(who) if kind == "undo" else bench.ledger.redo(who)
