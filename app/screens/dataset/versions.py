"""The versions of a data set: as given and as curated, with what they hold."""

from dataclasses import replace
from html import escape
from pathlib import Path

import streamlit as st

from app.panels.data_bar import open_screen
from app.screens.dataset.balance import balance_table
from app.state import audit_stamp, workspace
from curation.datasets.rows import SPLITS
from curation.versions.store import VersionSummary, list_versions
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_folder, audit_name, audited


def versions_of(name: str) -> list[VersionSummary]:
    """Return the versions of an audited data set, `original` first; read again where there is another.

    Raises:
        ErrataError: a split was changed since it was made.
    """
    home = workspace()
    made = sorted((home.splits / name).glob("[!.]*/split.json"))
    stamp = tuple((path.parent.name, path.stat().st_mtime_ns) for path in made)
    return _versions(str(home.root), name, (audit_stamp(audit_folder(home, name)), stamp))


@st.cache_resource(max_entries=8, show_spinner=False)
def _versions(root: str, name: str, stamp: tuple[object, ...]) -> list[VersionSummary]:
    found = list_versions(Workspace(Path(root)), name)
    return [replace(one, counts={key: one.counts[key] for key in SPLITS if key in one.counts}) for one in found]


def version_balance(versions: list[VersionSummary]) -> None:
    """Show the class balance of a version, beside that of the labels as given."""
    chosen = versions[0]
    if len(versions) > 1:
        names = [one.name for one in versions]
        picked = st.segmented_control(
            "Version of the labels", names, default=names[-1], required=True, key="version", bind="query-params"
        )
        chosen = versions[names.index(picked)]
    before = None if chosen.name == ORIGINAL else versions[0].counts
    st.html(balance_table(chosen.counts, before))
    if before is not None:
        st.caption(f"Behind the numbers: difference of {chosen.name} to the labels as given, in images.")


def version_table(name: str, versions: list[VersionSummary]) -> None:
    """Show what each version holds, what it changed and leaves out."""
    splits = list(versions[0].counts)
    known = audited(workspace())
    head = "".join(f"<th>{split}</th>" for split in splits)
    lines = "".join(_line(one, splits, audit_name(name, one.name) in known) for one in versions)
    st.html(
        f'<table class="er-table er-versions"><tr><td>version</td>{head}<th>labels changed</th><th>left out</th>'
        f"<th>made</th><th>audited</th></tr>{lines}</table>"
    )
    if len(versions) == 1:
        st.caption(f"A curated version is made from the decisions of a review: `errata split {name} --version v1`.")
        st.button("Open the review", key="dataset.review", on_click=open_screen, args=("review",))
    st.button("Open the splits", key="dataset.splits", on_click=open_screen, args=("splits",))


def _line(one: VersionSummary, splits: list[str], known: bool) -> str:
    cells = "".join(f"<td>{sum(one.counts.get(split, {}).values()):,}</td>" for split in splits)
    made = (
        f"{one.created[:10]} by {escape(one.reviewer or 'nobody')}, from {escape(one.parent)}"
        if one.created
        else "as given"
    )
    return (
        f"<tr><th>{escape(one.name)} <small>{one.sha256[:8]}</small></th>{cells}<td>{_listed(one.changed)}</td>"
        f"<td>{_listed(one.out)}</td><td>{made}</td><td>{'yes' if known else 'not yet'}</td></tr>"
    )


def _listed(counts: dict[str, int]) -> str:
    if not counts:
        return "none"
    each = ", ".join(f"{escape(kind)} {n:,}" for kind, n in counts.items())
    return f"<b>{sum(counts.values()):,}</b> <small>{each}</small>"
