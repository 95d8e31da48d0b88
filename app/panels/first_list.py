"""What is said beside the first list of an audit, which is judged again when all networks are trained."""

from pathlib import Path

import streamlit as st

from app.jobs.process import watch
from app.panels.running.audit_steps import seconds_until
from curation.results.audit import Audit
from curation.words import duration

_POLL_S = 2.0
_STYLE = """<style>
@media (min-width: 1100px) { .st-key-first-list { position: absolute; z-index: 1; top: 0.95rem;
  right: max(2rem, 50% - 750px + 2rem); width: auto !important; } }
</style>"""  # in the empty line above each screen, beside the links


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
    text, details = note_text(audit)
    with st.container(key="first-list", width="content"):
        st.html(_STYLE)
        st.caption(f":material/hourglass_top: {text}", help=details)


def note_text(audit: Audit) -> tuple[str, str]:
    """Return what is said of the list, with the time until all architectures have judged, and the details."""
    by = "one network" if len(audit.voters) == 1 else f"{len(audit.voters)} networks"
    awaited, job_state = " and ".join(audit.awaited), watch(audit.folder)
    if not job_state.active:
        return f"First list by {by}; the audit was not finished", f"{awaited} did not judge. Resume it under Audit."
    left = seconds_until(audit.folder, job_state, "judge")
    better = f"better in about {duration(left, rough=True)}" if left else "better soon"
    return f"First list by {by}; {better}", f"{awaited} still learns to judge. Verdicts that are given now count."
