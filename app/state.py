"""What is chosen, and the audits that are loaded. Choices live in the address, so that a link shows the same again."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from curation.datasets.catalog import find_dataset, load_catalog
from curation.datasets.opening import FIFTYONE, audited_name
from curation.results.audit import FINDINGS, TAUGHT_FINDINGS, Audit, load_audit
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder, audited
from models.errors import ErrataError

DEFAULT_DATASET = "scenes"


def workspace() -> Workspace:
    """Return the workspace that the app shows."""
    return Workspace.from_environment()


def dataset_names(workspace: Workspace) -> list[str]:
    """Return the data sets to choose from: audited ones first, then the rest of the catalogue."""
    known = audited(workspace)
    return known + [name for name in load_catalog() if name not in known]


def loaded_audit(workspace: Workspace, name: str) -> Audit | None:
    """Return the results of an audit so far, None before there are any.

    Raises:
        ErrataError: its files are damaged or do not fit together.
    """
    folder = audit_folder(workspace, name)
    if not (folder / "results.json").exists():
        return None
    return _load(str(workspace.root), name, audit_stamp(folder))


def chosen_row(audit: Audit) -> int | None:
    """Return the row of the image in the address, None if it names no image of this data set."""
    rows = (audit.rows.image_ids == st.query_params.get("image", "")).nonzero()[0]
    return int(rows[0]) if len(rows) else None


def audit_name_of(chosen: str) -> str:
    """Return the name under which a data set is audited, or would be."""
    if chosen in audited(workspace()):  # also where a folder of that name lies where the app was started
        return chosen
    if chosen.startswith(FIFTYONE):
        return audited_name(chosen, workspace())
    return find_dataset(chosen, workspace()).name


def choose_image(image_id: str) -> None:
    """Put an image into the address."""
    st.query_params["image"] = image_id


def forget_image() -> None:
    """Take the image out of the address, so that the first of the chosen rows is shown."""
    st.query_params.pop("image", None)
    st.session_state["page"] = 1


def audit_stamp(folder: Path) -> tuple[int, ...]:
    """Return when the files of an audit were written; a running audit writes them again."""
    files = [folder / name for name in ("results.json", "rows.npz", FINDINGS, TAUGHT_FINDINGS)]
    files += sorted(folder.glob("map-*.npy"))
    return tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)


@st.cache_resource(max_entries=4, show_spinner=False)
def _load(root: str, name: str, stamp: tuple[int, ...]) -> Audit:
    try:
        audit = load_audit(Workspace(Path(root)), name)
    except (OSError, ValueError, KeyError) as error:
        raise ErrataError(f"the files of the audit of {name} do not fit together ({error}); run it again") from error
    without_embeddings = [  # they take most of the memory, and no screen shows them
        replace(architecture, predictions=replace(architecture.predictions, embeddings=None))
        for architecture in audit.architectures
    ]
    return replace(audit, architectures=tuple(without_embeddings))
