"""One or two maps side by side: of another architecture, or of another version of the labels where it was audited."""

from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt
import streamlit as st

from app.screens.map.canvas import scaled
from app.state import loaded_audit, workspace
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.workspace.names import ORIGINAL, audit_name, audited, versions

ALONE = "one map"


@dataclass(frozen=True)
class Side:
    """One map."""

    key: str
    title: str  # HTML
    version: str  # of the labels
    audit: Audit
    one: ArchitectureResult
    points: npt.NDArray[np.uint16]  # (N, 2) in 0..SPAN


def beside_choice(audit: Audit, name: str) -> str:
    """Show what can stand beside the map, and return it; empty where nothing is chosen or nothing can be."""
    others = [one.name for one in audit.architectures if one.points is not None and one.name != name]
    choices = [*_versions(audit), *others]
    if not choices:
        return ""
    chosen = st.selectbox(
        "Beside it", [ALONE, *choices], key="beside", bind="query-params", label_visibility="collapsed", width=190
    )
    return "" if chosen == ALONE else str(chosen)


def _versions(audit: Audit) -> list[str]:
    """Return the curated versions of the data set that were audited too."""
    known = audited(workspace())
    made = [one for one in versions(workspace(), audit.name) if one != ORIGINAL]
    return [one for one in made if audit_name(audit.name, one) in known]


def side_of(audit: Audit, name: str, architecture: str) -> Side | None:
    """Return the map of an architecture, or of a version's own audit by the same one; None where there is none.

    Args:
        audit: of the labels as given.
        name: of an architecture or a version; empty for nothing.
        architecture: that a version's map should be of.
    """
    if not name:
        return None
    if name in _versions(audit):
        other = loaded_audit(workspace(), audit_name(audit.name, name))
        return _side(other, architecture, name) if other else None
    return _side(audit, name, ORIGINAL)


def _side(audit: Audit, architecture: str, version: str) -> Side | None:
    """Return the map, of the first architecture that has one where the named one has none."""
    mapped = [one for one in audit.architectures if one.points is not None]
    named = [one for one in mapped if one.name == architecture] or mapped
    one = named[0] if named else None
    if one is None or one.points is None:
        return None
    title = f"{escape(one.name)} <small>labels {'as given' if version == ORIGINAL else escape(version)}</small>"
    return Side(f"{audit.name}-{one.slug}", title, version, audit, one, scaled(one.points))
