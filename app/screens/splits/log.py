"""Every decision with its image, newest first; reviewers can take back and restore what they decided."""

from datetime import datetime

import streamlit as st
from markupsafe import Markup

from app.html_parts.labels import given_label, other_label
from app.html_parts.markdown import plain
from app.html_parts.templates import macros
from app.html_parts.tiles import thumbnail
from app.panels.reviewer_name import current_reviewer
from app.screens.splits.loaded import decision_lines
from curation.decisions.decision import Decision
from curation.decisions.table import LogLine, Wanted
from curation.decisions.verdicts import KEEP, VERDICTS
from curation.review.bench import Bench

PAGE = 10  # decisions
SMALL_PX = 160
_ANY = "any"
_HTML = macros(__file__)


def decision_list(bench: Bench) -> None:
    """Show the decisions that pass the filters, each with the button that takes it back or restores it."""
    lines, name = decision_lines(bench), current_reviewer()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html("<h3>All decisions</h3>", width="content")
        st.space("stretch")
        _undo_buttons(bench, name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = _filtered(lines)
        pages = max(1, -(-len(wanted) // PAGE))
        st.space("stretch")
        page = 1
        if pages > 1:
            page = int(st.number_input(f"Page, of {pages}", 1, pages, 1, key=f"splits.log-page-{pages}", width=140))
    if not wanted:
        st.info("No decision passes these filters: change them above.")
        return
    st.html(_HTML.summary(len(wanted), len(lines), name))
    for line in wanted[(page - 1) * PAGE : page * PAGE]:
        _row(bench, line, name)


def _filtered(lines: list[LogLine]) -> list[LogLine]:
    """Show the filters, and return the lines that pass them, newest first."""
    reviewers = sorted({line.entry.reviewer for line in lines})
    kinds = [kind for kind in VERDICTS if any(line.decision and line.decision.decision == kind for line in lines)]
    splits = [split for split in ("test", "val", "train") if any(line.split == split for line in lines)]
    name = st.selectbox("Reviewer", [_ANY, *reviewers], key="splits.log-reviewer", width=170)
    kind = st.selectbox("Verdict", [_ANY, *kinds], key="splits.log-kind", width=170)
    split = st.selectbox("Split", [_ANY, *splits], key="splits.log-split", width=130)
    name_filter, kind_filter, split_filter = ("" if text == _ANY else str(text) for text in (name, kind, split))
    wanted = Wanted(name_filter, kind_filter, split_filter)
    text = st.text_input("Image or class", key="splits.log-search", placeholder="part of its name", width=240)
    return [line for line in reversed(lines) if wanted.holds(line) and _mentions(line, text.strip().lower())]


def _mentions(line: LogLine, text: str) -> bool:
    """Return whether a text is part of the image's name, or of a class that the decision names."""
    decision = line.decision
    names = [line.image_id, *([decision.label, *decision.labels] if decision else [])]
    return not text or any(text in name.lower() for name in names)


def _row(bench: Bench, line: LogLine, name: str) -> None:
    """Show a decision, and the button that its own reviewer can take it back with."""
    decision = line.entry
    if not isinstance(decision, Decision):
        return
    may_reverse, undone = decision.reviewer == name, line.status == "undone"
    with st.container(horizontal=True, vertical_alignment="center", width=760, key=f"splits-line-{decision.id}"):
        st.html(_line(bench, line, decision), width="stretch")
        st.button(
            "Put back" if undone else "Take back",
            icon=f":material/{'redo' if undone else 'undo'}:",
            key=f"splits.reverse-{decision.id}",
            disabled=not may_reverse,
            help=None if may_reverse else f"only {plain(decision.reviewer)}, who decided this, can take it back",
            on_click=_reverse,
            args=(bench, decision.id, undone, name),
        )


def _line(bench: Bench, line: LogLine, decision: Decision) -> Markup:
    marks = [
        *([] if line.status == "in force" else [line.status]),
        *(["adjudicated"] if decision.adjudicates else []),
        *(["blind"] if decision.blind else []),
    ]
    return _HTML.line(
        image=thumbnail(bench.audit.rows.root, line.image_id, SMALL_PX),
        gone=line.status in ("undone", "replaced"),
        verdict=verdict(decision),
        marks=marks,
        decision=decision,
        time=datetime.fromisoformat(decision.time).astimezone().strftime("%Y-%m-%d %H:%M"),  # the reader's time zone
        number=line.number,
        place=[part for part in (line.split, line.image_id) if part],
    )


def verdict(decision: Decision) -> Markup:
    """Return the verdict of a decision: the given label, and what becomes of it."""
    given = given_label(decision.label)
    if decision.decision == KEEP:
        return Markup("{} kept").format(given)
    return Markup("{} → {}").format(given, other_label(" | ".join(decision.new_labels) or decision.decision))


def _reverse(bench: Bench, decision_id: str, undone: bool, name: str) -> None:
    (bench.ledger.put_back if undone else bench.ledger.take_back)(decision_id, name)


def _undo_buttons(bench: Bench, name: str) -> None:
    """Show the buttons that take back the reviewer's last decision, or batch of decisions, and that restore it."""
    with bench.ledger.reading() as state:
        steps = {"undo": state.undoable(name), "redo": state.redoable(name)}
    for kind, step in steps.items():
        images = step[0].image_id.rpartition("/")[2] if len(step) == 1 else f"{len(step)} images"
        st.button(
            f"{kind.title()} {plain(images)}" if step else kind.title(),
            icon=f":material/{kind}:",
            key=f"splits.{kind}",
            disabled=not step,
            help=f"as {plain(name)}" if name else None,
            on_click=_undo_or_redo,
            args=(bench, kind, name),
        )


def _undo_or_redo(bench: Bench, kind: str, name: str) -> None:
    bench.ledger.undo(name) if kind == "undo" else bench.ledger.redo(name)
