"""The log as a table: filters, what became of each line, CSV and JSON."""

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from curation.decisions.decision import Entry, Reversal
from curation.decisions.state import replay
from curation.decisions.table import LogLine, Wanted, lines_of, parse_moment, records, write_table
from models.errors import ErrataError
from tests.helpers.log_writer import some_decision

SPLITS = {"0.png": "test", "1.png": "train", "moved/2.png": "test"}


@pytest.fixture
def lines() -> list[LogLine]:
    entries: list[Entry] = [
        some_decision(0, "keep"),
        some_decision(0, "relabel", "forest"),
        some_decision(1, "ambiguous", "sea", "forest", reviewer="ben"),
        some_decision(2, "exclude", reviewer="ben"),
        Reversal("undo", "3", "ben"),
        some_decision(9, "unsure"),
        Reversal("undo", "unknown", "ana"),
    ]
    dated = [
        replace(entry, id=str(n), sequence=n, time=f"2026-01-3{n // 4}T12:00:00.000000Z")
        for n, entry in enumerate(entries, 1)
    ]
    shas = [some_decision(image).sha256 for image in range(3)]
    return lines_of(enumerate(dated, 1), replay(dated, list(SPLITS), shas), SPLITS)


def test_what_became_of_each_line(lines: list[LogLine]) -> None:
    assert [(line.number, line.image_id, line.split, line.status) for line in lines] == [
        (1, "0.png", "test", "replaced"),
        (2, "0.png", "test", "in force"),
        (3, "1.png", "train", "undone"),
        (4, "moved/2.png", "test", "in force"),
        (5, "1.png", "train", ""),
        (6, "9.png", "", "image gone"),
        (7, "", "", ""),
    ]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), [1, 2, 3, 4, 5, 6, 7]),
        (Wanted(reviewer="ben"), [3, 4, 5]),
        (Wanted(decision="ambiguous"), [3, 5]),
        (Wanted(split="test"), [1, 2, 4]),
        (Wanted(image="2.png"), [4]),  # as it was called
        (Wanted(image="moved/2.png"), [4]),
        (Wanted(since=datetime(2026, 1, 31, tzinfo=UTC)), [4, 5, 6, 7]),
        (Wanted(until=datetime(2026, 1, 31, tzinfo=UTC)), [1, 2, 3]),
        (
            Wanted(since=datetime(2026, 1, 31, 12, tzinfo=UTC), until=datetime(2026, 1, 31, 12, tzinfo=UTC)),
            [4, 5, 6, 7],
        ),
        (Wanted(reviewer="ana", split="train"), []),
    ],
)
def test_filters(lines: list[LogLine], wanted: Wanted, numbers: list[int]) -> None:
    assert [line.number for line in lines if wanted.checked().holds(line)] == numbers


def test_unknown_filters() -> None:
    with pytest.raises(ErrataError, match="no decision 'keeps'; did you mean 'keep'"):
        Wanted(decision="keeps").checked()
    with pytest.raises(ErrataError, match="no split 'tests'; did you mean 'test'"):
        Wanted(split="tests").checked()


def test_csv_and_json_hold_every_field(lines: list[LogLine], tmp_path: Path) -> None:
    write_table(lines, tmp_path / "x.csv")
    rows = list(csv.DictReader((tmp_path / "x.csv").read_text().splitlines()))
    values = json.loads(json.dumps(records(lines)))
    assert len(rows) == len(values) == 7
    assert set(values[0]) - {"schema_version"} <= set(rows[0])
    assert rows[2]["new_labels"] == "sea|forest"
    assert values[2]["new_labels"] == ["sea", "forest"]
    assert [row["kind"] for row in rows] == [value["kind"] for value in values]
    assert (rows[4]["of"], rows[4]["decision"]) == ("3", "")
    assert (rows[3]["image_id"], rows[3]["image_id_now"], rows[3]["blind"]) == ("2.png", "moved/2.png", "false")


def test_times_that_people_write() -> None:
    assert parse_moment("2026-01-31T12:00:00+01:00") == datetime(2026, 1, 31, 11, tzinfo=UTC)
    assert parse_moment("2026-01-31").isoformat() == "2026-01-31T00:00:00"
    assert parse_moment("2026-01-31", day_ends=True).isoformat() == "2026-01-31T23:59:59.999999"
    assert parse_moment("2026-01-31T12:00", day_ends=True).isoformat() == "2026-01-31T12:00:00"
    for text in ("yesterday", "-1", "2026-13-01"):
        with pytest.raises(ErrataError, match=f"'{text}' is not a time; write it as"):
            parse_moment(text)
