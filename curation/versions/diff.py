"""What is different between two versions of a data set, image by image."""

from collections import Counter
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from curation.versions.rows import BETWEEN_NAMES, CuratedRows
from curation.versions.store import Version
from models.errors import ErrataError
from models.files.tables import write_csv

NOT_THERE = "not in it"  # the data set did not have the image when that version was made


@dataclass(frozen=True)
class Change:
    """An image that two versions treat differently."""

    image_id: str
    kind: str  # label, split, membership, content; several joined by +
    old_label: str  # class name, several joined by |; empty where the image is not in the version
    new_label: str
    old_split: str  # or why it is left out
    new_split: str
    decision: str  # of the new version; where that has none, of the old one, as `undone relabel`
    reviewers: tuple[str, ...]  # whose decision it is
    time: str  # UTC


@dataclass(frozen=True)
class _Side:
    """How a version treats one image."""

    label: str
    split: str
    member: bool
    sha256: str
    decision: str
    reviewers: tuple[str, ...]
    time: str


_ABSENT = _Side("", NOT_THERE, False, "", "", (), "")


def diff_versions(old: Version, new: Version) -> list[Change]:
    """Return every changed label, split, membership and file, ordered by image_id.

    Raises:
        ErrataError: they are of different data sets.
    """
    if old.dataset != new.dataset:
        raise ErrataError(f"{old.dataset!r} and {new.dataset!r} are different data sets; give two versions of one")
    before, after = _sides(old.images), _sides(new.images)
    pairs = ((image, before.get(image, _ABSENT), after.get(image, _ABSENT)) for image in sorted({*before, *after}))
    changes = (_change(image, one, other) for image, one, other in pairs)
    return [change for change in changes if change]


def change_counts(changes: list[Change]) -> dict[str, int]:
    """Return how many changes there are of each kind."""
    return dict(sorted(Counter(kind for change in changes for kind in change.kind.split("+")).items()))


def write_changes(changes: list[Change], path: Path) -> None:
    """Write the changes as CSV, a column a field; several reviewers are joined by `|`.

    Raises:
        ErrataError: the file cannot be written.
    """
    write_csv(path, [field.name for field in fields(Change)], map(astuple, changes))


def _change(image: str, old: _Side, new: _Side) -> Change | None:
    kinds = []
    if old.member and new.member:
        kinds += ["label"] if old.label != new.label else []
        kinds += ["split"] if old.split != new.split else []
        kinds += ["content"] if old.sha256 != new.sha256 else []
    elif old.member or new.member:
        kinds.append("membership")
    if not kinds:
        return None
    by = new
    if not new.decision and old.decision:
        by = _Side("", "", False, "", f"undone {old.decision}", old.reviewers, old.time)
    return Change(
        image, "+".join(kinds), old.label, new.label, old.split, new.split, by.decision, by.reviewers, by.time
    )


def _sides(every: CuratedRows) -> dict[str, _Side]:
    rows, soft = every.checked.rows, every.soft_names()
    columns = zip(
        rows.image_ids.tolist(),
        rows.labels.tolist(),
        rows.splits.tolist(),
        every.out.tolist(),
        every.checked.sha256s.tolist(),
        every.decisions.tolist(),
        every.reviewers.tolist(),
        every.times.tolist(),
        strict=True,
    )
    sides = {}
    for row, (image, label, split, out, sha256, decision, reviewers, time) in enumerate(columns):
        names = "|".join(soft.get(row, (rows.classes[label],)))
        who = tuple(reviewers.split(BETWEEN_NAMES)) if reviewers else ()
        sides[image] = _Side("" if out else names, out or split, not out, sha256, decision, who, time)
    return sides
