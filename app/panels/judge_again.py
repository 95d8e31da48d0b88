"""The button that judges the labels again, by models that learn from the verdicts so far."""

import streamlit as st

from app.commands.queue import job_request
from app.jobs.actions import enqueue
from app.panels.audit_options import last_options
from app.panels.bench import bench
from app.pressed import pressed
from app.state import workspace
from curation.decisions.lessons import lessons_key, lessons_of
from curation.results.audit import Audit
from curation.words import counted
from curation.workspace.names import ORIGINAL
from models.errors import ErrataError


def judge_again_button(name: str, audit: Audit) -> None:
    """Show the button where people have settled more, or otherwise, than the last judgement learned from.

    Args:
        name: what `errata audit` is given.
        audit: the finished audit.
    """
    settled = _settled_since(audit)
    if not settled:
        return
    asked = pressed(
        "Judge again", "audit.judge", icon=":material/gavel:",
        help=f"Judges the given labels by models that learn from {counted(settled, 'verdict')}. No network is trained "
        "again, no version is made, and images drawn at random stay drawn.",
    )  # fmt: skip
    if asked:
        arguments = ["audit", name, *last_options(audit.folder, audit.config["architectures"]), "--with-decisions"]
        enqueue(workspace(), job_request(workspace(), arguments))
        st.rerun()


def judged_with(audit: Audit) -> str:
    """Return in a sentence which verdicts the judgement learned from; empty where it learned from none."""
    verdicts = audit.findings.verdicts
    if not verdicts:
        return ""
    return f"Judged with {counted(verdicts, 'verdict')}: the models learned from the labels as corrected by then."


def _settled_since(audit: Audit) -> int:
    """Return how many verdicts there are to learn from; 0 where the judgement has learned all that they say."""
    opened = bench(workspace(), audit.name) if audit.config["version"] == ORIGINAL else None
    if opened is None:
        return 0
    with opened.ledger.reading() as state:
        if opened.ledger.lines() == audit.findings.line:
            return 0
        try:
            lessons = lessons_of(state, audit.rows)
        except ErrataError:  # a class is gone: the audit itself would say so
            return 0
    return int(lessons.taught.sum()) if lessons_key(lessons) != audit.findings.lessons else 0
