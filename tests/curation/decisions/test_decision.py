"""One line of the decision log: what it may say, and what is refused with one sentence."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.decisions.decision import SOURCES, Decision, Reversal, entry_from_dict, in_order, leads_out
from curation.decisions.verdicts import VERDICTS
from curation.words import utc_text
from models.errors import ErrataError
from tests.helpers.log_writer import some_decision

CLASSES = ("sea", "forest", "street")
WHEN = "2026-01-31T12:00:00.000001Z"


def stamped(decision: Decision, number: int = 1) -> Decision:
    return replace(decision, id=f"{number:x}", sequence=number, time=WHEN)


def line(**changes: Any) -> dict[str, Any]:
    """Return a good line, as JSON gives it, with some values changed."""
    return {**json.loads(json.dumps(stamped(some_decision()).to_dict())), **changes}


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    verdict = draw(st.sampled_from(sorted(VERDICTS)))
    number = {"none": (0, 0), "one": (1, 1), "several": (2, 3)}[VERDICTS[verdict].classes_named]
    new_classes = st.sampled_from(CLASSES[1:] if verdict == "relabel" else CLASSES)
    drawn = draw(st.booleans())
    return Decision(
        draw(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=64)),
        draw(st.text(min_size=1).filter(lambda image_id: not leads_out(image_id))),
        verdict,
        tuple(draw(st.lists(new_classes, min_size=number[0], max_size=number[1], unique=True))),
        "sea",
        draw(st.text("0123456789abcdef", min_size=64, max_size=64)),
        draw(st.none() | st.floats(0, 1e6)),
        draw(st.text()),
        draw(st.none() | st.integers(1, 10**9)),
        draw(st.text()),
        tuple(draw(st.lists(st.text()))),
        draw(st.booleans()),
        draw(st.sampled_from(SOURCES)),
        drawn,
        draw(st.none() | st.floats(0, 1, exclude_min=True)) if drawn else None,
        draw(st.booleans()),
        "",
        draw(st.text(min_size=1)),
        draw(st.integers(1, 10**9)),
        WHEN,
    )


@given(decisions())
def test_a_decision_comes_back_from_json(decision: Decision) -> None:
    text = json.dumps(decision.to_dict(), allow_nan=False)
    assert entry_from_dict(json.loads(text), CLASSES) == Decision.from_dict(decision.to_dict()) == decision
    assert hash(decision) == hash(Decision.from_dict(json.loads(text)))


def test_a_reversal_comes_back_from_json() -> None:
    undo = Reversal("undo", "1f", "ana", "fiftyone", "2", 2, WHEN)
    assert entry_from_dict(json.loads(json.dumps(undo.to_dict()))) == undo


def test_a_line_says_all() -> None:
    """The names of the fields are what other programs read."""
    assert sorted(line()) == [
        "adjudicates", "batch", "blind", "decision", "drawn", "id", "image_id", "inclusion", "kind", "label",
        "looked_s", "new_labels", "proposed_by", "queue", "rank", "reviewer", "run", "schema_version", "sequence",
        "sha256", "source", "time",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"decision": "kept"}, r"no decision 'kept'; did you mean 'keep'\?"),
        ({"new_labels": ["forrest"]}, r"no class 'forrest'; did you mean 'forest'\?"),
        ({"label": "seaside"}, r"no class 'seaside'; did you mean 'sea'\?"),
        ({"source": "fiftytwo"}, r"no source of decisions 'fiftytwo'; did you mean 'fiftyone'\?"),
        ({"new_labels": ["sea"]}, r"relabel of '0\.png' names the given label 'sea'; decide keep instead"),
        ({"new_labels": []}, r"names 0 classes \(none\); it takes exactly one"),
        ({"new_labels": ["forest", "street"]}, r"names 2 classes \(forest, street\); it takes exactly one"),
        ({"decision": "keep"}, r"keep of '0\.png' names classes \(forest\); it takes none"),
        ({"decision": "exclude"}, "it takes none"),
        ({"decision": "ambiguous"}, r"takes two or more different classes; found: forest"),
        ({"decision": "multi-label", "new_labels": ["sea", "sea"]}, "two or more different classes; found: sea, sea"),
        ({"decision": "multi-label", "new_labels": ["sea", "forest", "sea"]}, "two or more different classes"),
        ({"reviewer": " ana"}, r"reviewer ' ana' is not a name"),
        ({"reviewer": ""}, "reviewer '' is not a name"),
        ({"reviewer": "a\nb"}, "is not a name"),
        ({"reviewer": "a" * 65}, "is not a name: use 1 to 64"),
        ({"image_id": ""}, "needs an image_id and a label"),
        ({"image_id": "../../etc/passwd"}, r"image_id '../../etc/passwd' leads out of the folder of the images"),
        ({"image_id": "sea/.."}, "leads out"),
        ({"image_id": "/etc/passwd"}, "leads out"),
        ({"label": ""}, "needs an image_id and a label"),
        ({"sha256": "abc"}, "sha256 'abc' is not a SHA-256"),
        ({"looked_s": -1}, r"looked_s of '0\.png' is -1; it is a number of seconds"),
        ({"looked_s": float("nan")}, "is nan; it is a number of seconds"),
        ({"looked_s": "3"}, "looked_s of a decision is '3'; expected a number or null"),
        ({"rank": 0}, r"rank of '0\.png' is 0; the first of a queue is 1"),
        ({"rank": True}, "rank of a decision is True; expected a whole number or null"),
        ({"inclusion": 0.5}, "inclusion of '0.png' is 0.5 and drawn is False"),
        ({"inclusion": 0, "drawn": True}, "a probability above 0"),
        ({"inclusion": 1.5, "drawn": True}, "a probability above 0"),
        ({"blind": 1}, "blind of a decision is 1; expected true or false"),
        ({"new_labels": "forest"}, "new_labels of a decision is 'forest'; expected a list of texts"),
        ({"new_labels": [1]}, r"is \[1\]; expected a list of texts"),
        ({"id": ""}, "has id ''"),
        ({"sequence": 0}, "sequence 0"),
        ({"time": "2026-01-31"}, "expected a text, 1 or more, and UTC as"),
        ({"decisoin": "keep"}, r"no field of a decision 'decisoin'; did you mean 'decision'\?"),
        ({"schema_version": 2}, r"schema_version 2 is of a newer Errata \(this one reads 1\); update it"),
        ({"schema_version": None}, "schema_version is None; expected 1"),
        ({"kind": "remark"}, "no kind of line 'remark'"),
        ({"kind": "undo"}, r"no field of an undo '(?!of)"),
    ],
)
def test_what_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        entry_from_dict(line(**changes), CLASSES)


@pytest.mark.parametrize("name", sorted(set(line()) - {"schema_version", "kind"}))
def test_a_missing_field_is_named(name: str) -> None:
    values = line()
    del values[name]
    with pytest.raises(ErrataError, match=f"a decision lacks {name}"):
        entry_from_dict(values, CLASSES)


def test_what_a_reversal_refuses() -> None:
    good = Reversal("redo", "1f", "ana", "app", "2", 2, WHEN).to_dict()
    for changes, sentence in (
        ({"source": "x"}, "no source of decisions 'x'"),
        ({"reviewer": ""}, "is not a name"),
        ({"of": 3}, "of of a redo is 3; expected a text"),
        ({"note": "x"}, "no field of a redo 'note'"),
    ):
        with pytest.raises(ErrataError, match=sentence):
            entry_from_dict({**good, **changes})
    with pytest.raises(ErrataError, match="kind is 'redo'; expected 'decision'"):
        Decision.from_dict(good)


def test_classes_are_looked_at_where_they_are_known() -> None:
    assert some_decision(0, "relabel", "desert").checked().new_labels == ("desert",)
    with pytest.raises(ErrataError, match="no class 'desert'"):
        some_decision(0, "relabel", "desert").checked(CLASSES)


def test_labels_and_meaning() -> None:
    keep, relabel = some_decision(0, "keep"), some_decision(0, "relabel", "sea", label="forest")
    assert keep.labels == relabel.labels == ("sea",)
    assert keep.meaning == relabel.meaning  # both say that it is the sea
    first, second = (some_decision(0, "ambiguous", *names) for names in (("sea", "forest"), ("forest", "sea")))
    assert first.meaning == second.meaning
    assert first.labels == ("forest", "sea")
    assert first.meaning != some_decision(0, "multi-label", "sea", "forest").meaning
    assert some_decision(0, "exclude").labels == ()


def test_order_is_time_then_sequence_and_nothing_counts_twice() -> None:
    early = replace(stamped(some_decision(), 9), time="2026-01-31T11:59:59.999999Z")
    first, second = stamped(some_decision(), 1), stamped(some_decision(), 2)
    assert in_order([second, first, early, second]) == [early, first, second]


def test_times_are_utc() -> None:
    moment = datetime(2026, 1, 31, 13, tzinfo=timezone(timedelta(hours=1)))
    assert utc_text(moment) == "2026-01-31T12:00:00.000000Z"
    assert utc_text(datetime(2026, 1, 31, 12, 0, 0, 1, tzinfo=UTC)) == WHEN


def test_says_wrong() -> None:
    assert some_decision(0, "relabel", "forest").says_wrong
    assert some_decision(0, "none-of-these").says_wrong
    assert some_decision(0, "ambiguous", "forest", "street").says_wrong
    assert not some_decision(0, "multi-label", "forest", "sea").says_wrong
    assert not any(some_decision(0, kind).says_wrong for kind in ("keep", "exclude", "unsure"))


def test_the_same_verdict() -> None:
    keep = some_decision(0, "keep", label="forest")
    assert keep.says_the_same_as(some_decision(0, "relabel", "forest", reviewer="ben"))
    assert not keep.says_the_same_as(some_decision(0, "exclude", label="forest"))
    assert not keep.says_the_same_as(None)
