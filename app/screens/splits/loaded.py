"""Results that the Splits screen computes, kept until the audit, the decisions or the versions change."""

from pathlib import Path

import streamlit as st

from app.state import audit_stamp, workspace
from curation.decisions.decision import Decision
from curation.decisions.table import LogLine, lines_of
from curation.results.audit import Audit
from curation.review.bench import Bench
from curation.review.tally import look_order
from curation.versions.diff import Change, diff_versions
from curation.versions.make import VersionPreview, preview_version
from curation.versions.request import VersionRequest
from curation.versions.rows import CuratedRows
from curation.versions.store import Version, VersionSummary, load_version, summary_of
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, version_names
from models.arrays import IntArray


def preview(bench: Bench, request: VersionRequest) -> VersionPreview:
    """Return the version that a request would make now; see `preview_version`."""
    audit = bench.audit
    return _preview(str(workspace().root), audit.name, audit_stamp(audit.folder), bench.ledger.lines(), request, bench)


def looks(bench: Bench) -> IntArray:
    """Return the rows that were judged, in the order of their first look."""
    audit = bench.audit
    return _looks(str(workspace().root), audit.name, audit_stamp(audit.folder), bench.ledger.lines(), bench)


def decision_lines(bench: Bench) -> list[LogLine]:
    """Return the decisions, each with its status, oldest first; entries that took one back are left out."""
    audit = bench.audit
    return _lines(str(workspace().root), audit.name, audit_stamp(audit.folder), bench.ledger.lines(), bench)


def summaries(audit: Audit) -> list[VersionSummary]:
    """Return the versions of a data set, `original` first."""
    known = version_names(workspace(), audit.name)
    return [summary_of(version, version_of(audit, version).manifest) for version in known]


def changes(audit: Audit, old: str, new: str) -> list[Change]:
    """Return the images that two versions treat differently."""
    return _changes(str(workspace().root), audit.name, audit_stamp(audit.folder), old, new, audit)


def version_of(audit: Audit, version: str) -> Version:
    """Return a version of an audited data set; see `load_version`."""
    return _version(str(workspace().root), audit.name, audit_stamp(audit.folder), version, audit)


@st.cache_resource(max_entries=8, show_spinner=False)
def _preview(
    root: str, name: str, stamp: tuple[int, ...], lines: int, request: VersionRequest, _bench: Bench
) -> VersionPreview:
    return preview_version(Workspace(Path(root)), _bench.audit, _bench.ledger, request)


@st.cache_resource(max_entries=8, show_spinner=False)
def _looks(root: str, name: str, stamp: tuple[int, ...], lines: int, _bench: Bench) -> IntArray:
    return look_order(_bench.ledger, _bench.row_of)


@st.cache_resource(max_entries=8, show_spinner=False)
def _lines(root: str, name: str, stamp: tuple[int, ...], lines: int, _bench: Bench) -> list[LogLine]:
    rows = _bench.audit.rows
    entries = [entry for entry in _bench.ledger.entries() if isinstance(entry[1], Decision)]
    with _bench.ledger.reading() as state:
        return lines_of(entries, state, dict(zip(rows.image_ids.tolist(), rows.splits.tolist(), strict=True)))


@st.cache_resource(max_entries=8, show_spinner=False)
def _version(root: str, name: str, stamp: tuple[int, ...], version: str, _audit: Audit) -> Version:
    if version != ORIGINAL:
        return load_version(Workspace(Path(root)), name, version)
    given = CuratedRows.as_given(_audit.checked, _audit.duplicates)  # as load_version reads it, which takes longer
    return Version(name, ORIGINAL, given, {"sha256": given.sha256(), "counts": given.counts()})


@st.cache_resource(max_entries=8, show_spinner=False)
def _changes(root: str, name: str, stamp: tuple[int, ...], old: str, new: str, _audit: Audit) -> list[Change]:
    return diff_versions(*(_version(root, name, stamp, version, _audit) for version in (old, new)))
