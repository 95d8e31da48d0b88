"""The job behind `errata split`: an audit, its decisions and a request become a version on disk."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version as installed
from typing import Any

import numpy as np

from curation.decisions.ledger import Ledger, open_ledger
from curation.decisions.lines.followed_log import check_readable
from curation.decisions.verdicts import unanswered
from curation.images.unchanged import check_unchanged
from curation.results.audit import Audit, load_audit
from curation.versions.curate import Curated, curate
from curation.versions.guard import guard_statements
from curation.versions.request import VersionRequest
from curation.versions.rows import AUTO
from curation.versions.store import Version, check_new, load_version, save_version, version_folder
from curation.words import utc_text
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL


def make_version(workspace: Workspace, name: str, request: VersionRequest) -> Version:
    """Make a version of an audited data set from the decisions in its log now; later decisions do not count.

    Args:
        workspace: where everything is kept.
        name: of the data set.
        request: its name, its parent and how it is made.

    Raises:
        ErrataError: the version exists already or is not a name, there is no such parent, the data set was not audited,
            images are gone or changed since, a line of the decision log cannot be read, or the disk is full.
    """
    request = request.checked()
    check_new(version_folder(workspace, name, request.name))
    audit, ledger = load_audit(workspace, name), open_ledger(workspace, name)
    with ledger.reading() as state:
        lines, problems = ledger.read_so_far()
    check_readable(problems, "no version was made")
    log_sha256 = ledger.log.sha256(lines)
    parent = load_version(workspace, name, request.parent)
    inherited = None if request.parent == ORIGINAL else parent.images
    curated = curate(audit.checked, audit.duplicates, state, request, audit.consensus, inherited)
    members = curated.images.member_checked
    check_unchanged(members.rows.paths, members.sha256s, members.rows.image_ids, "no version was made")
    manifest = {
        "parent": {"version": request.parent, "sha256": parent.sha256},
        "reviewer": request.reviewer,
        "created": utc_text(datetime.now(UTC)),
        "decisions": {
            "lines": lines,
            "log_sha256": log_sha256,
            "in_force": state.counts(),
            "reviewers": state.reviewers(),
            "changed": curated.images.changed_counts(),
            "of_missing_images": len(state.missing()),
        },
        "shares": request.shares or "keep",
        "seed": request.seed,
        **_manifest_of_request(curated, request, audit),
        "software": {"errata": installed("errata-vision"), "numpy": np.__version__},
    }
    save_version(workspace, name, request.name, curated.images, manifest)
    return load_version(workspace, name, request.name)


def _manifest_of_request(curated: Curated, request: VersionRequest, audit: Audit) -> dict[str, Any]:
    images = curated.images
    names = images.checked.rows.image_ids
    auto = (images.decisions == AUTO) & images.members
    return {
        "auto": {
            "threshold": request.auto_accept,
            "splits": list(request.auto_splits),
            "count": int(auto.sum()),
            "in_sample": audit.in_sample,
        },
        "leaks": {"dropped": request.drop_leaks, "images": names[curated.leaks].tolist()},
        "disputed": names[images.disputed].tolist(),
        "unsure": int(np.isin(images.decisions, unanswered()).sum()),
        "guard": _statements(curated, request, audit),
    }


def _statements(curated: Curated, request: VersionRequest, audit: Audit) -> list[str]:
    """Return what everyone who compares figures on a version has to know."""
    leaks, taken_back = curated.leaks, curated.taken_back
    statements = guard_statements(
        curated.images, leaks, request.drop_leaks, request.auto_accept, audit.in_sample, taken_back
    )
    return [*statements, *curated.changed_classes]


@dataclass(frozen=True)
class VersionPreview:
    """What a request would make of the decisions in the log now."""

    counts: dict[str, dict[str, int]]  # split -> class -> images
    changed: dict[str, int]  # kind of decision -> labels that it changed
    out: dict[str, int]  # reason -> images left out
    statements: tuple[str, ...]  # what everyone who compares figures on it has to know
    leaks: int  # images with a twin in a split further on
    below: int  # labels that models would change


def preview_version(workspace: Workspace, audit: Audit, ledger: Ledger, request: VersionRequest) -> VersionPreview:
    """Return what `make_version` would make of a request now; images are not read again.

    Args:
        workspace: holds the parent.
        audit: of the labels as given.
        ledger: its decisions.
        request: what is asked for; a version of its name may be there already.

    Raises:
        ErrataError: the request makes no sense, there is no such parent, or nothing would be left.
    """
    request = request.checked()
    parent = None if request.parent == ORIGINAL else load_version(workspace, audit.name, request.parent).images
    with ledger.reading() as state:
        curated = curate(audit.checked, audit.duplicates, state, request, audit.consensus, parent)
        if request.auto_accept is None:
            below = 0
        else:
            people = curate(
                audit.checked, audit.duplicates, state, replace(request, auto_accept=None), audit.consensus, parent
            )
            below = int((curated.images.changed() & ~people.images.changed()).sum())
    images = curated.images
    return VersionPreview(
        images.counts(),
        images.changed_counts(),
        images.out_counts(),
        tuple(_statements(curated, request, audit)),
        int(curated.leaks.sum()),
        below,
    )
