"""What the Splits screen computes, kept until the audit, the decisions or the versions are others."""

from pathlib import Path

import streamlit as st

from app.review_bench import Bench
from app.state import audit_stamp, workspace
from curation.look_order import look_order
from curation.results import Audit, versions
from curation.split_diff import Change, diff_splits
from curation.split_preview import SplitPreview, preview_split
from curation.split_request import SplitRequest
from curation.splits import SplitSummary, list_splits, load_split
from curation.workspace import Workspace
from models.arrays import IntArray


def preview(bench: Bench, request: SplitRequest) -> SplitPreview:
    """Return what a request would make now; see `preview_split`."""
    audit = bench.audit
    return _preview(str(workspace().root), audit.name, audit_stamp(audit.folder), bench.review.lines(), request, bench)


def looks(bench: Bench) -> IntArray:
    """Return the rows that were judged, in the order of their first look."""
    audit = bench.audit
    return _looks(str(workspace().root), audit.name, audit_stamp(audit.folder), bench.review.lines(), bench)


def summaries(audit: Audit) -> list[SplitSummary]:
    """Return the versions of a data set, `original` first."""
    root = str(workspace().root)
    return _summaries(root, audit.name, audit_stamp(audit.folder), versions(workspace(), audit.name))


def changes(audit: Audit, old: str, new: str) -> list[Change]:
    """Return what two versions do not have in common."""
    return _changes(str(workspace().root), audit.name, audit_stamp(audit.folder), old, new)


@st.cache_resource(max_entries=8, show_spinner=False)
def _preview(
    root: str, name: str, stamp: tuple[int, ...], lines: int, request: SplitRequest, _bench: Bench
) -> SplitPreview:
    return preview_split(Workspace(Path(root)), _bench.audit, _bench.review, request)


@st.cache_resource(max_entries=8, show_spinner=False)
def _looks(root: str, name: str, stamp: tuple[int, ...], lines: int, _bench: Bench) -> IntArray:
    return look_order(_bench.review, _bench.row_of)


@st.cache_resource(max_entries=8, show_spinner=False)
def _summaries(root: str, name: str, stamp: tuple[int, ...], known: tuple[str, ...]) -> list[SplitSummary]:
    return list_splits(Workspace(Path(root)), name)


@st.cache_resource(max_entries=8, show_spinner=False)
def _changes(root: str, name: str, stamp: tuple[int, ...], old: str, new: str) -> list[Change]:
    workspace = Workspace(Path(root))
    return diff_splits(load_split(workspace, name, old), load_split(workspace, name, new))
