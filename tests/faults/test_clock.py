"""A clock that jumps: decisions keep their order, undo takes back the last one, and a clock that was ahead is named."""

import random
from datetime import UTC, datetime
from typing import Self

import pytest

from curation.decisions import log as decision_log
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.workspace.folders import Workspace
from tests.helpers.reliability import SEED, record, size
from tests.helpers.small_audit import small_audit

pytestmark = pytest.mark.faults


def test_a_clock_that_jumps(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    small_audit(workspace, cams=0)
    jumps, randomly, ledger = size(20, 2000), random.Random(SEED), open_ledger(workspace, "tiny")
    now = datetime.now(UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> Self:
            return cls.fromtimestamp(now.timestamp() + randomly.uniform(-86400, 0), UTC)

    monkeypatch.setattr(decision_log, "datetime", Clock)
    image_id = str(ledger.rows.image_ids[0])
    for number in range(jumps):
        verdict = randomly.choice(("keep", "exclude", "unsure"))
        ledger.decide(Decision("ana", image_id, verdict))
        if number % 3 == 2:
            (taken,) = ledger.undo("ana")
            assert taken.decision == verdict, f"ERRATA_SEED={SEED}"
        else:
            with open_ledger(workspace, "tiny").reading() as state:
                last = state.verdict(image_id)
            assert last is not None
            assert last.decision == verdict, f"ERRATA_SEED={SEED}"
    entries = [entry for _, entry in ledger.log.read().entries]
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
    assert sorted(entry.time for entry in entries) == [entry.time for entry in entries]
    assert ledger.problems() == []
    outcome = "the last verdict counts, undo takes back the last one"
    record("Faults", "the clock put back or on, up to a day, between two verdicts", jumps, outcome)


def test_a_clock_that_was_ahead_is_named(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    small_audit(workspace, cams=0)
    ledger = open_ledger(workspace, "tiny")
    first = str(ledger.rows.image_ids[0])
    ledger.decide(Decision("ana", first, "keep"))

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: object = None) -> Self:
            return cls(2199, 1, 1, tzinfo=UTC)

    with monkeypatch.context() as patch:
        patch.setattr(decision_log, "datetime", Ahead)
        ledger.decide(Decision("ana", first, "exclude"))
    ledger.decide(Decision("ana", first, "unsure"))
    (problem,) = open_ledger(workspace, "tiny").problems()
    assert "tiny.jsonl, line 2: it is dated 2199-01-01T00:00:00.000000Z, in the future" in problem
    with ledger.reading() as state:
        verdict = state.verdict(first)
    assert verdict is not None
    assert verdict.decision == "unsure"
    record("Faults", "a clock that was once ahead", 1, "one sentence names the line; later verdicts count after it")
