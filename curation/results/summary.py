"""results.json: what an audit consists of, so that everything else can be read back from the run folders."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from models.files.atomic import read_json, write_json

_FILE = "results.json"


@dataclass(frozen=True)
class Summary:
    """What an audit consists of."""

    config: dict[str, Any]  # as `AuditConfig` has it
    version: str  # of the labels
    title: str
    licence: str
    runs: Mapping[str, str]  # architecture -> name of its run folder
    members: Mapping[str, tuple[str, ...]]  # of the architectures that combine others
    dataset_key: str  # digest of images, labels and splits; empty in audits of before
    images_key: str = ""  # digest of the images alone; empty in audits of before
    stages: tuple[str, ...] = field(default=())  # finished so far, in their order
    awaited: tuple[str, ...] = ()  # architectures still to judge; until then the list is the first


def write_results(folder: Path, summary: Summary) -> None:
    """Write results.json; findings and maps of other images or labels are removed first.

    After a kill, old files with the same number of images would look valid.
    """
    if (folder / _FILE).exists():
        before = read_json(folder / _FILE)
        if before.get("dataset_key") != summary.dataset_key:
            for findings in folder.glob("findings*.npz"):
                findings.unlink()
        if before.get("images_key") != summary.images_key:
            for points in folder.glob("map-*.npy"):
                points.unlink()
    values = asdict(summary)
    if not summary.awaited:
        del values["awaited"]
    write_json(folder / _FILE, values)


def read_results(folder: Path) -> Summary:
    """Read what `write_results` wrote.

    Raises:
        ErrataError: the file is missing or damaged.
    """
    stored = read_json(folder / _FILE)
    return Summary(
        config=stored["config"],
        version=stored["version"],
        title=stored.get("title", ""),
        licence=stored.get("licence", ""),
        runs=stored["runs"],
        members={name: tuple(members) for name, members in stored.get("members", {}).items()},
        dataset_key=stored.get("dataset_key", ""),
        images_key=stored.get("images_key", ""),
        stages=tuple(stored.get("stages", ())),
        awaited=tuple(stored.get("awaited", ())),
    )
