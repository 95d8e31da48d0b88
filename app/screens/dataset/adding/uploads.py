"""A zip or table dropped into the page: unpacked into the workspace, then looked at."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.html_parts.markdown import plain, sentence
from app.panels.dataset.look import look
from app.state import workspace
from curation.datasets.finding import find_dataset
from curation.datasets.folders.browse import browsing_roots
from curation.datasets.uploaded import MOST_FILES, MOST_MB, MOST_UNPACKED_MB, add_csv, add_zip, remove_upload
from curation.words import file_size
from curation.workspace.names import audited
from models.errors import ErrataError

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

TABLES = ("csv", "tsv", "jsonl", "parquet")
_DONE = "dataset.uploaded"  # [file, images' folder, path in the workspace, why it was refused]


def upload_field(chosen: str) -> None:
    """Show the field for a zip or table; what was unpacked goes into the address, to be looked at.

    Args:
        chosen: name of the parameter of the address that a look goes into.
    """
    file = st.file_uploader(
        f"A zip of images, or a table of labels; at most {MOST_MB} MB, {MOST_FILES:,} files and "
        f"{file_size(MOST_UNPACKED_MB * 10**6)} unpacked",
        ["zip", *TABLES], max_upload_size=MOST_MB, key="dataset.upload",
    )  # fmt: skip
    st.caption(
        "A zip holds `split/class/*.jpg`, `class/*.jpg`, or images and a table of their labels. A table alone (CSV, "
        "JSON Lines or Parquet) names images that are on this machine already."
    )
    if file is None:
        return
    images = ""
    if not file.name.lower().endswith(".zip"):
        images = st.text_input(
            "The folder that the paths in the table start from; empty where they start with `/`", key="dataset.images"
        ).strip()
    _, _, path, refused = _unpacked(file, images)
    if refused:
        st.error(f"{sentence(refused)}.")
    else:
        st.query_params[chosen] = path
        st.success(f"{plain(file.name)} is in the workspace.", icon=":material/check:")


def _unpacked(file: "UploadedFile", images: str) -> list[str]:
    """Unpack a file once, however often the page is drawn."""
    done = list(st.session_state.get(_DONE, []))
    if done[:2] == [file.file_id, images]:
        return done
    try:
        with st.spinner("Unpacking …"):
            path, refused = str(_add(file, images)), ""
    except ErrataError as error:
        path, refused = "", str(error)
    st.session_state[_DONE] = [file.file_id, images, path, refused]
    return [file.file_id, images, path, refused]


def _add(file: "UploadedFile", images: str) -> Path:
    if file.name.lower().endswith(".zip"):
        return usable(add_zip(file.name, file, workspace()))
    root = Path(images).expanduser() if images else None
    return add_csv(file.name, file, workspace(), browsing_roots(workspace()), root)


def usable(path: Path) -> Path:
    """Return the place of an unpacked zip; where it cannot be audited, it is removed again.

    Raises:
        ErrataError: it cannot be audited. A table whose columns are to be named stays, for that is done on this page.
    """
    try:
        spec = find_dataset(str(path), workspace())
        refusal = look(spec).refusal
    except (ErrataError, OSError):
        remove_upload(path, workspace())
        raise
    if refusal and "--columns" not in refusal and spec.name not in audited(workspace()):
        remove_upload(path, workspace())
        raise ErrataError(f"{refusal.replace(str(path), path.name).rstrip('.')}; nothing was kept")
    return path
