"""Lines read together are what each is by itself; what is not surely good is left to be read by itself."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.decisions.decision import Entry, Reversal
from curation.decisions.lines.together import entries_of
from curation.decisions.log import parse_line
from models.errors import ErrataError
from tests.helpers.log_writer import some_decision

FRAME = {"id": "1f", "sequence": 3, "time": "2026-01-31T12:00:00.000001Z"}
GOOD: dict[str, Any] = {**json.loads(json.dumps(some_decision().to_dict())), **FRAME}
UNDO = {**Reversal("undo", "1f", "ana").to_dict(), **FRAME}
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 1.0, 2**70, 1e400, float("nan"), "", "sea", "x\n", "\ud800", "undo", "keep",
    [], ["a"], ["a", "a"], [1], [["a"]], {}, {"a": 1}, "2026-01-31T12:00:00.000001Z", "٢٠٢٦-01-31T12:00:00.000001Z",
    "f" * 64, "f" * 64 + "\n",
]  # fmt: skip
LINES = ("{", "}", "{}", "[]", "0", ",", '"', "null", "{},{}", ' {"a": 1}', '{"kind": "')


def one_by_one(lines: bytes) -> list[Entry] | None:
    try:
        return [parse_line(line) for line in lines.split(b"\n")[:-1]]
    except ErrataError:
        return None


def as_line(values: dict[str, Any]) -> bytes:
    return json.dumps(values).encode() + b"\n"


def test_good_lines_are_read_together() -> None:
    lines = b"".join(as_line(values) for values in (GOOD, UNDO, {**UNDO, "kind": "redo"}, {**GOOD, "looked_s": 2.5}))
    assert entries_of(lines) == one_by_one(lines)
    assert entries_of(lines) is not None


@pytest.mark.parametrize("good", [GOOD, UNDO])
@pytest.mark.parametrize("name", [*GOOD, "of", "note"])
def test_each_value_of_each_field_is_what_the_line_says_by_itself(good: dict[str, Any], name: str) -> None:
    for value in VALUES:
        lines = as_line(GOOD) + as_line({**good, name: value})
        assert entries_of(lines) in (None, one_by_one(lines))


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from([GOOD, UNDO]),
    st.dictionaries(st.sampled_from([*GOOD, "of", "note"]), st.sampled_from(VALUES), max_size=2),
    st.sets(st.sampled_from(list(GOOD)), max_size=1),
)
def test_what_is_read_together_is_what_each_line_says(
    good: dict[str, Any], changes: dict[str, Any], missing: set[str]
) -> None:
    values = {name: value for name, value in {**good, **changes}.items() if name not in missing}
    lines = as_line(GOOD) + as_line(values)
    assert entries_of(lines) in (None, one_by_one(lines))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from([as_line(GOOD), *(text.encode() + b"\n" for text in LINES)]), min_size=1, max_size=4),
       st.integers(0, 2_000))  # fmt: skip
def test_lines_that_are_torn_or_joined_are_left(parts: list[bytes], cut: int) -> None:
    lines = b"".join(parts)
    lines = lines[:cut] + b"\n" + lines[cut:]
    assert entries_of(lines) in (None, one_by_one(lines))


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_line_that_lacks_a_field_is_left(name: str) -> None:
    assert entries_of(as_line({key: value for key, value in GOOD.items() if key != name})) is None


def test_of_two_values_for_a_field_the_last_counts_as_by_itself() -> None:
    twice = as_line(GOOD).replace(b'{"', b'{"rank": 7, "rank": 8, "', 1)
    assert entries_of(twice) == one_by_one(twice)
