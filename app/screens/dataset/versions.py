"""The versions of the labels of a data set: what each holds and changed."""

from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from app.html_parts.markdown import command
from app.html_parts.templates import macros
from app.panels.data_bar import open_screen
from app.screens.dataset.balance import balance_table
from app.state import audit_stamp, workspace
from curation.datasets.rows import SPLITS
from curation.versions.store import VersionSummary, list_versions
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_folder, audit_name, audited

_HTML = macros(__file__)


@dataclass(frozen=True)
class _Line:
    """A version in the table."""

    version: VersionSummary
    images: list[int]  # of each split
    audited: bool


def versions_of(name: str) -> list[VersionSummary]:
    """Return the versions of an audited data set, `original` first; read again where there is another.

    Raises:
        ErrataError: a version was changed since it was made.
    """
    home = workspace()
    made = sorted((home.splits / name).glob("[!.]*/split.json"))
    stamp = tuple((path.parent.name, path.stat().st_mtime_ns) for path in made)
    return _versions(str(home.root), name, (audit_stamp(audit_folder(home, name)), stamp))


@st.cache_resource(max_entries=8, show_spinner=False)
def _versions(root: str, name: str, stamp: tuple[object, ...]) -> list[VersionSummary]:
    return [
        replace(version, counts={split: version.counts[split] for split in SPLITS if split in version.counts})
        for version in list_versions(Workspace(Path(root)), name)
    ]


def version_balance(versions: list[VersionSummary]) -> None:
    """Show the class balance of a version, beside that of the labels as given."""
    chosen = versions[0]
    if len(versions) > 1:
        names = [version.name for version in versions]
        picked = st.segmented_control(
            "Version of the labels", names, default=names[-1], required=True, key="version", bind="query-params"
        )
        chosen = versions[names.index(picked)]
    before = None if chosen.name == ORIGINAL else versions[0].counts
    st.html(balance_table(chosen.counts, before))
    if before is not None:
        st.caption(f"Behind each number: by how many images {chosen.name} differs from the labels as given.")


def version_table(name: str, versions: list[VersionSummary]) -> None:
    """Show what each version holds, what it changed and what it leaves out."""
    splits = list(versions[0].counts)
    known = audited(workspace())
    lines = [
        _Line(
            version,
            [sum(version.counts.get(split, {}).values()) for split in splits],
            audit_name(name, version.name) in known,
        )
        for version in versions
    ]
    st.html(_HTML.versions(splits, lines))
    if len(versions) == 1:
        typed = command("errata", "split", name, "--version", "v1")
        st.caption(f"A curated version is made from the decisions of a review: {typed}.")
        st.button("Open the review", key="dataset.review", on_click=open_screen, args=("review",))
    st.button("Open the splits", key="dataset.splits", on_click=open_screen, args=("splits",))
