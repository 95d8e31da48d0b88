"""A version as a data set of its own, written by a process that goes on when the page is closed."""

from pathlib import Path

import streamlit as st

from app.jobs.process import job_folder, start
from app.panels.job import job_panel, log_of, summary_of
from app.state import workspace
from curation.handover.export import FORMATS
from curation.handover.tree import FILES
from curation.workspace.names import versions

_ABOUT = {
    "imagefolder": "A folder a split, in it a folder a class: what torchvision's ImageFolder reads",
    "csv": "Images in folders, and labels.csv with given and curated label, split and decision of each",
    "fiftyone": "A dataset that FiftyOne imports, with given and curated labels",
    "huggingface": "An image folder with a card, that Hugging Face's datasets reads",
}


def export_part(name: str) -> None:
    """Show the form, and how an export under way or the last one went."""
    known = versions(workspace(), name)
    left, right = st.columns([10, 13], gap="large")
    with left:
        version = st.selectbox("Version", known, index=len(known) - 1, key="splits.export-version")
        kind = st.segmented_control("Format", list(FORMATS), default="imagefolder", key="splits.format", required=True)
        st.caption(f"{_ABOUT[str(kind)]}.")
        files = st.segmented_control("Images are", list(FILES), default="copy", key="splits.files", required=True)
        first = workspace().exports / f"{name}-{version}-{kind}"
        target = st.text_input(
            "Into the folder, which is empty or not there yet", str(first), key=f"splits.target-{version}-{kind}"
        )
    arguments = ["export", name, "--version", str(version), "--format", str(kind), "--files", str(files)]
    arguments += ["--output", str(Path(target).expanduser())] if target.strip() else []
    with right:
        st.html("<h3>Export</h3>")
        folder = job_folder(workspace(), f"export-{name}"[:64])
        progress = job_panel(folder, "The export", "splits.export")
        if progress.state == "finished":
            st.success(summary_of(folder) or "The export is written.")
        elif progress.state == "failed":
            log_of(progress)
        else:
            st.write(
                "Every file is verified against its hash; a manifest with versions, hashes and counts is written last."
            )
        asked = st.button(
            "Export",
            type="primary",
            icon=":material/drive_folder_upload:",
            key="splits.export",
            disabled=progress.active,
        )
        st.caption(f"The same in a terminal: `errata {' '.join(arguments)}`")
        if asked:
            start(folder, arguments)
            st.rerun()
