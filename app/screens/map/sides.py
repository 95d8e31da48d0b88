"""The maps that stand side by side: of two architectures, or of two versions of the labels."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st
from markupsafe import Markup

from app.screens.map.canvas import scaled
from app.state import loaded_audit, workspace
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.workspace.names import ORIGINAL, audit_name, audited, version_names

ALONE = "one map"


@dataclass(frozen=True)
class Side:
    """One map."""

    key: str
    title: Markup
    version: str  # of the labels
    audit: Audit
    architecture: ArchitectureResult
    points: npt.NDArray[np.uint16]  # (N, 2) in 0..SPAN


def beside_choice(audit: Audit, name: str) -> str:
    """Show what can stand beside the map, and return the choice; empty where nothing is chosen or nothing can be.

    Args:
        audit: of the labels as given.
        name: of the architecture that the map is of.
    """
    architectures = [result.name for result in audit.architectures if result.points is not None and result.name != name]
    choices = [*_audited_versions(audit), *architectures]
    if not choices:
        return ""
    chosen = st.selectbox(
        "Beside it", [ALONE, *choices], key="beside", bind="query-params", label_visibility="collapsed", width=190
    )
    return "" if chosen == ALONE else str(chosen)


def _audited_versions(audit: Audit) -> list[str]:
    """Return the curated versions of the data set that were audited too."""
    known = audited(workspace())
    made = [version for version in version_names(workspace(), audit.name) if version != ORIGINAL]
    return [version for version in made if audit_name(audit.name, version) in known]


def side_of(audit: Audit, name: str, architecture: str) -> Side | None:
    """Return the map of an architecture, or of the audit of a version; None where it does not exist.

    Args:
        audit: of the labels as given.
        name: of an architecture or a version; empty for nothing.
        architecture: that the map of a version should be of.
    """
    if not name:
        return None
    if name in _audited_versions(audit):
        version_audit = loaded_audit(workspace(), audit_name(audit.name, name))
        return _side(version_audit, architecture, name) if version_audit else None
    return _side(audit, name, ORIGINAL)


def _side(audit: Audit, name: str, version: str) -> Side | None:
    """Return the map of the named architecture, else of the first one that has a map."""
    mapped = [result for result in audit.architectures if result.points is not None]
    named = [result for result in mapped if result.name == name] or mapped
    architecture = named[0] if named else None
    if architecture is None or architecture.points is None:
        return None
    labels = "as given" if version == ORIGINAL else version
    title = Markup("{} <small>labels {}</small>").format(architecture.name, labels)
    key = f"{audit.name}-{architecture.slug}"
    return Side(key, title, version, audit, architecture, scaled(architecture.points))
