"""The logs of several people as one."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.decisions.decision import Decision, Entry, Reversal
from curation.decisions.log import DecisionLog
from curation.decisions.merge import merge_into, merged
from curation.decisions.state import replay
from curation.words import utc_text
from models.errors import ErrataError
from tests.helpers.log_writer import some_decision

CLASSES = ("sea", "forest", "street")


@pytest.fixture
def log(tmp_path: Path) -> DecisionLog:
    return DecisionLog(tmp_path / "mine" / "tiny.jsonl")


@pytest.fixture
def other(tmp_path: Path) -> DecisionLog:
    return DecisionLog(tmp_path / "hers" / "tiny.jsonl")


def entries(log: DecisionLog) -> list[Entry]:
    return [entry for _, entry in log.read().entries]


@st.composite
def logs(draw: st.DrawFn) -> list[Entry]:
    """Part of one history, as a person may hold it: decisions and undos at few times, so that many tie."""
    entries_so_far: list[Entry] = []
    for number in range(12):
        when = f"2026-01-31T12:00:0{number // 4}.000000Z"
        entry: Entry = some_decision(number % 3, reviewer="ab"[number % 2])
        if number % 5 == 4:
            entry = Reversal("undo", entries_so_far[-2].id, entries_so_far[-2].reviewer)
        entries_so_far.append(replace(entry, id=f"{number * 7 % 12:x}", sequence=number // 2 + 1, time=when))
    return draw(st.lists(st.sampled_from(entries_so_far)))


@given(logs(), logs(), logs())
def test_merging_is_a_union(first: list[Entry], second: list[Entry], third: list[Entry]) -> None:
    together = merged([first, second])
    assert together == merged([second, first]) == merged([together, first]) == merged([second, together, together])
    assert merged([together, third]) == merged([first, merged([second, third])])
    assert {entry.id for entry in together} == {entry.id for entry in (*first, *second)}
    keys = [(entry.time, entry.sequence) for entry in together]
    assert keys == sorted(keys)
    assert len(together) == len({entry.id for entry in together})


def test_files_are_merged_both_ways_to_the_same(log: DecisionLog, other: DecisionLog) -> None:
    mine = [log.append(some_decision(0)), log.append(some_decision(1, "keep"))]
    hers = [other.append(some_decision(1, "exclude", reviewer="ben")), other.append(some_decision(0, "keep"))]
    undo = other.append(Reversal("undo", hers[1].id, "ana"))
    before = log.path.read_bytes()
    original = other.path.read_bytes()
    assert merge_into(log, [other.path], CLASSES) == 3
    assert log.path.read_bytes().startswith(before)  # appended, so that what refers to its first lines stays true
    assert entries(log) == [*mine, *hers, undo]
    assert merge_into(log, [other.path, other.path], CLASSES) == 0
    assert other.path.read_bytes() == original
    assert merge_into(other, [log.path], CLASSES) == 2
    first, second = replay(entries(log)), replay(entries(other))
    for image in ("0.png", "1.png"):
        assert first.verdicts(image) == second.verdicts(image)
    assert set(first.verdicts("1.png")) == {"ana", "ben"}
    later = log.append(some_decision(2))
    assert later.time >= max(entry.time for entry in entries(other))


def test_a_log_without_its_last_line_end_and_an_empty_one(log: DecisionLog, other: DecisionLog, tmp_path: Path) -> None:
    other.append(some_decision(0))
    other.path.write_bytes(other.path.read_bytes().rstrip())
    (tmp_path / "empty.jsonl").touch()
    assert merge_into(log, [other.path, tmp_path / "empty.jsonl"], CLASSES) == 1
    assert entries(log)[0].sequence == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"decision": "keeep"}, r"hers/tiny\.jsonl, line 2: no decision 'keeep'; did you mean 'keep'\?.*nothing was"),
        ({"confidence": 0.9}, r"hers/tiny\.jsonl, line 2: no field of a decision 'confidence'"),
        ({"schema_version": 2, "mood": "x"}, r"line 2: schema_version 2 is of a newer Errata"),
        ({"new_labels": ["desert"]}, r"line 2: no class 'desert'"),
        (
            {"image_id": "../../etc/passwd"},
            r"line 2: image_id '../../etc/passwd' leads out of the folder of the images",
        ),
        ({"time": utc_text(datetime.now(UTC) + timedelta(days=2))}, r"line 2: it is dated .*, in the future"),
    ],
)
def test_nothing_is_merged_from_a_log_that_cannot_be_read(
    log: DecisionLog, other: DecisionLog, changes: dict[str, Any], sentence: str
) -> None:
    log.append(some_decision(0))
    before = log.path.read_bytes()
    other.append(some_decision(1))
    decision = other.append(some_decision(2))
    line = {**json.loads(json.dumps(decision.to_dict())), **changes}
    text = other.path.read_text().splitlines()[0]
    other.path.write_text(f"{text}\n{json.dumps(line)}\n")
    with pytest.raises(ErrataError, match=sentence):
        merge_into(log, [other.path], CLASSES)
    assert log.path.read_bytes() == before


def test_torn_edited_and_missing_files(log: DecisionLog, other: DecisionLog) -> None:
    decision = other.append(some_decision(0))
    assert merge_into(log, [other.path], CLASSES) == 1
    with other.path.open("ab") as file:
        file.write(b'{"torn')
    with pytest.raises(ErrataError, match=r"hers/tiny\.jsonl, line 2: it is damaged"):
        merge_into(log, [other.path], CLASSES)
    edited: Decision = replace(decision, new_labels=("street",))
    other.path.write_text(json.dumps(edited.to_dict()) + "\n")
    with pytest.raises(ErrataError, match=f"two lines have the id '{decision.id}' and say different things"):
        merge_into(log, [other.path], CLASSES)
    with pytest.raises(ErrataError, match=r"no decision log .*none\.jsonl"):
        merge_into(log, [other.path.with_name("none.jsonl")], CLASSES)
    assert entries(log) == [decision]
