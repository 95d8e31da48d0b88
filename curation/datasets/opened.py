"""Which data sets people opened in a workspace: the latest, and those outside the catalogue, by their sources."""

import threading
from dataclasses import dataclass
from pathlib import Path

from curation.datasets.catalog import load_catalog
from curation.datasets.finding import source_of
from curation.workspace.folders import Workspace
from curation.workspace.names import audited
from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.schemas import read_as

DEFAULT_DATASET = "scenes"
MOST_ADDED = 30  # the list keeps the latest
_FILE = "opened-data-sets.json"
_lock = threading.Lock()


@dataclass(frozen=True)
class Opened:
    """What was opened in a workspace."""

    latest: str = ""  # a name or source; "" = nothing yet
    added: tuple[str, ...] = ()  # paths and `fiftyone:…`, the latest first


def read_opened(workspace: Workspace) -> Opened:
    """Return what was opened; nothing where the file is missing or damaged, since it holds no more than a habit."""
    path = workspace.root / _FILE
    try:
        return read_as(path, Opened) if path.exists() else Opened()
    except ErrataError:
        return Opened()


def remember(workspace: Workspace, chosen: str, added: bool) -> None:
    """Note the data set that a screen shows, and with `added` list it; writes only what is new.

    Raises:
        ErrataError: the workspace cannot be written.
    """
    with _lock:
        before = read_opened(workspace)
        sources = before.added if not added or chosen in before.added else (chosen, *before.added)[:MOST_ADDED]
        if (after := Opened(chosen, sources)) != before:
            content = {"schema_version": 1, "latest": after.latest, "added": list(after.added)}
            write_json(workspace.root / _FILE, content)


def latest_dataset(workspace: Workspace) -> str:
    """Return the data set that was opened last, else the one audited last, else `scenes`."""
    latest, known = read_opened(workspace).latest, audited(workspace)
    if latest in known or latest in load_catalog() or (latest and Path(latest).expanduser().exists()):
        return latest
    results = workspace.runs.glob("audit-*/results.json")
    newest = max(results, key=lambda path: path.stat().st_mtime_ns, default=None)
    return newest.parent.name.removeprefix("audit-") if newest else DEFAULT_DATASET


def sources_without_results(workspace: Workspace) -> list[str]:
    """Return the sources outside the catalogue that were added, or whose first audit has begun."""
    begun = [path.parent.name.removeprefix("audit-") for path in workspace.runs.glob("audit-*/config.json")]
    known = {*audited(workspace), *load_catalog()}
    sources = [source_of(workspace, name) for name in sorted(set(begun) - known)]
    return list(dict.fromkeys([*read_opened(workspace).added, *(source for source in sources if source)]))
