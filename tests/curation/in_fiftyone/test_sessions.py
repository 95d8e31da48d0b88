"""Opening a browser session: which folders are shown, and a dataset that is gone is written again."""

from pathlib import Path
from typing import Any

import pytest

from curation.database.store import dataset_exists
from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of
from curation.in_fiftyone import sessions
from curation.in_fiftyone.app_server import AppServer, PortTakenError
from curation.in_fiftyone.sessions import follow_log, media_roots, open_session, port_of
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import small_audit


def test_the_folders_of_all_audited_data_sets_that_are_there(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert media_roots(workspace) == []
    roots = [small_audit(workspace, name, cams=0).rows.root for name in ("a", "b", "gone")]
    roots[2].rename(tmp_path / "moved")
    (workspace.runs / "audit-b" / "results.json").write_text("{")  # a damaged one does not keep others from being shown
    assert media_roots(workspace) == sorted(roots[:2])


def test_a_data_set_that_was_not_audited(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match="'tiny' has no finished audit"):
        open_session(Workspace(tmp_path), "tiny", "all", 5151)


@pytest.mark.mongo
def test_a_dataset_that_is_gone_is_written_again(mongo_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = small_audit(mongo_workspace, "lost", cams=0)
    started: list[tuple[Any, ...]] = []
    monkeypatch.setattr(sessions, "start_app", lambda *arguments: started.append(arguments))
    url = open_session(mongo_workspace, "lost", "suspicious-test", 5999, "ana")
    assert url == "http://127.0.0.1:5999/datasets/errata-lost?view=suspicious-test"
    assert dataset_exists(mongo_workspace, "errata-lost")
    workspace, roots, port, reviewer = started[0]
    assert (workspace, port, reviewer) == (mongo_workspace, 5999, "ana")
    assert audit.rows.root in roots


def test_each_reviewer_has_a_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(tmp_path)
    running = [AppServer(5151, 1, "ana", (), ""), AppServer(5153, 2, "ben", (), "")]
    monkeypatch.setattr(sessions, "running_apps", lambda _: running)
    monkeypatch.setattr(sessions, "port_owner", lambda port: "another program" if port == 5152 else None)
    assert [port_of(workspace, name) for name in ("ana", "ben", "cleo")] == [5151, 5153, 5154]
    monkeypatch.setattr(sessions, "port_owner", lambda port: "another program")
    with pytest.raises(ErrataError, match="the ports 5151 to 5250 are all taken; name a free one with --port"):
        port_of(workspace, "cleo")


def test_a_port_that_another_program_was_faster_to_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one is tried; one that was asked for is not given up for another."""
    workspace, taken = Workspace(tmp_path), set[int]()

    def start(_: Workspace, __: object, port: int, ___: str) -> None:
        if port < 5153:
            taken.add(port)
            raise PortTakenError(f"port {port} was taken")

    monkeypatch.setattr(sessions, "follow_log", lambda *_: None)
    monkeypatch.setattr(sessions, "start_app", start)
    monkeypatch.setattr(sessions, "port_owner", lambda port: "another program" if port in taken else None)
    assert open_session(workspace, "tiny", "all") == "http://127.0.0.1:5153/datasets/errata-tiny?view=all"
    assert taken == {5151, 5152}
    with pytest.raises(PortTakenError, match="port 5151"):
        open_session(workspace, "tiny", "all", 5151)


@pytest.mark.mongo
def test_a_dataset_that_is_there_follows_the_log(mongo_workspace: Workspace) -> None:
    audit = small_audit(mongo_workspace, "followed", cams=0)
    assert follow_log(mongo_workspace, "followed", "") is None  # written anew
    Ledger(log_of(mongo_workspace, "followed"), audit.checked).decide(Decision("ana", "test/sea/0.png", "keep"))
    synced = follow_log(mongo_workspace, "followed", "")
    assert synced is not None
    assert (synced.updated, synced.decisions) == (1, ())
