"""results.json: what an audit consists of, so that everything else can be read back from the run folders."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from curation.workspace.run_files import AUDIT_SCHEMA
from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.schemas import AUDIT_AGAIN, check_newest, read_as

_FILE = "results.json"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Summary:
    """What an audit consists of."""

    config: dict[str, Any]  # as `AuditConfig` has it
    version: str  # of the labels
    runs: Mapping[str, str]  # architecture -> name of its run folder
    title: str = ""
    licence: str = ""
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of the architectures that combine others
    dataset_key: str = ""  # digest of images, labels and splits; empty in audits of before
    images_key: str = ""  # digest of the images alone; empty in audits of before
    stages: tuple[str, ...] = field(default=())  # finished so far, in their order
    awaited: tuple[str, ...] = ()  # architectures still to judge; until then the list is the first


@dataclass(frozen=True)
class _Settings:
    """What everything that shows an audit needs of its config."""

    version: str
    folds: int
    architectures: list[str]
    fiftyone_limit: int = 0
    predictions: str = ""
    with_decisions: bool = False
    offer: str = ""
    choices: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Shown:
    config: _Settings


def check_settings(folder: Path) -> None:
    """Raise where results.json lacks a setting that everything needs that shows an audit.

    Raises:
        ErrataError: the file is damaged.
    """
    read_as(folder / _FILE, _Shown, AUDIT_AGAIN)


def write_results(folder: Path, summary: Summary) -> None:
    """Write results.json; findings and maps of other images or labels are removed first.

    After a kill, old files with the same number of images would look valid.
    """
    if (folder / _FILE).exists():
        before = _before(folder)
        if before is None or before.dataset_key != summary.dataset_key:
            for findings in folder.glob("findings*.npz"):
                findings.unlink()
        if before is None or before.images_key != summary.images_key:
            for points in folder.glob("map-*.npy"):
                points.unlink()
    values = {**asdict(summary), "schema_version": AUDIT_SCHEMA}
    if not summary.awaited:
        del values["awaited"]
    write_json(folder / _FILE, values)


def read_results(folder: Path) -> Summary:
    """Read what `write_results` wrote.

    Raises:
        ErrataError: the file is missing or damaged.
    """
    return read_as(folder / _FILE, Summary, AUDIT_AGAIN, newest=AUDIT_SCHEMA)


def _before(folder: Path) -> Summary | None:
    """Return what the last audit wrote; None where it is damaged: nothing of that audit is trusted then.

    Raises:
        ErrataError: a newer Errata wrote it.
    """
    try:
        return read_results(folder)
    except ErrataError as error:
        check_newest(folder / _FILE, AUDIT_SCHEMA)
        _log.warning("%s: the audit writes it anew", str(error).partition(";")[0])
        return None
