"""Which contestants can be held against each other, and which learned from something that is no more."""

from collections.abc import Collection, Mapping, Sequence

from curation.comparison.contestants import Contestant
from curation.images.checking import rows_key
from curation.versions.rows import CuratedRows
from models.errors import ErrataError


def comparable(
    found: Sequence[Contestant], classes: Sequence[str], versions: Collection[str], strict: bool
) -> tuple[list[Contestant], dict[str, str]]:
    """Return the contestants that know every given class and whose labels are there, and why the others are left out.

    Args:
        found: contestants.
        classes: of the data set, as given.
        versions: of its labels.
        strict: whether to refuse those that cannot be compared.

    Raises:
        ErrataError: none is left, or `strict` and one is left out.
    """
    reasons = {one.name: _why_not(one, classes, versions) for one in found}
    skipped = {name: why for name, why in reasons.items() if why}
    if skipped and (strict or len(skipped) == len(found)):
        name, why = next(iter(skipped.items()))
        raise ErrataError(f"run {name} cannot be compared: {why}; leave it out, or compare it on a data set of its own")
    return [one for one in found if one.name not in skipped], skipped


def _why_not(one: Contestant, classes: Sequence[str], versions: Collection[str]) -> str:
    lacking = [name for name in classes if name not in one.classes]
    if lacking:
        return f"it tells {len(one.classes)} classes apart and does not know {lacking[0]!r}"
    if one.trained not in versions:
        return f"it was trained on version {one.trained!r}, which is gone"
    return ""


def stale(contestants: Sequence[Contestant], every: Mapping[str, CuratedRows]) -> frozenset[str]:
    """Return the names of contestants that learned from other images or labels than their version has today.

    Args:
        contestants: who is compared.
        every: the versions they were trained on.
    """
    keys = {version: rows_key(every[version].member_checked) for version in {one.trained for one in contestants}}
    return frozenset(
        one.name
        for one in contestants
        if any(run.config.get("rows_key") not in (None, keys[one.trained]) for run in one.runs)
    )
