"""A version as a data set of its own, written by a process that goes on when the page is closed."""

from pathlib import Path

import streamlit as st

from app.html_parts.markdown import command, sentence
from app.jobs.process import job_folder, start
from app.panels.job import job_panel, log_expander, summary_of
from app.pressed import pressed
from app.state import workspace
from curation.handover.formats import FORMATS
from curation.handover.tree import FILES
from curation.workspace.names import version_names


def export_part(name: str) -> None:
    """Show the form, and how a running export or the last one went."""
    left, right = st.columns([10, 13], gap="large")
    with left:
        arguments = _form(name)
    with right:
        st.html("<h3>Export</h3>")
        _export(name, arguments)


def _form(name: str) -> list[str]:
    """Show the choices and return the command that exports this version."""
    known = version_names(workspace(), name)
    version = st.selectbox("Version", known, index=len(known) - 1, key="splits.export-version")
    kind = st.segmented_control("Format", list(FORMATS), default="imagefolder", key="splits.format", required=True)
    st.caption(f"{FORMATS[str(kind)].summary}.")
    files = st.segmented_control("Images are", list(FILES), default="copy", key="splits.files", required=True)
    first = workspace().exports / f"{name}-{version}-{kind}"
    target = st.text_input(
        "Into a folder that is empty or does not exist", str(first), key=f"splits.target-{version}-{kind}"
    )
    arguments = ["export", name, "--version", str(version), "--format", str(kind), "--files", str(files)]
    return [*arguments, "--output", str(Path(target).expanduser())] if target.strip() else arguments


def _export(name: str, arguments: list[str]) -> None:
    """Show the button that starts an export, the progress of the running one, or how the last one went."""
    folder = job_folder(workspace(), f"export-{name}"[:64])
    job_state = job_panel(folder, "The export", "splits.export")
    if job_state.state == "finished":
        st.success(sentence(summary_of(folder)) or "The export is written.")
    elif job_state.state == "failed":
        log_expander(job_state)
    else:
        st.write(
            "Every file is verified against its hash. A manifest with versions, hashes and counts is written last."
        )
    asked = pressed(
        "Export", "splits.export", type="primary", icon=":material/drive_folder_upload:", disabled=job_state.active
    )
    st.caption(f"The same in a terminal: {command('errata', *arguments)}")
    if asked:
        start(folder, arguments)
        st.rerun()
