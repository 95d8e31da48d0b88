"""What is said beside the first list of an audit, which is judged again when all networks are trained."""

from pathlib import Path

import streamlit as st

from app.jobs.process import watch
from app.panels.audit_steps import seconds_until
from curation.results.audit import Audit
from curation.words import duration

_POLL_S = 2.0


def first_list_note(audit: Audit) -> None:
    """Say that the list is the first, by which networks, and when it gets better; show the better list when it stands.

    Args:
        audit: as far as it is; nothing is said where all its architectures have judged.
    """
    if audit.awaited:
        st.fragment(_note, run_every=_POLL_S)(audit, results_stamp(audit.folder))


def results_stamp(folder: Path) -> int:
    """Return when an audit last wrote what it consists of, 0 where it has not."""
    results = folder / "results.json"
    return results.stat().st_mtime_ns if results.exists() else 0


def _note(audit: Audit, shown: int) -> None:
    if results_stamp(audit.folder) != shown:
        st.rerun(scope="app")
    st.caption(f":material/hourglass_top: {note_text(audit)}")


def note_text(audit: Audit) -> str:
    """Return the sentence, with the time that is left until all architectures have judged."""
    by = "one network" if len(audit.voters) == 1 else f"{len(audit.voters)} networks"
    job_state = watch(audit.folder)
    if not job_state.active:
        return f"First list by {by}: the audit ended before {', '.join(audit.awaited)} judged. Resume it under Audit."
    left = seconds_until(audit.folder, job_state, "judge")
    better = f"better in about {duration(left, rough=True)}" if left else "better soon"
    return f"First list by {by}; {better}, when {', '.join(audit.awaited)} has judged, too. Verdicts given now count."
