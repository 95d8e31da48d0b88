"""`errata review`, `errata sync`, `errata rebuild` and `errata stop` as a person calls them."""

from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.commands.review import named_reviewer
from curation.database.samples import classification, read_samples, write_samples
from curation.database.store import load_dataset
from curation.decisions.reviewer import keep_reviewer, kept_reviewer
from curation.in_fiftyone.app_server import AppServer
from curation.in_fiftyone.write_audit import write_audit
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import small_audit

IMAGE = "test/sea/0.png"


@pytest.fixture
def opened(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Return what would be opened; no server and no browser is started."""
    calls: list[tuple[Any, ...]] = []

    def open_session(workspace: Workspace, *arguments: Any) -> str:
        calls.append(arguments)
        return "http://127.0.0.1:5151/"

    monkeypatch.setattr("curation.in_fiftyone.sessions.open_session", open_session)
    monkeypatch.setattr("webbrowser.open", lambda url: None)
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path))
    small_audit(Workspace(tmp_path), cams=0)
    return calls


def run(*arguments: str, answer: str | None = None) -> str:
    result = CliRunner().invoke(cli, arguments, input=answer)
    if result.exception:
        raise result.exception
    return result.output


def test_the_name_is_asked_once(opened: list[tuple[Any, ...]], tmp_path: Any) -> None:
    with pytest.raises(ErrataError, match="no reviewer is named; add --reviewer NAME"):
        run("review", "tiny")
    assert "FiftyOne of ana: http" in run("review", "tiny", "--reviewer", "ana")
    assert "FiftyOne of ana: http" in run("review", "tiny", "--split", "train", "--port", "6000")
    assert opened == [
        ("tiny", "to-review-test", None, "ana"),
        ("tiny", "to-review-train", 6000, "ana"),
    ]
    assert "FiftyOne of Bob: http" in run("review", "tiny", "--reviewer", "Bob")
    assert kept_reviewer(Workspace(tmp_path)) == "ana"  # whoever opens the app next is not Bob
    with pytest.raises(ErrataError, match="reviewer ' x' is not a name"):
        run("review", "tiny", "--reviewer", " x")


def test_the_order_is_learned_or_fixed(opened: list[tuple[Any, ...]]) -> None:
    run("review", "tiny", "--reviewer", "ana", "--order", "fixed")
    run("review", "tiny", "--reviewer", "ben", "--order", "learned")
    assert opened == [
        ("tiny", "to-review-test-in-fixed-order", None, "ana"),
        ("tiny", "to-review-test", None, "ben"),
    ]
    with pytest.raises(ErrataError, match="no order of the review 'fixd'; did you mean 'fixed'"):
        run("review", "tiny", "--reviewer", "ana", "--order", "fixd")


def test_the_name_is_asked_for(opened: list[tuple[Any, ...]], tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("typer.prompt", lambda question: " Ben ")
    assert named_reviewer(Workspace(tmp_path), "") == "Ben"
    assert named_reviewer(Workspace(tmp_path), "") == "Ben"


def test_a_split_that_is_not_there(opened: list[tuple[Any, ...]]) -> None:
    with pytest.raises(ErrataError, match="val"):
        run("review", "tiny", "--split", "val", "--reviewer", "ana")
    assert opened == []


def test_the_edits_of_an_app_that_ended_are_printed(
    opened: list[tuple[Any, ...]], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = AppServer(5151, 1, "ana", (), "")
    (tmp_path / "servers").mkdir()
    (tmp_path / "servers" / "5151.said").write_text("tiny: label edited in FiftyOne: 2, now in the decision log")
    monkeypatch.setattr("curation.in_fiftyone.app_server.running_apps", lambda workspace: [app])
    monkeypatch.setattr("curation.in_fiftyone.app_server.stop_app", lambda workspace, port: True)
    assert run("stop").splitlines() == [
        "ended the FiftyOne App on port 5151",
        "tiny: label edited in FiftyOne: 2, now in the decision log",
    ]


@pytest.mark.mongo
def test_sync_and_rebuild(mongo_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(mongo_workspace.root))
    write_audit(mongo_workspace, small_audit(mongo_workspace, "synced", cams=0))
    keep_reviewer(mongo_workspace, "ana")

    def edit(label: str) -> None:
        dataset = load_dataset(mongo_workspace, "errata-synced")
        samples = read_samples(dataset, ("image_id",))
        (sample_id,) = (sample_id for sample_id, sample in samples.items() if sample["image_id"] == IMAGE)
        write_samples(dataset, {sample_id: {"curated": classification(label)}})

    edit("forest")
    assert run("sync", "synced").splitlines() == [
        "label edited in FiftyOne: 1, now in the decision log",
        "images brought up to date with the decision log: 1",
    ]
    edit("street")  # written again, the dataset would forget that
    assert run("rebuild", "synced").splitlines() == [
        "label edited in FiftyOne: 1, now in the decision log",
        "images brought up to date with the decision log: 1",
        "FiftyOne dataset errata-synced is written",
    ]
    dataset = load_dataset(mongo_workspace, "errata-synced")
    seen = {s["image_id"]: s["curated.label"] for s in read_samples(dataset, ("image_id", "curated.label")).values()}
    assert seen[IMAGE] == "street"
    assert "relabel" in run("decisions", "synced")
    (mongo_workspace.root / "reviewer.json").unlink()


@pytest.mark.mongo
def test_an_audit_that_is_written_again_keeps_edits(mongo_workspace: Workspace) -> None:
    audit = small_audit(mongo_workspace, "rewritten", cams=0)
    write_audit(mongo_workspace, audit)
    dataset = load_dataset(mongo_workspace, "errata-rewritten")
    samples = read_samples(dataset, ("image_id",))
    (sample_id,) = (sample_id for sample_id, sample in samples.items() if sample["image_id"] == IMAGE)
    write_samples(dataset, {sample_id: {"tags": ["exclude"]}})
    with pytest.raises(ErrataError, match="nobody said by whom; add --reviewer NAME to `errata sync rewritten` first"):
        write_audit(mongo_workspace, audit)
    keep_reviewer(mongo_workspace, "ana")
    write_audit(mongo_workspace, audit)
    (mongo_workspace.root / "reviewer.json").unlink()
    excluded = load_dataset(mongo_workspace, "errata-rewritten").match({"decision": "exclude"})
    assert (excluded.values("image_id"), excluded.values("reviewer")) == ([IMAGE], [["ana"]])
