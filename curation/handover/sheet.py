"""The errata sheet of a data set: the given labels that people found wrong, for everybody who uses the data."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from curation.decisions.decision import leads_out
from curation.decisions.verdicts import removing
from curation.versions.rows import AUTO, LEAK, CuratedRows
from curation.versions.store import Version, about_audit
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.arrays import BoolArray
from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.tables import write_csv_for_people

SCHEMA_VERSION = 1
KIND = "errata-sheet"
_APPLIED = {"labels": "right label", "label": "given label", "sha256": "content"}  # what `errata apply` goes by
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Erratum:
    """An image with a given label that is wrong, or that is only one of several."""

    image_id: str
    sha256: str  # of the file: a copy of the data set may have it under another name
    split: str  # as given
    label: str  # as given
    new_label: str  # the right class: of several, the given one or else the first; empty: none of the classes
    labels: tuple[str, ...]  # all right classes
    decision: str  # of VERDICTS
    reviewers: tuple[str, ...]
    time: str  # UTC


@dataclass(frozen=True)
class ErrataSheet:
    """The errata of one version of a data set."""

    dataset: str
    title: str
    licence: str
    version: str
    split_sha256: str
    classes: tuple[str, ...]
    images: int  # in the data set
    judged: int  # images that people looked at
    unseen: int  # labels of this version that models set and nobody looked at: no errata
    errata: tuple[Erratum, ...]  # ordered by image_id
    merged: tuple[tuple[str, str], ...] = ()  # class of the source, the class that it is read as


def errata_sheet(workspace: Workspace, version: Version) -> ErrataSheet:
    """Return the errata sheet of a version; it holds only what people decided.

    Raises:
        ErrataError: the version is `original`, which has no errata.
    """
    if version.name == ORIGINAL:
        raise ErrataError("version 'original' holds the labels as given, without errata; give --version of another one")
    images, about = version.images, about_audit(workspace, version.dataset)
    judged = (images.decisions != "") & (images.decisions != AUTO)
    return ErrataSheet(
        version.dataset,
        about["title"],
        about["licence"],
        version.name,
        version.sha256,
        images.checked.rows.classes,
        len(images.out),
        int((judged | images.disputed).sum()),
        int(((images.decisions == AUTO) & images.changed()).sum()),
        tuple(sorted(_errata(images), key=lambda erratum: erratum.image_id)),
        images.checked.rows.merged,
    )


def _wrong(images: CuratedRows) -> BoolArray:
    """Return which given labels people found wrong, shape (N,)."""
    relabelled = images.changed() & (images.decisions != AUTO)
    several = np.zeros(len(images.out), np.bool_)
    several[images.soft_rows] = True
    leaked = (images.out == LEAK) & (images.decisions != AUTO)  # left out as copies, but wrong all the same
    wrong_leak = leaked & ((images.checked.rows.labels != images.given) | several)
    return np.asarray(relabelled | wrong_leak | np.isin(images.out, removing()))


def _errata(images: CuratedRows) -> Iterator[Erratum]:
    rows, soft_names, reviewers = images.checked.rows, images.soft_names(), images.reviewer_names()
    for row in np.flatnonzero(_wrong(images)).tolist():
        removed = images.out[row] in removing()
        label = rows.classes[rows.labels[row]]
        yield Erratum(
            str(rows.image_ids[row]),
            str(images.checked.sha256s[row]),
            str(images.given_splits[row]),
            rows.classes[images.given[row]],
            "" if removed else label,
            () if removed else soft_names.get(row, (label,)),
            str(images.decisions[row]),
            reviewers[row],
            str(images.times[row]),
        )


def write_sheet(sheet: ErrataSheet, path: Path) -> None:
    """Write the sheet as JSON, for `errata apply`.

    Raises:
        ErrataError: the file cannot be written.
    """
    write_json(path, {"schema_version": SCHEMA_VERSION, "kind": KIND, **asdict(sheet)})


def write_sheet_csv(sheet: ErrataSheet, path: Path) -> None:
    """Write a line for each erratum; several classes or reviewers are joined by `|`.

    Raises:
        ErrataError: the file cannot be written.
    """
    write_csv_for_people(path, [field.name for field in fields(Erratum)], map(astuple, sheet.errata))


def read_sheet(path: Path) -> ErrataSheet:
    """Return the sheet in a JSON file, which may come from anybody.

    Raises:
        ErrataError: the file cannot be read, is not an errata sheet, has another schema, or an entry makes no sense.
    """
    try:
        values = json.loads(path.read_bytes())
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; check the path and its permissions") from error
    except (ValueError, RecursionError):  # not even UTF-8, perhaps
        values = None
    if not isinstance(values, dict) or values.get("kind") != KIND:
        raise ErrataError(f"{path} is not an errata sheet; give the JSON that `errata sheet NAME --json` wrote")
    schema = values.get("schema_version")
    if schema != SCHEMA_VERSION:
        raise ErrataError(f"{path} has schema {schema!r}, this version of Errata reads {SCHEMA_VERSION}; update Errata")
    try:
        errata = tuple(_read_erratum(entry) for entry in values["errata"])
        dataset, title, licence, version, sha256 = (
            _text(values[name]) for name in ("dataset", "title", "licence", "version", "split_sha256")
        )
        classes = tuple(_text(name) for name in values["classes"])
        merged = tuple((_text(name), _text(now)) for name, now in values.get("merged", ()))
        images, judged, unseen = (int(values[name]) for name in ("images", "judged", "unseen"))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ErrataError(f"{path} is not a whole errata sheet ({error}); ask for it again") from error
    _check_once(path, errata)
    return ErrataSheet(dataset, title, licence, version, sha256, classes, images, judged, unseen, errata, merged)


def _check_once(path: Path, errata: Sequence[Erratum]) -> None:
    """Raise if an image has two entries that are applied differently: nobody knows which of them is meant."""
    said: dict[str, Erratum] = {}
    for erratum in errata:
        before = said.setdefault(erratum.image_id, erratum)
        for name, words in _APPLIED.items():
            one, other = (_told(getattr(entry, name)) for entry in (before, erratum))
            if one != other:
                raise ErrataError(
                    f"{path} has two entries for {erratum.image_id!r}, with the {words} {one} and {other}; ask which "
                    "of them is right, and leave out the other"
                )


def _told(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else " | ".join(value) or "none of the classes"


def _read_erratum(values: dict[str, Any]) -> Erratum:
    texts = {
        field.name: _text(values[field.name]) for field in fields(Erratum) if field.name not in ("labels", "reviewers")
    }
    if not _SHA256.fullmatch(texts["sha256"]):
        raise ValueError(f"sha256 {texts['sha256']!r} of {texts['image_id']!r}")
    if leads_out(texts["image_id"]):
        raise ValueError(f"{texts['image_id']!r} leads out of the folder of the images")
    labels, reviewers = (tuple(_text(name) for name in values[key]) for key in ("labels", "reviewers"))
    if (texts["new_label"] == "") != (not labels) or (labels and texts["new_label"] not in labels):
        raise ValueError(f"labels {labels} of {texts['image_id']!r}")
    return Erratum(**texts, labels=labels, reviewers=reviewers)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value
