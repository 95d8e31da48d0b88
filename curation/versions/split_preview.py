"""What a new version would hold, before it is made: nothing is written."""

from dataclasses import dataclass, replace

from curation.decisions.ledger import Review
from curation.results.audit import Audit
from curation.versions.curate import curate
from curation.versions.guard import guard_statements
from curation.versions.request import SplitRequest
from curation.versions.store import load_split
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL


@dataclass(frozen=True)
class SplitPreview:
    """What a request would make of the decisions there are now."""

    counts: dict[str, dict[str, int]]  # split -> class -> images
    changed: dict[str, int]  # kind of decision -> labels that it changed
    out: dict[str, int]  # why -> images left out
    statements: tuple[str, ...]  # what whoever compares figures on it has to know
    added_classes: tuple[str, ...]
    leaks: int  # images with a twin in a split further on
    below: int  # labels that models would change


def preview_split(workspace: Workspace, audit: Audit, review: Review, request: SplitRequest) -> SplitPreview:
    """Return what `make_split` would make of a request now; images are not read again.

    Args:
        workspace: holds the parent.
        audit: of the labels as given.
        review: its decisions.
        request: as it is asked for; its version may be there already.

    Raises:
        ErrataError: the request makes no sense, there is no such parent, or nothing would be left.
    """
    request = request.checked()
    parent = None if request.parent == ORIGINAL else load_split(workspace, audit.name, request.parent).every
    with review.reading() as state:
        curated = curate(audit.checked, audit.duplicates, state, request, audit.consensus, parent)
        if request.auto_accept is None:
            below = 0
        else:
            people = curate(
                audit.checked, audit.duplicates, state, replace(request, auto_accept=None), audit.consensus, parent
            )
            below = int((curated.every.changed() & ~people.every.changed()).sum())
    every = curated.every
    said = guard_statements(
        every, curated.leaks, request.drop_leaks, request.auto_accept, audit.in_sample, curated.taken_back
    )
    return SplitPreview(
        every.counts(),
        every.changed_counts(),
        every.out_counts(),
        tuple(said),
        curated.added_classes,
        int(curated.leaks.sum()),
        below,
    )
