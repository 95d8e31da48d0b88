"""Classes that are read as another class: what people said in datasets.yaml, on the command line or in the app."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from curation.words import counted
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import checked_name, write_json
from models.files.schemas import check_newest, read_as

NO_MERGES = "none"  # in place of pairs: takes them all back
SCHEMA_VERSION = 1


@dataclass(frozen=True)
class _Merges:
    """What the file of a data set says."""

    merged: dict[str, str] = field(default_factory=dict)  # class -> the class that it is read as


def parse_merges(pairs: Iterable[str]) -> dict[str, str]:
    """Return class -> the class that it is read as, of texts `Cat=cat`; nothing for the text `none` alone.

    Raises:
        ErrataError: a text is no such pair.
    """
    merges: dict[str, str] = {}
    pairs = list(pairs)
    for pair in pairs if pairs != [NO_MERGES] else []:
        name, sign, now = pair.partition("=")
        if not sign or not name.strip() or not now.strip() or "=" in now:
            raise ErrataError(f"{pair!r} does not say which class is read as which; write 'Cat=cat', several by commas")
        if merges.setdefault(name, now) != now:
            raise ErrataError(f"the class {name!r} is read both as {merges[name]!r} and as {now!r}; leave one out")
    return merges


def resolved(merges: Mapping[str, str]) -> dict[str, str]:
    """Return class -> the class that it is in the end: `a=b, b=c` reads a as c.

    Raises:
        ErrataError: a class is read as itself, at once or by way of others.
    """
    ends = {}
    for name in merges:
        seen, now = [name], merges[name]
        while now in merges and now not in seen:
            seen.append(now)
            now = merges[now]
        if now in seen:
            chain = " = ".join([*seen, now])
            raise ErrataError(f"the class {name!r} would be read as itself ({chain}); leave that out")
        ends[name] = now
    return ends


def noted_merges(workspace: Workspace, name: str) -> dict[str, str]:
    """Return what people noted for a data set in this workspace: class -> the class that it is read as.

    Raises:
        ErrataError: the file is damaged.
    """
    path = _file(workspace, name)
    if not path.exists():
        return {}
    return read_as(path, _Merges, "remove it and name the classes again", newest=SCHEMA_VERSION).merged


def note_merges(workspace: Workspace, name: str, merges: Mapping[str, str]) -> None:
    """Keep which classes of a data set are read as which, in place of what was noted before.

    Raises:
        ErrataError: the workspace cannot be written, or the file is of a newer Errata.
    """
    path = _file(workspace, name)
    check_newest(path, SCHEMA_VERSION)
    if merges:
        write_json(path, {"schema_version": SCHEMA_VERSION, "merged": dict(sorted(merges.items()))})
    else:
        path.unlink(missing_ok=True)


def _file(workspace: Workspace, name: str) -> Path:
    return workspace.decisions / f"{checked_name('data set', name)}.classes.json"


def merged_names(names: Mapping[str, str], merges: Mapping[str, str]) -> dict[str, str]:
    """Return label as its source has it -> the class that it is read as.

    Args:
        names: label as its source has it -> its class, in Unicode's composed form.
        merges: class -> the class that it is read as.

    Raises:
        ErrataError: a class is to be read as one that the data set does not have.
    """
    known = set(names.values())
    for name, now in merges.items():
        if now not in known and now not in names:
            have = ", ".join(sorted(known)[:20])
            raise ErrataError(f"{name!r} cannot be read as {now!r}: no image has that class (there are {have})")
    return {label: merges.get(label, merges.get(name, name)) for label, name in names.items()}


def merge_notices(labels: Sequence[str], names: Mapping[str, str], merges: Mapping[str, str]) -> list[str]:
    """Return a sentence for each class that is read as another, with its images.

    Args:
        labels: of the images, as the source has them.
        names: label -> its class without merges.
        merges: class -> the class that it is read as.
    """
    counts = Counter(names[label] for label in labels)
    return [
        f"{counted(counts[name], 'image')} of class {name!r}: read as {now!r}"
        for name, now in merges.items()
        if counts[name]
    ]
