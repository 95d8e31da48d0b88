"""What is known about a data set: the audited images, or without an audit those in its folder."""

from dataclasses import dataclass
from pathlib import Path

from app.panels.data_bar import readable_audit
from app.panels.dataset.look import look
from app.state import audit_name_of, workspace
from curation.audit.look import Look
from curation.datasets.catalog import DatasetSpec
from curation.datasets.finding import find_dataset, source_of
from curation.datasets.opening import FIFTYONE
from curation.datasets.rows import Rows
from curation.results.audit import Audit
from curation.versions.store import about_audit
from models.errors import ErrataError

_WHERE = {"kaggle": "Kaggle, {}", "torchvision": "torchvision, {}", "embedded": "drawn or unpacked by Errata"}


@dataclass(frozen=True)
class Source:
    """A data set as far as it is known."""

    name: str  # of its audit
    title: str
    licence: str
    where: str  # it comes from, in words
    rows: Rows | None  # None: the images are not on this machine, or not drawn yet
    audit: Audit | None
    spec: DatasetSpec | None  # None: an audit with its source in FiftyOne or gone
    look: Look | None = None  # at the images, where there is no audit


def source_of_choice(chosen: str) -> Source:
    """Return what is known about a data set.

    Raises:
        ErrataError: its folder cannot be read or holds no data set, or the files of its audit are damaged.
    """
    name, spec = audit_name_of(chosen), _spec(chosen)
    audit = readable_audit(name)
    if audit is not None:
        description = about_audit(workspace(), name)
        licence = description["licence"] or (spec.licence if spec else "not stated")
        return Source(name, description["title"], licence, _where(name, spec), audit.rows, audit, spec)
    if spec is None:
        return Source(name, name, "not stated", _where(name, spec), None, None, None)
    looked = look(spec) if spec.root.is_dir() else None
    rows = looked.rows if looked else None
    return Source(name, spec.title, spec.licence, _where(name, spec), rows, None, spec, looked)


def _spec(chosen: str) -> DatasetSpec | None:
    """Return the data set of a name or path; None for an audit with its source in FiftyOne or gone."""
    if chosen.startswith(FIFTYONE):
        return None
    try:
        return find_dataset(chosen, workspace())
    except ErrataError:  # the name of an audit, which knows its source
        source = source_of(workspace(), chosen) or ""
        return find_dataset(source, workspace()) if source and Path(source).exists() else None


def _where(name: str, spec: DatasetSpec | None) -> str:
    """Return in words where a data set comes from."""
    if spec is None:
        return source_of(workspace(), name) or "not stated"
    kind, _, handle = spec.source.partition(":")
    return _WHERE[kind].format(handle) if kind in _WHERE else spec.source
