"""The errata sheet of a data set: which given labels are wrong, as people judged them, for whoever uses the data."""

import json
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from curation.decisions.verdicts import removing
from curation.versions.rows import AUTO, BETWEEN_NAMES, CuratedRows
from curation.versions.store import Version, about_audit
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.arrays import BoolArray
from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.tables import write_csv

SCHEMA_VERSION = 1
KIND = "errata-sheet"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Erratum:
    """One image whose given label is wrong, or not the whole truth."""

    image_id: str
    sha256: str  # of the file: it is found by this, wherever it lies
    split: str  # as given
    label: str  # as given
    new_label: str  # what it is; of several the given one if it is among them, else the first; empty: of no class here
    labels: tuple[str, ...]  # all that it is
    decision: str
    reviewers: tuple[str, ...]
    time: str  # UTC


@dataclass(frozen=True)
class ErrataSheet:
    """What people found wrong in a data set."""

    dataset: str
    title: str
    licence: str
    version: str
    split_sha256: str
    classes: tuple[str, ...]
    images: int  # in the data set
    judged: int  # looked at by somebody
    unseen: int  # labels of this version that were taken from models without a look: no errata
    errata: tuple[Erratum, ...]  # ordered by image_id


def errata_sheet(workspace: Workspace, split: Version) -> ErrataSheet:
    """Return the errata sheet of a version; only what people decided is on it.

    Raises:
        ErrataError: it is `original`, which has no errata.
    """
    if split.name == ORIGINAL:
        raise ErrataError("version 'original' are the labels as given, without errata; give --version of a split")
    every, about = split.images, about_audit(workspace, split.dataset)
    judged = (every.decisions != "") & (every.decisions != AUTO)
    return ErrataSheet(
        split.dataset,
        about["title"],
        about["licence"],
        split.name,
        split.sha256,
        every.checked.rows.classes,
        len(every.out),
        int((judged | every.disputed).sum()),
        int(((every.decisions == AUTO) & every.changed()).sum()),
        tuple(sorted((_erratum(every, row) for row in np.flatnonzero(_wrong(every)).tolist()), key=_name)),
    )


def _name(one: Erratum) -> str:
    return one.image_id


def _wrong(every: CuratedRows) -> BoolArray:
    relabelled = every.changed() & (every.decisions != AUTO)
    several = np.zeros(len(every.out), np.bool_)
    several[every.soft_rows] = True
    leaked = (every.out == "leak") & (every.decisions != AUTO)  # left out as copies, but wrong all the same
    wrong_leak = leaked & ((every.checked.rows.labels != every.given) | several)
    return np.asarray(relabelled | wrong_leak | np.isin(every.out, removing()))


def _erratum(every: CuratedRows, row: int) -> Erratum:
    rows = every.checked.rows
    gone = every.out[row] in removing()
    label = rows.classes[rows.labels[row]]
    return Erratum(
        str(rows.image_ids[row]),
        str(every.checked.sha256s[row]),
        str(every.given_splits[row]),
        rows.classes[every.given[row]],
        "" if gone else label,
        () if gone else every.soft_names().get(row, (label,)),
        str(every.decisions[row]),
        tuple(who for who in str(every.reviewers[row]).split(BETWEEN_NAMES) if who),
        str(every.times[row]),
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
    columns = [field.name for field in fields(Erratum)]
    write_csv(path, columns, ([getattr(erratum, column) for column in columns] for erratum in sheet.errata))


def read_sheet(path: Path) -> ErrataSheet:
    """Return the sheet in a JSON file, whoever wrote it.

    Raises:
        ErrataError: the file cannot be read, is no errata sheet, is of another schema, or an entry makes no sense.
    """
    try:
        values = json.loads(path.read_bytes())
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; check the path and its permissions") from error
    except ValueError:  # no UTF-8 either
        values = None
    if not isinstance(values, dict) or values.get("kind") != KIND:
        raise ErrataError(f"{path} is no errata sheet; give the JSON that `errata sheet NAME --json` wrote")
    if values.get("schema_version") != SCHEMA_VERSION:
        found = values.get("schema_version")
        raise ErrataError(f"{path} has schema {found!r}, this version of Errata reads {SCHEMA_VERSION}; update Errata")
    try:
        errata = tuple(_read_erratum(one) for one in values["errata"])
        counts = [int(values[name]) for name in ("images", "judged", "unseen")]
        texts = [_text(values[name]) for name in ("dataset", "title", "licence", "version", "split_sha256")]
        classes = tuple(_text(name) for name in values["classes"])
    except (KeyError, TypeError, ValueError) as error:
        raise ErrataError(f"{path} is no whole errata sheet ({error}); ask for it again") from error
    return ErrataSheet(*texts, classes, *counts, errata)  # type: ignore[call-arg, arg-type]


def _read_erratum(values: dict[str, Any]) -> Erratum:
    one = {field.name: values[field.name] for field in fields(Erratum)}
    texts = {name: _text(one[name]) for name in one if name not in ("labels", "reviewers")}
    if not _SHA256.fullmatch(texts["sha256"]):
        raise ValueError(f"sha256 {texts['sha256']!r} of {texts['image_id']!r}")
    labels, reviewers = (tuple(_text(name) for name in one[key]) for key in ("labels", "reviewers"))
    if (texts["new_label"] == "") != (not labels) or (labels and texts["new_label"] not in labels):
        raise ValueError(f"labels {labels} of {texts['image_id']!r}")
    return Erratum(**texts, labels=labels, reviewers=reviewers)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
