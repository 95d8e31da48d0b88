"""What a job did, as its process writes it and others read it."""

from pathlib import Path

import pytest

from app.jobs.result import JobResult, job_stage, read_result, record, recording
from models.errors import ErrataError
from models.files.atomic import write_json, write_text
from tests.helpers.json_file import read_json


def test_facts_are_there_as_soon_as_they_are_known(tmp_path: Path) -> None:
    assert read_result(tmp_path) is None
    with recording(tmp_path, "train"):
        assert read_result(tmp_path) == JobResult("train")
        record("tiny", "v1", runs=["tiny-a-s5", "tiny-a-s6"], outputs={"report": tmp_path / "report.html"})
        assert read_result(tmp_path) == JobResult(
            "train",
            "running",
            dataset="tiny",
            version="v1",
            runs=("tiny-a-s5", "tiny-a-s6"),
            outputs={"report": str(tmp_path / "report.html")},
        )
    result = read_result(tmp_path)
    assert result is not None
    assert (result.state, result.runs) == ("finished", ("tiny-a-s5", "tiny-a-s6"))
    assert read_json(tmp_path / "result.json")["schema_version"] == 1


@pytest.mark.parametrize(
    ("error", "state", "sentence"),
    [
        (ErrataError("no disk"), "failed", "no disk"),
        (ValueError(), "failed", "ValueError"),
        (KeyboardInterrupt(), "cancelled", ""),
    ],
)
def test_the_end_is_kept(tmp_path: Path, error: BaseException, state: str, sentence: str) -> None:
    with pytest.raises(type(error)), recording(tmp_path, "export"):
        raise error
    result = read_result(tmp_path)
    assert result is not None
    assert (result.command, result.state, result.error) == ("export", state, sentence)


def test_a_command_in_a_terminal_keeps_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    record("tiny")
    assert job_stage() is None
    assert list(tmp_path.iterdir()) == []


def test_stages_are_told_by_jobs_that_keep_no_status_themselves(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with recording(tmp_path, "export", lambda *stage: told.append(stage)):
        tell = job_stage()
        assert tell is not None
        tell("export", 1, 2)
    with recording(tmp_path, "audit"):
        assert job_stage() is None
    assert told == [("export", 1, 2)]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"schema_version": 7}, "has schema 7, of a newer Errata"),
        ({}, "is damaged"),
        ([], "is damaged"),
        ({"schema_version": 1}, "is damaged"),
        ({"schema_version": 1, "runs": ["../x"], "command": "train"}, "is not a name"),
        ({"schema_version": 1, "runs": [3], "command": "train"}, "is damaged"),
    ],
)
def test_a_file_that_is_damaged_or_of_another_version(tmp_path: Path, values: object, sentence: str) -> None:
    write_json(tmp_path / "result.json", values)
    with pytest.raises(ErrataError, match=sentence):
        read_result(tmp_path)
    write_text(tmp_path / "result.json", "{")
    with pytest.raises(ErrataError, match=r"result\.json is damaged"):
        read_result(tmp_path)
