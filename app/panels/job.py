"""A command at work in a folder of its own: its progress, the button that ends it, its error, the page it wrote."""

from pathlib import Path

import streamlit as st
from streamlit import runtime

from app.html_parts.markdown import sentence
from app.jobs.process import JobState, cancel, watch
from app.jobs.result import read_result
from app.jobs.words import since, stage_words
from app.pressed import pressed
from models.errors import ErrataError

POLL_S = 1.0


def job_panel(folder: Path, product: str, key: str) -> JobState:
    """Show a running command, refreshed every second, or why it did not finish; return its progress.

    Args:
        folder: where the command keeps its state.
        product: of the command, as the subject of a sentence: `The export`.
        key: prefix of the widgets' keys.
    """
    job_state = watch(folder)
    if job_state.active:
        st.fragment(_running, run_every=POLL_S)(folder, product, key)
    elif job_state.state == "failed":
        st.error(f"{product} failed: {sentence(job_state.error)}")
    elif job_state.state in ("cancelled", "interrupted"):
        st.warning(f"{product} was {job_state.state}.")
    return job_state


def _running(folder: Path, product: str, key: str) -> None:
    job_state = watch(folder)
    if not job_state.active:
        st.rerun(scope="app")
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"{key}-running"):
        share, stage = stage_words(job_state)
        st.progress(share, text=f"{product} has been running for {since(job_state.started)}: {stage}")
        if pressed("Cancel", f"{key}.cancel", icon=":material/stop:"):
            cancel(folder)
            st.rerun(scope="app")


def summary_of(folder: Path) -> str:
    """Return the sentence on what a finished command made; empty where its result has none or is damaged."""
    try:
        result = read_result(folder)
    except ErrataError as error:  # what the command made exists all the same
        st.error(sentence(error))
        return ""
    return f"{result.summary}." if result and result.summary else ""


def log_expander(job_state: JobState, title: str = "Last lines of its log") -> None:
    """Show the last lines that a command wrote, folded."""
    if job_state.log:
        with st.expander(title):
            st.code("\n".join(job_state.log), language=None)


def open_page(path: Path, label: str, key: str) -> None:
    """Show a link that opens a page in a tab of its own; nothing without a server, as in tests.

    The page is served by the app for as long as the link is shown. It runs no script and loads nothing.

    Args:
        path: of the page, one HTML file.
        label: of the link.
        key: tells the links of a screen apart.
    """
    if runtime.exists():
        address = runtime.get_instance().media_file_mgr.add(path.read_bytes(), "text/html", f"open-page.{key}")
        st.link_button(label, address, type="primary", icon=":material/open_in_new:")
