"""The program of the MongoDB server, where it lacks something of the system."""

from pathlib import Path

import pytest

from curation.database import binary
from curation.database.start import database_notice, ensure_database
from curation.workspace.folders import Workspace
from models.errors import ErrataError

LOADER = "mongod: error while loading shared libraries: {}: cannot open shared object file: No such file or directory"


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        (LOADER.format("libcurl.so.4"), "apt-get install libcurl4"),
        (LOADER.format("libcrypto.so.3"), "apt-get install libssl3"),
        (LOADER.format("libodd.so.1"), "set FIFTYONE_DATABASE_URI to a MongoDB server of yours"),
        ("Illegal instruction", "set FIFTYONE_DATABASE_URI to a MongoDB server of yours"),
        ("", "set FIFTYONE_DATABASE_URI to a MongoDB server of yours"),
    ],
)
def test_what_is_missing_is_named_before_and_after_the_work(
    said: str, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (program := tmp_path / "mongod").write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 127\n")
    program.chmod(0o755)
    monkeypatch.delenv("FIFTYONE_DATABASE_URI", raising=False)
    monkeypatch.setenv("ERRATA_MONGOD", str(program))
    with pytest.raises(ErrataError, match=rf"mongod does not run \(.*\); .*{advice}"):
        ensure_database(Workspace(tmp_path / "home"))
    assert database_notice().startswith("all but FiftyOne will be done: ")
    assert advice in database_notice()


def test_a_server_that_runs_is_no_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIFTYONE_DATABASE_URI", raising=False)
    assert database_notice() == ""
    assert binary.mongod_version().split(".")[0].isdigit()
