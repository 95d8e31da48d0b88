"""The comparisons that are loaded; they are computed again where a run, a version or the audit has changed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from app.state import audit_stamp, loaded_audit
from curation.comparison.audited import audit_board
from curation.comparison.board import Board, read_board
from curation.comparison.contestants import Contestant, choose_contestants
from curation.comparison.figures import comparison_figures
from curation.results.audit import load_audit
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder, audited
from curation.workspace.run_names import may_be_of

Stamp = tuple[Any, ...]


@dataclass(frozen=True)
class Compared:
    """A comparison as arrays and as figures."""

    board: Board
    figures: dict[str, Any]


def contestants(workspace: Workspace, name: str) -> list[Contestant]:
    """Return the networks that can be compared.

    Raises:
        ErrataError: there are none, or a file of a run is damaged.
    """
    return _contestants(str(workspace.root), name, _stamp(workspace, name))


def compared(workspace: Workspace, name: str, runs: tuple[str, ...], versions: tuple[str, ...]) -> Compared:
    """Return a comparison.

    Raises:
        ErrataError: as `read_board`.
    """
    return _compared(str(workspace.root), name, runs, versions, _stamp(workspace, name))


def audit_compared(workspace: Workspace, name: str, versions: tuple[str, ...]) -> Compared:
    """Return the comparison of the architectures of an audit among themselves.

    Raises:
        ErrataError: as `audit_board`.
    """
    return _audit_compared(str(workspace.root), name, versions, _stamp(workspace, name))


def finished_trainings(workspace: Workspace, name: str) -> bool:
    """Return whether there is anything to compare."""
    others = audited(workspace)
    return any(may_be_of(path.parent.name, name, others) for path in workspace.runs.glob("*/metrics.json"))


def _stamp(workspace: Workspace, name: str) -> Stamp:
    """Return the files that comparisons of a data set depend on, with the times at which they were written."""
    files = [
        *workspace.runs.glob("*/metrics.json"),
        *workspace.runs.glob("*/speed.json"),
        *(workspace.splits / name).glob("*/split.json"),
        *workspace.decisions.glob(f"{name}.jsonl"),
    ]
    stamps = sorted((str(path), path.stat().st_mtime_ns) for path in files)
    return (*stamps, *audit_stamp(audit_folder(workspace, name)))


@st.cache_resource(max_entries=4, show_spinner=False)
def _contestants(root: str, name: str, stamp: Stamp) -> list[Contestant]:
    return choose_contestants(Workspace(Path(root)), name)


@st.cache_resource(max_entries=4, show_spinner="Comparing …")
def _compared(root: str, name: str, runs: tuple[str, ...], versions: tuple[str, ...], stamp: Stamp) -> Compared:
    workspace = Workspace(Path(root))
    board = read_board(workspace, name, runs, versions)
    return Compared(board, comparison_figures(workspace, board, loaded_audit(workspace, name)))


@st.cache_resource(max_entries=4, show_spinner="Comparing …")
def _audit_compared(root: str, name: str, versions: tuple[str, ...], stamp: Stamp) -> Compared:
    workspace = Workspace(Path(root))
    audit = load_audit(workspace, name)  # with embeddings: a review may have learned from them
    board = audit_board(workspace, audit, versions)
    return Compared(board, comparison_figures(workspace, board, audit))
