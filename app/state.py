"""What is chosen, and the audits that are loaded. Choices live in the address, so that a link shows the same again."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from curation.datasets.catalog import load_catalog
from curation.datasets.finding import find_dataset
from curation.datasets.opened import latest_dataset, remember, sources_without_results
from curation.datasets.opening import FIFTYONE, audited_name, is_source
from curation.results.audit import FINDINGS, TAUGHT_FINDINGS, Audit, load_audit
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder, audited
from models.errors import ErrataError, unknown

_BARE = "state.without-address"  # the data set of an address that names none


class UnknownDatasetError(ErrataError):
    """The chosen data set is none that Errata knows or can open."""

    def __init__(self, chosen: str, reason: str):
        super().__init__(reason)
        self.chosen = chosen


def workspace() -> Workspace:
    """Return the workspace that the app shows."""
    return Workspace.from_environment()


def chosen_dataset() -> str:
    """Return the data set that every screen shows: the one in the address, else the one that was used last.

    A path is returned as the name of its audit once there is one.
    """
    typed = st.query_params.get("dataset", "").strip()
    if not typed:
        # What another tab opens meanwhile does not change this one.
        return str(st.session_state.setdefault(_BARE, latest_dataset(workspace())))
    if not is_source(typed):
        return typed
    try:
        name = audit_name_of(typed)
    except ErrataError:
        return typed
    return name if name in audited(workspace()) else typed


def choose_dataset(chosen: str) -> None:
    """Put a data set into the address, and take out what belongs to the one before."""
    for parameter in ("image", "prediction", "cell", "pair", "at", "lasso", "selection"):
        st.query_params.pop(parameter, None)
    st.query_params["dataset"] = chosen


def note_opened(chosen: str) -> None:
    """Remember a known data set as the latest; a path or FiftyOne dataset is listed from now on."""
    remember(workspace(), chosen, added=is_source(chosen))


def dataset_names(workspace: Workspace, chosen: str) -> dict[str, str]:
    """Return the data sets to choose from and what the list calls them: audited ones first, the catalogue last.

    Args:
        workspace: its audits and added paths come before the catalogue.
        chosen: what the screen shows; always in the list, also where it is unknown.
    """
    known = audited(workspace)
    names = {name: name for name in known}
    for source in dict.fromkeys([*sources_without_results(workspace), *load_catalog(), chosen]):
        try:
            name = audit_name_of(source)
        except ErrataError:
            if source == chosen:
                names[source] = source
            continue
        if name not in known:
            titled = is_source(source) and not source.startswith(FIFTYONE)
            title = find_dataset(source, workspace).title if titled else name
            names[source] = f"{title} · not audited"
    return names


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
    """Return the name under which a data set is audited, or would be.

    Raises:
        UnknownDatasetError: it is neither audited nor in the catalogue, and no image folder or CSV.
    """
    known = audited(workspace())
    if chosen in known:  # also where a folder of that name lies where the app was started
        return chosen
    if chosen.startswith(FIFTYONE):
        return audited_name(chosen, workspace())
    catalog = load_catalog()
    if chosen not in catalog and not is_source(chosen):
        raise UnknownDatasetError(chosen, str(unknown("data set", chosen, {*known, *catalog})))
    try:
        return find_dataset(chosen, workspace()).name
    except ErrataError as error:
        raise UnknownDatasetError(chosen, str(error)) from error


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
