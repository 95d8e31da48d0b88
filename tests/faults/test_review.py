"""Three reviewers at once, killed again and again; a log of 100,000 lines; a browser closed in a verdict."""

import os
import random
import signal
import threading
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import log_of, open_ledger
from curation.decisions.log import DecisionLog
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from tests.helpers.reliability import SEED, record, size
from tests.helpers.small_audit import small_audit

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]
REVIEWERS = ("ana", "ben", "cem")


def given_by(log: DecisionLog, reviewer: str) -> list[int]:
    """Return the ranks of a reviewer's verdicts in the log, which count them here."""
    decisions = (entry for _, entry in log.read().entries if isinstance(entry, Decision))
    return [entry.rank or 0 for entry in decisions if entry.reviewer == reviewer]


class Death(NamedTuple):
    """When the process of a reviewer ends by SIGKILL."""

    number: int  # of the verdict
    after_s: float  # from its beginning; in it, or in those that follow


def judge(workspace: Workspace, reviewer: str, total: int, death: Death | None) -> None:
    """Give the verdicts that are missing of so many, numbered from 1."""
    ledger, dying = open_ledger(workspace, "tiny"), threading.Event()
    for number in range(len(given_by(ledger.log, reviewer)) + 1, total + 1):
        if death and number >= death.number and not dying.is_set():
            dying.set()
            threading.Timer(death.after_s, os.kill, (os.getpid(), signal.SIGKILL)).start()
        image_id = str(ledger.rows.image_ids[number % len(ledger.rows)])
        ledger.decide(Decision(reviewer, image_id, "keep" if number % 2 else "exclude", rank=number))
    if death:  # it comes after the last verdict
        os.kill(os.getpid(), signal.SIGKILL)


def begin(workspace: Workspace, reviewer: str, total: int, death: Death | None) -> int:
    """Start a reviewer in a process of its own."""
    if (process := os.fork()) == 0:
        code = 1
        try:
            judge(workspace, reviewer, total, death)
            code = 0
        finally:
            os._exit(code)
    return process


def test_three_reviewers_and_kills(workspace: Workspace) -> None:
    small_audit(workspace, cams=0)
    randomly, total, kills = random.Random(SEED), size(30, 200), size(3, 100)
    deaths = {
        reviewer: [Death(n, randomly.uniform(0, 0.02)) for n in sorted(randomly.sample(range(1, total), kills))]
        for reviewer in REVIEWERS
    }

    def begun(reviewer: str) -> int:
        return begin(workspace, reviewer, total, deaths[reviewer].pop(0) if deaths[reviewer] else None)

    working, killed = {begun(reviewer): reviewer for reviewer in REVIEWERS}, 0
    while working:
        process, status = os.wait()
        reviewer = working.pop(process)
        if code := os.waitstatus_to_exitcode(status):
            assert code == -signal.SIGKILL
            killed += 1
            working[begun(reviewer)] = reviewer
    assert killed == 3 * kills
    log = log_of(workspace, "tiny")
    page = log.read()
    assert (page.problems, page.torn) == ((), "")
    for reviewer in REVIEWERS:
        assert given_by(log, reviewer) == list(range(1, total + 1)), f"ERRATA_SEED={SEED}"
    assert [entry.sequence for _, entry in page.entries] == list(range(1, 3 * total + 1))
    what = f"three reviewers, {total} verdicts each at the same time, killed and begun again"
    record("Faults", what, killed, "every verdict is in the log once, in order, none torn")


def test_a_long_log(workspace: Workspace) -> None:
    """Opened, judged, undone, and made into a version."""
    audit = small_audit(workspace, cams=0)
    lines, log = size(3000, 100_000), log_of(workspace, "tiny")
    ids, sha256s = audit.rows.image_ids.tolist(), dict(zip(audit.rows.image_ids, audit.checked.sha256s, strict=True))
    given = {name: audit.rows.classes[label] for name, label in zip(ids, audit.rows.labels.tolist(), strict=True)}
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def entry(number: int) -> Decision:
        image_id = ids[number % len(ids)]
        stamp = (start + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return Decision(
            "ana", image_id, "keep" if number % 2 else "exclude", label=given[image_id],
            sha256=str(sha256s[image_id]), id=f"{number:016x}", sequence=number + 1, time=stamp,
        )  # fmt: skip

    with log.writing() as writer:
        writer.copy(entry(number) for number in range(lines))
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ben", ids[0], "keep"))
    assert len(ledger.undo("ana")) == 1
    with ledger.reading() as state:
        assert state.verdict(ids[(lines - 2) % len(ids)]) is not None
    make_version(workspace, "tiny", VersionRequest("v1"))
    assert load_version(workspace, "tiny", "v1")
    assert log.read().end.line == lines + 2
    record("Faults", f"a log of {lines:,} lines", 1, "it is opened, judged, undone and made into a version")
