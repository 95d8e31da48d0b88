"""One class for each sample of a FiftyOne dataset, from the kinds of fields that hold classes."""

from collections.abc import Sequence
from typing import Any

from curation.database import names, store
from curation.words import counted
from models.errors import ErrataError

CLASSIFICATION, CLASSIFICATIONS, DETECTIONS, TEXT = "Classification", "Classifications", "Detections", "text"
KINDS = (CLASSIFICATION, CLASSIFICATIONS, DETECTIONS, TEXT)


def kind_of(dataset: Any, field: str) -> str:
    """Return the kind of a field that holds classes, of KINDS.

    Raises:
        ErrataError: there is no such field, or it is of another kind; the message says which, and names the fields
            that can be read.
    """
    kinds = store.field_kinds(dataset)
    readable = [name for name, kind in kinds.items() if kind in KINDS and name not in store.OWN_FIELDS]
    have = f"fields with classes: {', '.join(readable) or 'none'}"
    if field not in kinds:
        raise ErrataError(f"no field {field!r} in FiftyOne dataset {dataset.name!r} ({have})")
    if kinds[field] not in KINDS or field in store.OWN_FIELDS:
        raise ErrataError(
            f"the field {field!r} of FiftyOne dataset {dataset.name!r} holds {kinds[field]}, and labels are read from "
            f"{', '.join(KINDS[:-1])} or text ({have})"
        )
    return kinds[field]


def labels_of(dataset: Any, field: str, kind: str, paths: Sequence[str]) -> list[str]:
    """Return the class of each sample.

    Args:
        dataset: its N samples.
        field: of this kind.
        kind: Classification, Classifications or text.
        paths: of the N images, for messages.

    Raises:
        ErrataError: a sample has no class, or several.
    """
    if kind == CLASSIFICATIONS:
        (several,) = store.read_values(dataset, [f"{field}.classifications.label"])
        many = [(path, each) for path, each in zip(paths, several, strict=True) if each and len(each) > 1]
        if many:
            path, classes = many[0]
            raise ErrataError(
                f"{counted(len(many), 'sample')} of FiftyOne dataset {dataset.name!r} have several classes in {field} "
                f"({path}: {', '.join(map(str, classes))}); Errata judges one class for each image: keep one"
            )
        labels = [each[0] if each else None for each in several]
    else:
        (labels,) = store.read_values(dataset, [field if kind == TEXT else names.label_of(field)])
    named = [(str(label).strip() if kind == TEXT else str(label)) if label else "" for label in labels]
    missing = [path for path, label in zip(paths, named, strict=True) if not label.strip()]
    if missing:
        raise ErrataError(
            f"FiftyOne dataset {dataset.name!r} cannot be audited: {len(missing)} of {len(paths)} samples have no "
            f"label in {field} (as {missing[0]}); label or remove them"
        )
    return named
