"""The name under which a source outside the catalogue is audited: always the same, and of no other source."""

import hashlib
import os
from collections.abc import Iterable

from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.files.atomic import read_json


def source_of(workspace: Workspace, name: str) -> str | None:
    """Return what the audit of that name read: a path, `fiftyone:…` or a source of the catalogue; None = no audit.

    Raises:
        ErrataError: `name` is not allowed, or the audit's config.json is damaged.
    """
    config = audit_folder(workspace, name) / "config.json"
    source = read_json(config).get("source") if config.exists() else None
    return str(source) if source else None


def unique_name(plain: str, source: str, workspace: Workspace, taken: Iterable[str] = ()) -> str:
    """Return the name of a source: `plain` for the first source of that name in this workspace, else with a digest.

    Args:
        plain: the name without a digest, at most 55 characters.
        source: identifies the source.
        workspace: names of its audits are taken.
        taken: names that no source gets.

    Raises:
        ErrataError: as `source_of`.
    """
    digest = hashlib.sha256(os.fsencode(source)).hexdigest()[:8]
    longer = f"{plain or 'dataset'}-{digest}"
    if not plain or plain in taken or source_of(workspace, longer) == source:
        return longer
    return plain if source_of(workspace, plain) in (None, source) else longer
