"""Every kind of file of a workspace, damaged in every way: one sentence that names it, and the rest is as it was.

`make faults` goes through all commands and screens, too (test_commands_and_screens.py).
"""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.jobs.queue import jobs
from app.jobs.result import read_result
from curation.comparison.speed import known_speed
from curation.datasets.opened import read_opened
from curation.datasets.tables.chosen_columns import columns_of
from curation.decisions.ledger import open_ledger
from curation.decisions.reviewer import kept_reviewer
from curation.in_fiftyone.sessions import media_roots
from curation.results.audit import load_audit
from curation.results.models import trained_models
from curation.results.runs import finished_runs
from curation.review.selections import load_selection, selection_names
from curation.versions.store import list_versions, load_version
from curation.workspace.cleaning import find_leftovers
from curation.workspace.folders import Workspace
from curation.workspace.run_folders import listed_runs
from curation.workspace.stages import read_records
from models.errors import ErrataError
from models.figures.curves import read_curve
from models.files.runs import read_status
from models.images.row_store import count_missing, open_rows
from tests.helpers import REPOSITORY
from tests.helpers.compared_runs import NAME, STRONG
from tests.workspaces.ways import DAMAGES, damage, kinds_of_files
from tests.workspaces.whole import JOB, KEYS, NEIGHBOUR, make_whole

LOG = f"{NAME}.jsonl"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_whole(tmp_path_factory.mktemp("whole") / "home").root


def _read_selection(workspace: Workspace) -> object:
    return [load_selection(workspace, NAME, name) for name in selection_names(workspace, NAME)]


READERS: dict[str, Callable[[Workspace], object]] = {
    "audit": lambda workspace: load_audit(workspace, NAME),
    "ledger": lambda workspace: open_ledger(workspace, NAME).problems(),
    "undo": lambda workspace: open_ledger(workspace, NAME).undo("ana"),
    "version": lambda workspace: load_version(workspace, NAME, "v1"),
    "versions": lambda workspace: list_versions(workspace, NAME),
    "runs": lambda workspace: listed_runs(workspace),
    "trainings": lambda workspace: finished_runs(workspace, dataset=NAME),
    "networks": lambda workspace: trained_models(workspace, NAME),
    "cleaning": lambda workspace: find_leftovers(workspace),
    "queue": lambda workspace: jobs(workspace),
    "result": lambda workspace: read_result(workspace.root / "jobs" / JOB),
    "status": lambda workspace: read_status(workspace.runs / f"{STRONG}-s0"),
    "curve": lambda workspace: read_curve(workspace.runs / f"{STRONG}-s0"),
    "speed": lambda workspace: known_speed(workspace.runs / f"{STRONG}-s0"),
    "stages": lambda workspace: read_records(workspace.runs / f"audit-{NAME}"),
    "selection": _read_selection,
    "columns": lambda workspace: columns_of(workspace, "/a.csv"),
    "opened": lambda workspace: read_opened(workspace),
    "reviewer": lambda workspace: kept_reviewer(workspace),
    "features": lambda workspace: open_rows(workspace.features / "net-0", KEYS),
    "missing features": lambda workspace: count_missing(workspace.features / "net-0", KEYS),
}


# Readers of another data set, and lists of all of them: they go on, whatever is damaged.
OTHERS: dict[str, Callable[[Workspace], object]] = {
    "audit": lambda workspace: load_audit(workspace, NEIGHBOUR),
    "ledger": lambda workspace: open_ledger(workspace, NEIGHBOUR).problems(),
    "version": lambda workspace: load_version(workspace, NEIGHBOUR, "original"),
    "trainings": lambda workspace: finished_runs(workspace, dataset=NEIGHBOUR),
    "runs": lambda workspace: listed_runs(workspace),
    "queue": lambda workspace: jobs(workspace),
    "opened": lambda workspace: read_opened(workspace),
    "pictures in FiftyOne": lambda workspace: media_roots(workspace),
}


@pytest.fixture
def home(whole: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the workspace that may be damaged."""
    shutil.copytree(whole, tmp_path / "home")
    yield tmp_path / "home"
    for path in tmp_path.rglob("*"):  # versions are kept read-only
        path.chmod(0o755)


def restore(whole: Path, home: Path, file: Path) -> None:
    """Bring back a damaged file, and what readers change or throw away."""
    for path in (file, home / "decisions" / LOG, *(home / "runs" / f"{STRONG}-s0").glob("speed.json")):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(whole / path.relative_to(home), path)
    shutil.copytree(whole / "features", home / "features", dirs_exist_ok=True)


@pytest.mark.parametrize("way", DAMAGES)
def test_every_reader_of_every_kind_of_file(whole: Path, home: Path, way: str) -> None:
    log, workspace = (whole / "decisions" / LOG).read_bytes(), Workspace(home)
    for kind, path in kinds_of_files(home).items():
        if not damage(path, way):
            continue
        for reader, read in READERS.items():
            try:
                read(workspace)
            except ErrataError as error:
                said = str(error)
                assert "\n" not in said, (kind, reader)
                named = rf"{re.escape(path.name)}|{re.escape(path.parent.name)}|^data set '{NAME}' has changed"
                assert re.search(named, said), (kind, reader, said)
            if path.name != LOG:
                assert (workspace.decisions / LOG).read_bytes().startswith(log), (kind, reader)
        for read in OTHERS.values():
            read(workspace)
        restore(whole, home, path)


def test_all_is_read_where_nothing_is_damaged(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "home")
    for read in READERS.values():
        read(Workspace(tmp_path / "home"))
    assert len(kinds_of_files(whole)) > 25


def test_what_is_read_back_has_a_schema() -> None:
    """JSON is read without one where others wrote it, and where each line or value is looked at by itself."""
    others = {"sheet.py", "opinion.py", "records.py", "class_names.py", "file_lists.py", "web_dataset.py"}
    others |= {"hugging_face.py", "mongod.py", "guard.py", "session_edits.py", "app_server.py"}
    by_itself = {"log.py", "curves.py", "checkpoint.py"}
    code = [path for room in ("app", "curation", "models") for path in (REPOSITORY / room).rglob("*.py")]
    plain = {path.name for path in code if "json.load" in path.read_text(encoding="utf-8")}
    assert plain == others | by_itself
