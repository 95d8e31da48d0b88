"""What a data set holds and what its audit will take, before it is audited."""

import streamlit as st

from app.html_parts.tables import Figure, figures, notice_list
from app.html_parts.templates import macros
from app.html_parts.tiles import strip, tile
from app.state import workspace
from curation.audit.look import Look, look_at
from curation.datasets.catalog import DatasetSpec
from curation.datasets.classes.class_samples import class_samples
from curation.datasets.fetch import draw_or_unpack
from curation.datasets.finding import find_dataset
from curation.words import counted, duration, file_size
from models.errors import ErrataError

UNASKED_BYTES = 200_000_000  # of packed files that are unpacked for a look without a question
KEPT_S = 30  # a look is taken again after that: files may have changed at any depth
MOST_CLASSES = 12  # with thumbnails
PER_CLASS = 4
_HTML = macros(__file__)


def look(spec: DatasetSpec) -> Look:
    """Return a look at a data set on this machine, taken anew every half minute.

    Larger files that hold images are unpacked first, as the audit would; above 200 MB a person is asked.
    """
    if spec.packed and not spec.root.is_dir():
        size = spec.packed.size()
        if (size is None or size > UNASKED_BYTES) and not st.button(
            f"Unpack {file_size(size)} to look at the images" if size else "Unpack to look at the images",
            key="dataset.unpack",
        ):
            return Look(note="Its images lie inside larger files; the audit unpacks them into the workspace.")
        try:
            with st.spinner("Unpacking …"):
                draw_or_unpack(spec)
        except (ErrataError, OSError) as error:
            return Look(refusal=str(error))
    return _look(str(workspace().root), spec.source if _by_path(spec) else spec.name, _stamp(spec))


def show_look(look: Look) -> None:
    """Show why an audit would fail, what will be skipped, how splits were read, and how long the audit takes."""
    notices = look.rows.notices if look.rows else ()
    st.html(_HTML.look(look, figures(_figures(look)), notice_list(notices)))


def show_thumbnails(look: Look) -> None:
    """Show a few images of each class."""
    if look.rows is None:
        return
    drawn = class_samples(look.rows, None, PER_CLASS, 0)
    shown = range(min(MOST_CLASSES, len(look.rows.classes)))
    lines = [
        (look.rows.classes[label], strip(tile(look.rows, int(row), reviewed=False) for row in drawn[label]))
        for label in shown
    ]
    st.html(_HTML.thumbnails(lines, len(look.rows.classes) - len(lines)))


def minutes(look: Look) -> str:
    """Return in words how long the audit takes with the default settings; "" where that cannot be told."""
    if look.forecast is None:
        return ""
    audits = look.forecast.audits
    basis = f"going by {counted(audits, 'earlier audit')}" if audits else "very roughly, on two cores"
    return f"about {duration(look.forecast.seconds, rough=True)}, {basis}"


def _figures(look: Look) -> list[Figure]:
    if look.rows is None:
        return []
    entries = [
        Figure(len(look.rows), "images"),
        Figure(len(look.rows.classes), "classes"),
        Figure(sum(skipped.count for skipped in look.skipped), "files skipped"),
    ]
    if look.forecast and not look.refusal:
        about = f"~ {duration(look.forecast.seconds, rough=True)}"
        entries.append(Figure(about, "the audit takes", minutes(look)))
    return entries


def _stamp(spec: DatasetSpec) -> tuple[object, ...]:
    """Return what a look depends on beside the time: the folder, the table, its columns."""
    table = spec.root / spec.labels_csv
    changed = [path.stat().st_mtime_ns for path in (spec.root, table) if path.exists()]
    return (*changed, *spec.columns, spec.label_from)


def _by_path(spec: DatasetSpec) -> bool:
    return spec.source.startswith("/") or spec.packed is not None


@st.cache_resource(max_entries=8, ttl=KEPT_S, show_spinner="Looking at the files …")
def _look(root: str, source: str, stamp: tuple[object, ...]) -> Look:
    return look_at(find_dataset(source, workspace()), workspace())
