"""The versions of a data set, the differences between two of them, and the errata sheet."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from markupsafe import Markup

from app.html_parts.labels import change
from app.html_parts.templates import macros
from app.html_parts.tiles import thumbnail
from app.screens.splits.loaded import changes, summaries
from app.state import workspace
from curation.handover.sheet import ErrataSheet, errata_sheet, write_sheet, write_sheet_csv
from curation.handover.sheet_page import write_sheet_page
from curation.results.audit import Audit
from curation.versions.diff import NOT_THERE, Change, change_counts, write_changes
from curation.versions.store import VersionSummary, load_version
from curation.workspace.names import ORIGINAL

PAGE = 24  # changes with their image
SMALL_PX = 300
_KINDS = {
    "label": "labels",
    "split": "moved to another split",
    "membership": "taken in or left out",
    "content": "files",
}
_HTML = macros(__file__)


def versions_part(audit: Audit) -> None:
    """Show the list of versions, the difference of two, and the errata sheet of the newer one."""
    known = summaries(audit)
    st.html(versions_table(known))
    names = [version.name for version in known]
    if len(names) < 2:
        st.info("There is no version but the labels as given. Make one under “New version”.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        old = st.selectbox("What changed from", names, index=0, key="old", bind="query-params", width=220)
        new = st.selectbox("to", names, index=len(names) - 1, key="new", bind="query-params", width=220)
        st.space("stretch")
        if new != ORIGINAL:
            _sheet_buttons(audit.name, str(new), audit.rows.root)
    if old == new:
        st.info("These are the same version: choose two.")
        return
    _changes(audit, str(old), str(new))


def versions_table(versions: list[VersionSummary]) -> Markup:
    """Return a line for each version."""
    return _HTML.versions([(version, _sizes(version)) for version in versions])


def _sizes(version: VersionSummary) -> list[int]:
    """Return the images in total and in train, val and test, the labels changed and the images left out."""
    sizes = {split: sum(classes.values()) for split, classes in version.counts.items()}
    splits = [sizes.get(split, 0) for split in ("train", "val", "test")]
    return [sum(sizes.values()), *splits, sum(version.changed.values()), sum(version.out.values())]


def _changes(audit: Audit, old: str, new: str) -> None:
    changed = changes(audit, old, new)
    if not changed:
        st.info(f"{old} and {new} hold the same images, labels and splits.")
        return
    kinds = [(n, _KINDS.get(kind, kind)) for kind, n in change_counts(changed).items()]
    pages = -(-len(changed) // PAGE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(_HTML.summary(len(changed), kinds), width="content")
        st.space("stretch")
        page = 1
        if pages > 1:
            page = int(st.number_input(f"Page, of {pages}", 1, pages, 1, key="splits.page", width=140))
        st.download_button(
            "CSV", lambda: _written(lambda path: write_changes(changed, path)), key="splits.diff-csv",
            file_name=f"{audit.name}-{old}-{new}.csv", mime="text/csv", icon=":material/download:",
        )  # fmt: skip
    root = audit.rows.root
    shown = changed[(page - 1) * PAGE : page * PAGE]
    st.html(_HTML.changes([(entry, thumbnail(root, entry.image_id, SMALL_PX), _change(entry)) for entry in shown]))


def _change(entry: Change) -> Markup:
    """Return the old and the new label; where these are the same, the old and the new split."""
    if entry.old_label != entry.new_label and entry.old_label and entry.new_label:
        return change(entry.old_label, entry.new_label)
    old, new = ("not there" if side == NOT_THERE else side for side in (entry.old_split, entry.new_split))
    return change(old, new)


def _sheet_buttons(name: str, version: str, root: Path) -> None:
    """Show the downloads of the errata sheet; each is written when it is asked for."""
    writers: dict[str, tuple[Callable[[ErrataSheet, Path], None], str]] = {
        "HTML": (lambda sheet, path: write_sheet_page(sheet, root, path), "text/html"),
        "CSV": (write_sheet_csv, "text/csv"),
        "JSON": (write_sheet, "application/json"),
    }
    for kind, (write, mime) in writers.items():
        st.download_button(
            f"Errata sheet, {kind}", sheet_content(name, version, write), key=f"splits.sheet-{kind.lower()}", mime=mime,
            file_name=f"errata-sheet-{name}-{version}.{kind.lower()}", icon=":material/download:",
            help="What people found wrong in the labels as given; `errata apply` corrects a copy by the JSON.",
        )  # fmt: skip


def sheet_content(name: str, version: str, write: Callable[[ErrataSheet, Path], None]) -> Callable[[], bytes]:
    """Return what computes the errata sheet of a version and returns the bytes of its file."""

    def content() -> bytes:
        sheet = errata_sheet(workspace(), load_version(workspace(), name, version))
        return _written(lambda path: write(sheet, path))

    return content


def _written(write: Callable[[Path], None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(path)
        return path.read_bytes()
