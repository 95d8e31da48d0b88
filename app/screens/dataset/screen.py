"""What a data set is: its classes, images, spoiled pictures, copies, unreadable files and versions."""

import streamlit as st

from app.html_parts.components import skipped_table
from app.html_parts.picks import hear_picks
from app.html_parts.styles import TILES
from app.panels.data_bar import data_bar, open_screen
from app.panels.fiftyone_link import fiftyone_link
from app.screens.dataset.about import about, has_images
from app.screens.dataset.add import add_dataset, not_here
from app.screens.dataset.balance import balance_table, counts_of
from app.screens.dataset.copies import copies
from app.screens.dataset.problems import image_problems
from app.screens.dataset.samples import samples
from app.screens.dataset.source import Source, source_of_choice
from app.screens.dataset.versions import version_balance, version_table, versions_of
from curation.results.audit import Audit

PARTS = ("classes", "samples", "image problems", "copies and leaks", "skipped files", "versions")  # in the address
VIEWS = {"image problems": "image-problems", "copies and leaks": "duplicates"}  # in FiftyOne, where there are any
WITHOUT_AUDIT = ("classes", "samples")


def screen() -> None:
    """Show the screen."""
    st.html(TILES)
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="screen-bar-dataset")
    with bar:
        chosen = data_bar()
        with st.popover("Add a data set", icon=":material/add:", width="content"):
            add_dataset()
    own = source_of_choice(chosen)
    st.html(about(own))
    if own.rows is None:
        _empty(own, chosen)
        return
    with bar:
        part = st.segmented_control(
            "Part",
            PARTS,
            default=PARTS[0],
            required=True,
            key="part",
            bind="query-params",
            label_visibility="collapsed",
        )
        if own.audit is not None and part in VIEWS and has_images(own.audit, str(part)):
            fiftyone_link(own.audit, VIEWS[str(part)])
        hear_picks()
    _part(own, str(part), chosen)


def _part(own: Source, part: str, chosen: str) -> None:
    if own.rows is None:
        return
    if part == "samples":
        samples(own.rows, reviewed=own.audit is not None)
    elif own.audit is None and part not in WITHOUT_AUDIT:
        _needs_audit(chosen)
    elif own.audit is None:
        st.html(balance_table(counts_of(own.rows)))
        _needs_audit(chosen)
    elif part == "image problems":
        image_problems(own.audit)
    elif part == "copies and leaks":
        copies(own.audit)
    elif part == "skipped files":
        _skipped(own.audit)
    elif part == "versions":
        version_table(own.name, versions_of(own.name))
    else:
        version_balance(versions_of(own.name))


def _skipped(audit: Audit) -> None:
    if audit.checked.skipped:
        st.html(skipped_table(audit))
    else:
        st.success(f"All {len(audit.rows):,} image files could be read.")


def _needs_audit(chosen: str) -> None:
    st.write("Image problems, copies, leaks between splits, unreadable files and versions are known after an audit.")
    st.button("Open the audit", type="primary", key="dataset.audit", on_click=open_screen, args=("audit",))
    st.caption(f"The same in a terminal: `errata audit {chosen}`")


def _empty(own: Source, chosen: str) -> None:
    spec = own.spec
    if spec is not None and not spec.embedded:
        st.subheader("The images are not here yet")
        not_here(spec)
    else:
        st.subheader("Not drawn yet" if spec else "Not audited yet")
        _needs_audit(chosen)


screen()
