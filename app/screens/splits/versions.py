"""The versions of a data set, what two of them do not have in common, and the errata sheet."""

import tempfile
from collections.abc import Callable
from html import escape
from pathlib import Path

import streamlit as st

from app.html_parts.pictures import picture
from app.screens.splits.data import changes, summaries
from app.state import workspace
from curation.handover.sheet import ErrataSheet, errata_sheet, write_sheet, write_sheet_csv
from curation.handover.sheet_page import write_sheet_page
from curation.results.audit import Audit
from curation.versions.diff import NOT_THERE, Change, change_counts, write_changes
from curation.versions.store import VersionSummary, load_version
from curation.workspace.names import ORIGINAL

PAGE = 24  # changes with their image
SMALL_PX = 300
_HEAD = ("version", "images", "train", "val", "test", "changed", "left out", "made from", "made", "by", "content")


def versions_part(audit: Audit) -> None:
    """Show the list of versions, the difference of two, and the errata sheet of the newer one."""
    known = summaries(audit)
    st.html(versions_table(known))
    names = [one.name for one in known]
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


def versions_table(known: list[VersionSummary]) -> str:
    """Return a line for each version."""
    lines = []
    for one in known:
        sizes = {part: sum(classes.values()) for part, classes in one.counts.items()}
        numbers = [sum(sizes.values()), *(sizes.get(part, 0) for part in ("train", "val", "test"))]
        numbers += [sum(one.changed.values()), sum(one.out.values())]
        made = f"{one.created[:10]} {one.created[11:16]}" if one.created else "as given"
        texts = (one.parent or "–", made, one.reviewer or "–")  # noqa: RUF001
        lines.append(
            f"<tr><td><b>{escape(one.name)}</b></td>"
            + "".join(f'<td class="er-n">{number:,}</td>' for number in numbers)
            + "".join(f"<td>{escape(text)}</td>" for text in texts)
            + f'<td><code title="{escape(one.sha256)}">{escape(one.sha256[:12])}</code></td></tr>'
        )
    head = "".join(f"<th{' class=er-n' if 0 < i < 7 else ''}>{name}</th>" for i, name in enumerate(_HEAD))
    return f'<table class="er-list"><tr>{head}</tr>{"".join(lines)}</table>'


def _changes(audit: Audit, old: str, new: str) -> None:
    found = changes(audit, old, new)
    if not found:
        st.info(f"{old} and {new} hold the same images, labels and splits.")
        return
    counts = ", ".join(f"<b>{n:,}</b> {_KINDS.get(kind, kind)}" for kind, n in change_counts(found).items())
    pages = -(-len(found) // PAGE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="er-lead">{len(found):,} images differ: {counts}</p>', width="content")
        st.space("stretch")
        page = 1
        if pages > 1:
            page = int(
                st.number_input(
                    f"Page, of {pages}", 1, pages, 1, key="splits.page", width=140, label_visibility="visible"
                )
            )
        st.download_button(
            "CSV", lambda: _written(lambda path: write_changes(found, path)), key="splits.diff-csv",
            file_name=f"{audit.name}-{old}-{new}.csv", mime="text/csv", icon=":material/download:",
        )  # fmt: skip
    shown = found[(page - 1) * PAGE : page * PAGE]
    st.html(f'<div class="er-changes">{"".join(_figure(audit.rows.root, one) for one in shown)}</div>')


_KINDS = {
    "label": "labels",
    "split": "moved to another split",
    "membership": "taken in or left out",
    "content": "files",
}


def _figure(root: Path, one: Change) -> str:
    by = ", ".join(part for part in (one.decision, *one.reviewers, one.time[:10]) if part)
    return (
        f'<figure><img src="{picture(root / one.image_id, SMALL_PX)}" alt="{escape(one.image_id)}" loading="lazy">'
        f"<figcaption>{_change(one)}<small>{escape(by)}<br>{escape(one.image_id)}</small></figcaption></figure>"
    )


def _change(one: Change) -> str:
    """Return what changed: labels, or where it lies, or why it is out."""
    if one.old_label != one.new_label and one.old_label and one.new_label:
        old, new = one.old_label, one.new_label
    else:
        old, new = (side if side != NOT_THERE else "not there" for side in (one.old_split, one.new_split))
    return f'<span class="er-given">{escape(old)}</span> → <span class="er-other">{escape(new)}</span>'


def _sheet_buttons(name: str, version: str, root: Path) -> None:
    """Show the downloads of the errata sheet; each is written when it is asked for."""
    writers: dict[str, tuple[Callable[[ErrataSheet, Path], None], str]] = {
        "HTML": (lambda sheet, path: write_sheet_page(sheet, root, path), "text/html"),
        "CSV": (write_sheet_csv, "text/csv"),
        "JSON": (write_sheet, "application/json"),
    }
    for kind, (write, mime) in writers.items():
        st.download_button(
            f"Errata sheet, {kind}", _sheet(name, version, write), key=f"splits.sheet-{kind.lower()}", mime=mime,
            file_name=f"errata-sheet-{name}-{version}.{kind.lower()}", icon=":material/download:",
            help="What people found wrong in the labels as given; `errata apply` corrects a copy by the JSON.",
        )  # fmt: skip


def _sheet(name: str, version: str, write: Callable[[ErrataSheet, Path], None]) -> Callable[[], bytes]:
    def content() -> bytes:
        sheet = errata_sheet(workspace(), load_version(workspace(), name, version))
        return _written(lambda path: write(sheet, path))

    return content


def _written(write: Callable[[Path], None]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(path)
        return path.read_bytes()
