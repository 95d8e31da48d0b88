"""A data set: its classes, samples, image problems, copies, unreadable files and versions."""

from pathlib import Path

import streamlit as st

from app.html_parts.assets import TILES
from app.html_parts.markdown import command
from app.html_parts.tables import skipped_table
from app.panels.data_bar import data_bar, open_screen
from app.panels.dataset.carry import carry_offer
from app.panels.dataset.look import show_look
from app.panels.fiftyone_link import fiftyone_link
from app.panels.lists.judged import judged
from app.screens.dataset.adding.catalogue import not_here
from app.screens.dataset.adding.page import add_page, adding, open_adding
from app.screens.dataset.balance import balance_table, counts_of
from app.screens.dataset.copies import copies
from app.screens.dataset.problems import image_problems
from app.screens.dataset.samples import samples
from app.screens.dataset.source import Source, source_of_choice
from app.screens.dataset.summary import dataset_summary, has_images
from app.screens.dataset.versions import version_balance, version_table, versions_of
from curation.database.names import DUPLICATES_VIEW, PROBLEMS_VIEW
from curation.results.audit import Audit

PARTS = ("classes", "samples", "image problems", "copies and leaks", "skipped files", "versions")  # in the address
VIEWS = {"image problems": PROBLEMS_VIEW, "copies and leaks": DUPLICATES_VIEW}  # part -> saved view in FiftyOne
WITHOUT_AUDIT = ("classes", "samples")


def screen() -> None:
    """Show the screen."""
    st.html(TILES)
    st.html(Path(__file__).with_name("screen.css"))
    if adding():
        add_page()
        return
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="screen-bar-dataset")
    with bar:
        chosen = data_bar()
        st.button("Add a data set", icon=":material/add:", key="dataset.adding", on_click=open_adding)
    source = source_of_choice(chosen)
    st.html(dataset_summary(source))
    if source.look is not None:
        show_look(source.look)
    if source.audit is not None:
        carry_offer(source.audit)
    if source.rows is None:
        _empty(source, chosen)
        return
    with bar:
        part = st.segmented_control(
            "Part", PARTS, default=PARTS[0], required=True, key="part", bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
        if source.audit is not None and part in VIEWS and has_images(source.audit, str(part)):
            fiftyone_link(source.audit, VIEWS[str(part)])
    _part(source, str(part), chosen)


def _part(source: Source, part: str, chosen: str) -> None:
    if source.rows is None:
        return
    if part == "samples":
        samples(source.rows, None if source.audit is None else judged(source.audit))
    elif source.audit is None and part not in WITHOUT_AUDIT:
        _needs_audit(chosen)
    elif source.audit is None:
        st.html(balance_table(counts_of(source.rows)))
        _needs_audit(chosen)
    elif part == "image problems":
        image_problems(source.audit)
    elif part == "copies and leaks":
        copies(source.audit)
    elif part == "skipped files":
        _skipped(source.audit)
    elif part == "versions":
        version_table(source.name, versions_of(source.name))
    else:
        version_balance(versions_of(source.name))


def _skipped(audit: Audit) -> None:
    if audit.checked.skipped:
        st.html(skipped_table(audit))
    else:
        st.success(f"All {len(audit.rows):,} image files could be read.")


def _needs_audit(chosen: str) -> None:
    st.write(
        "An audit finds image problems, copies, leaks between splits and unreadable files; versions come after it."
    )
    st.button("Open the audit", type="primary", key="dataset.audit", on_click=open_screen, args=("audit",))
    st.caption(f"The same in a terminal: {command('errata', 'audit', chosen)}")


def _empty(source: Source, chosen: str) -> None:
    spec = source.spec
    if source.look is not None:
        return
    if spec is not None and not spec.made_here:
        st.subheader("The images are not here yet")
        not_here(spec)
    else:
        st.subheader(("Not unpacked yet" if spec.packed else "Not drawn yet") if spec else "Not audited yet")
        _needs_audit(chosen)


screen()
