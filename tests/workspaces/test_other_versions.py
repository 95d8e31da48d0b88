"""A workspace of a newer Errata, one moved to another folder, and one that two versions open at once."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.jobs.queue import find_job
from app.jobs.result import read_result
from curation.datasets.classes.merges import note_merges
from curation.datasets.tables.chosen_columns import columns_of, note_columns
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.results.audit import load_audit
from curation.results.trained import load_run
from curation.review.selections import load_selection
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import write_json
from models.images.row_store import open_rows
from tests.helpers.compared_runs import NAME, STRONG
from tests.helpers.json_file import read_json
from tests.helpers.typed_command import exit_code
from tests.workspaces.whole import JOB, KEYS, make_whole

AUDIT = f"runs/audit-{NAME}"
# File with a schema version -> what reads it.
READ: dict[str, Any] = {
    f"{AUDIT}/results.json": lambda workspace: load_audit(workspace, NAME),
    f"{AUDIT}/rows.json": lambda workspace: load_audit(workspace, NAME),
    f"runs/{STRONG}-s0/metrics.json": lambda workspace: load_run(workspace.runs / f"{STRONG}-s0"),
    f"splits/{NAME}/v1/split.json": lambda workspace: load_version(workspace, NAME, "v1"),
    f"selections/{NAME}/some.json": lambda workspace: load_selection(workspace, NAME, "some"),
    f"jobs/{JOB}/result.json": lambda workspace: read_result(workspace.root / "jobs" / JOB),
    "columns.json": lambda workspace: columns_of(workspace, "/a.csv"),
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_whole(tmp_path / "home")


def contents(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file() and path.suffix != ".lock"}


def test_what_a_newer_errata_wrote_is_refused_with_both_versions(workspace: Workspace) -> None:
    for name, read in READ.items():
        path = workspace.root / name
        whole = path.read_bytes()
        path.chmod(0o644)
        write_json(path, {"schema_version": 9, "shape": "unknown"})
        sentence = rf"{path.name} has schema 9, of a newer Errata; this one reads up to \d: install the newer Errata"
        with pytest.raises(ErrataError, match=sentence):
            read(workspace)
        path.write_bytes(whole)


def test_nothing_of_a_newer_errata_is_written_over(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(workspace.root))
    note_merges(workspace, NAME, {"sea": "street"})
    results, merges = workspace.root / AUDIT / "results.json", workspace.decisions / f"{NAME}.classes.json"
    for path in (results, workspace.columns, merges):
        write_json(path, {**read_json(path), "schema_version": 9})
    before = contents(workspace.root)
    refusal = r"has schema 9, of a newer Errata; this one reads up to 1"
    with pytest.raises(ErrataError, match=refusal):
        note_columns(workspace, "/b.csv", {"label": "kind"})
    with pytest.raises(ErrataError, match=refusal):
        note_merges(workspace, NAME, {"sea": "forest"})
    assert exit_code("audit", workspace.root / "data" / NAME) == 2
    assert "has schema 9, of a newer Errata" in capsys.readouterr().err
    assert contents(workspace.root) == before


def test_two_versions_at_once(workspace: Workspace) -> None:
    """A newer Errata adds fields and files that this one does not know, and both add verdicts to one log."""
    for path in workspace.root.rglob("*.json"):
        content = json.loads(path.read_bytes())
        if isinstance(content, dict) and path.name not in ("split.json", "stages.json", "manifest.json"):
            path.write_text(json.dumps({**content, "since_9_0": [1, {"a": 2}]}))
    (workspace.root / AUDIT / "since-9.npz").write_bytes(b"PK")
    for read in READ.values():
        read(workspace)
    assert find_job(workspace, "1-a").arguments[0] == "audit"
    older, newer = open_ledger(workspace, NAME), open_ledger(workspace, NAME)
    n = older.lines()
    older.decide(Decision("ana", "test/sea/2.png", "keep"))
    newer.decide(Decision("ben", "test/sea/3.png", "keep"))
    line = json.loads(newer.log.path.read_text().splitlines()[-1])
    with newer.log.path.open("a") as file:
        file.write(json.dumps({**line, "schema_version": 9, "image_id": "test/sea/1.png"}) + "\n")
    (problem,) = older.problems()
    assert f"line {n + 3}" in problem
    assert "schema_version 9 is of a newer Errata (this one reads 1)" in problem
    older.decide(Decision("ana", "test/street/3.png", "keep"))
    assert older.lines() == n + 4, "verdicts go on"


def test_a_workspace_in_another_folder(workspace: Workspace, tmp_path: Path) -> None:
    """Nothing in it names its own place but where its pictures lie, which stay where they were."""
    before = load_audit(workspace, NAME)
    moved = Workspace(tmp_path / "moved" / "elsewhere")
    shutil.copytree(workspace.root, moved.root)
    after = load_audit(moved, NAME)
    assert after.rows.image_ids.tolist() == before.rows.image_ids.tolist()
    assert after.findings.label_quality.tolist() == before.findings.label_quality.tolist()
    assert after.rows.root == before.rows.root
    assert len(open_ledger(moved, NAME).entries()) == 5
    assert load_version(moved, NAME, "v1").sha256 == load_version(workspace, NAME, "v1").sha256
    assert open_rows(moved.features / "net-0", KEYS) is not None
