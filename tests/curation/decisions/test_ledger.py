"""The review of a data set: what is refused, what several reviewers and processes see of each other."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from curation.datasets.rows import Rows
from curation.decisions.decision import Decision, Reversal
from curation.decisions.labels import decided_labels
from curation.decisions.ledger import Ledger, log_of, open_ledger
from curation.decisions.log import DecisionLog
from curation.decisions.merge import merge_into
from curation.images.checked_rows import CheckedRows
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers import REPOSITORY
from tests.helpers.small_audit import small_audit

IMAGE, OTHER = "test/sea/0.png", "test/sea/1.png"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return small_audit(Workspace(tmp_path_factory.mktemp("home")))


@pytest.fixture
def audit(made: Audit) -> Audit:
    shutil.rmtree(made.folder.parent.parent / "decisions", ignore_errors=True)
    return made


@pytest.fixture
def ledger(audit: Audit) -> Ledger:
    return open_ledger(workspace_of(audit), "tiny")


def workspace_of(audit: Audit) -> Workspace:
    return Workspace(audit.folder.parent.parent)


def relabel(image_id: str = IMAGE, reviewer: str = "ana") -> Decision:
    return Decision(reviewer, image_id, "relabel", ("forest",))


def test_the_log_knows_label_and_content(ledger: Ledger, audit: Audit) -> None:
    (decision,) = ledger.decide(relabel())
    assert decision.label == "sea"
    assert decision.sha256 == hashlib.sha256((audit.rows.root / IMAGE).read_bytes()).hexdigest()
    assert ledger.log.path == workspace_of(audit).root / "decisions" / "tiny.jsonl"
    with ledger.reading() as state:
        assert state.verdict(IMAGE) == decision
    assert (ledger.lines(), ledger.problems()) == (1, [])


def test_what_is_not_written(ledger: Ledger) -> None:
    for decision, sentence in (
        (relabel("test/sea/99.png"), r"no image 'test/sea/99\.png' in this data set"),
        (Decision("ana", IMAGE, "relabel", ("sea",)), "decide keep instead"),
        (Decision("ana", IMAGE, "relabel", ("forrest",)), "no class 'forrest'; did you mean 'forest'"),
        (Decision("", IMAGE, "keep"), "is not a name"),
        (Decision("ana", IMAGE, "keep", label="forest"), "the label or content of 'test/sea/0.png' differs"),
        (Decision("ana", IMAGE, "keep", sha256="0" * 64), "differs in the audit"),
    ):
        with pytest.raises(ErrataError, match=sentence):
            ledger.decide(relabel(OTHER), decision)  # all of a batch or nothing
    for kind in (ledger.undo, ledger.redo):
        assert kind("ana") == []
    assert not ledger.log.path.exists() or ledger.log.path.read_bytes() == b""


def test_an_image_changed_or_gone_is_refused_by_name(ledger: Ledger, audit: Audit) -> None:
    path = audit.rows.root / IMAGE
    original = path.read_bytes()
    try:
        path.write_bytes(original + b"\0")
        with pytest.raises(ErrataError, match=r"image 'test/sea/0\.png' was changed since it was scored"):
            ledger.decide(relabel())
        path.unlink()
        with pytest.raises(ErrataError, match=r"cannot read image 'test/sea/0\.png': No such file or directory"):
            ledger.decide(relabel())
    finally:
        path.write_bytes(original)
    ledger.decide(relabel())
    assert ledger.lines() == 1


def test_undo_and_redo_across_restarts(ledger: Ledger, audit: Audit) -> None:
    first = ledger.decide(relabel())
    batch = ledger.decide(relabel(OTHER), Decision("ana", "test/sea/2.png", "exclude"))
    assert len({decision.batch for decision in batch}) == 1
    assert batch[0].batch
    assert first[0].batch == ""
    again = open_ledger(workspace_of(audit), "tiny")
    assert again.undo("ben") == []
    assert again.undo("ana", "fiftyone") == batch[::-1]
    assert ledger.undo("ana") == first
    with again.reading() as state:
        assert state.images() == []
    assert open_ledger(workspace_of(audit), "tiny").redo("ana") == first
    assert ledger.redo("ana") == batch
    assert ledger.redo("ana") == []
    with again.reading() as state:
        assert state.counts() == {"relabel": 2, "exclude": 1}
    assert [json.loads(line)["kind"] for line in ledger.log.path.read_text().splitlines()] == [
        "decision", "decision", "decision", "undo", "undo", "undo", "redo", "redo", "redo",
    ]  # fmt: skip
    with pytest.raises(ErrataError, match="no source of decisions 'web'"):
        ledger.undo("ana", "web")


def test_any_decision_is_taken_back_and_put_back(ledger: Ledger) -> None:
    first, second, third = (
        ledger.decide(Decision("ana", name, verdict))[0]
        for name, verdict in ((IMAGE, "exclude"), (OTHER, "keep"), (IMAGE, "unsure"))
    )
    assert ledger.take_back(second.id, "ana") == second
    with ledger.reading() as state:
        assert state.images() == [IMAGE]
    ledger.take_back(third.id, "ana")
    with ledger.reading() as state:  # what it had replaced counts again
        assert state.verdicts(IMAGE) == {"ana": first}
    ledger.take_back(first.id, "ana", "fiftyone")
    assert ledger.put_back(third.id, "ana") == third
    ledger.put_back(first.id, "ana")
    with ledger.reading() as state:  # put back behind the newer one
        assert state.verdicts(IMAGE) == {"ana": third}
        assert state.images() == [IMAGE]
    assert [entry.of for _, entry in ledger.log.read().entries if isinstance(entry, Reversal)] == [
        decision.id for decision in (second, third, first, third, first)
    ]


def test_what_cannot_be_taken_back_is_told(ledger: Ledger) -> None:
    decision = ledger.decide(Decision("ana", IMAGE, "exclude"))[0]
    lines = ledger.lines()
    with pytest.raises(ErrataError, match="'nothing'"):
        ledger.take_back("nothing", "ana")
    with pytest.raises(ErrataError, match="is ana's and not ben's"):
        ledger.take_back(decision.id, "ben")
    with pytest.raises(ErrataError, match="nothing to put back"):
        ledger.put_back(decision.id, "ana")
    assert ledger.lines() == lines
    ledger.take_back(decision.id, "ana")
    with pytest.raises(ErrataError, match="taken back already"):
        ledger.take_back(decision.id, "ana")
    assert ledger.lines() == lines + 1


def test_any_moment_comes_back(ledger: Ledger) -> None:
    ledger.decide(relabel())
    before = datetime.now(UTC)
    ledger.decide(Decision("ana", IMAGE, "exclude"))
    ledger.undo("ana")
    kinds = [verdict.decision if (verdict := ledger.at(line).verdict(IMAGE)) else "" for line in range(4)]
    assert kinds == ["", "relabel", "exclude", "relabel"]
    then = ledger.at(before).verdict(IMAGE)
    assert then is not None
    assert then.decision == "relabel"
    assert ledger.at(datetime(2020, 1, 1, tzinfo=UTC)).images() == []
    with pytest.raises(ErrataError, match="has 3 lines; there is no line 4"):
        ledger.at(4)
    assert len({ledger.log.sha256(line) for line in range(4)}) == 4


def test_lines_up_to_a_moment_without_those_that_cannot_be_read(ledger: Ledger) -> None:
    first = ledger.decide(Decision("ana", IMAGE, "keep"))[0]
    with ledger.log.path.open("ab") as file:
        file.write(b"rubbish\n")
    last = ledger.decide(Decision("ana", IMAGE, "unsure"))[0]
    assert ledger.entries() == [(1, first), (3, last)]
    assert [ledger.entries(line) for line in range(4)] == [[], [(1, first)], [(1, first)], [(1, first), (3, last)]]
    assert len(ledger.unreadable()) == 1
    assert ledger.entries(datetime(2020, 1, 1, tzinfo=UTC)) == []
    with pytest.raises(ErrataError, match="has 3 lines; there is no line 4"):
        ledger.entries(4)


def test_others_decisions_are_seen(ledger: Ledger, audit: Audit) -> None:
    other = open_ledger(workspace_of(audit), "tiny")
    ledger.decide(relabel())
    other.decide(Decision("ben", IMAGE, "keep"))
    for reader in (ledger, other):
        with reader.reading() as state:
            assert state.disputed(IMAGE)
            assert set(state.verdicts(IMAGE)) == {"ana", "ben"}
    other.decide(Decision("cleo", IMAGE, "relabel", ("forest",), adjudicates=True))
    with ledger.reading() as state:
        assert not state.disputed(IMAGE)


def test_a_merged_log_counts_from_its_own_times_on(ledger: Ledger, tmp_path: Path) -> None:
    (early,) = ledger.decide(Decision("ana", IMAGE, "keep"))
    elsewhere = DecisionLog(tmp_path / "x.jsonl")
    with elsewhere.writing() as writer:
        writer.copy([replace(early, id="other", decision="exclude", time="2020-01-01T00:00:00.000000Z")])
    assert merge_into(ledger.log, [elsewhere.path], ledger.classes) == 1
    with ledger.reading() as state:
        assert state.verdicts(IMAGE)["ana"] == early  # though the other is the last line


def test_a_log_put_back_from_a_copy_is_read_anew(ledger: Ledger) -> None:
    ledger.decide(relabel())
    copy = ledger.log.path.read_bytes()
    ledger.decide(relabel(OTHER))
    with ledger.reading() as state:
        assert len(state.images()) == 2
    ledger.log.path.write_bytes(copy)
    with ledger.reading() as state:
        assert state.images() == [IMAGE]
    ledger.decide(relabel(OTHER, "ben"))
    with ledger.reading() as state:
        assert state.reviewers() == ["ana", "ben"]


def test_problems_are_told_once(ledger: Ledger) -> None:
    ledger.decide(relabel())
    with ledger.log.path.open("ab") as file:
        file.write(b"rubbish\n{torn")
    told = [problem.rpartition("/")[2] for problem in ledger.problems()]
    assert told == [
        "tiny.jsonl, line 2: it is damaged: no JSON object",
        "tiny.jsonl, line 3: it has no end, as after a crash; the next decision repairs that",
    ]
    ledger.decide(relabel(OTHER))
    told = [problem.rpartition("/")[2] for problem in ledger.problems()]
    assert told == [
        "tiny.jsonl, line 2: it is damaged: no JSON object",
        "tiny.jsonl that are kept beside it in tiny.torn: 1",
    ]


def test_a_renamed_image_keeps_its_decisions(ledger: Ledger, audit: Audit) -> None:
    (decision,) = ledger.decide(relabel())
    image_ids = np.array(
        [image_id.replace("test/sea/0", "test/forest/9") for image_id in audit.rows.image_ids.tolist()]
    )
    rows = Rows(audit.rows.root, audit.rows.classes, image_ids, audit.rows.labels, audit.rows.splits)
    moved = Ledger(ledger.log, replace(audit.checked, rows=rows))
    with moved.reading() as state:
        assert state.verdict("test/forest/9.png") == decision
        assert state.verdict(IMAGE) is None
    deleted = CheckedRows(
        rows.where(image_ids != "test/forest/9.png"),
        audit.checked.sha256s[image_ids != "test/forest/9.png"],
        audit.checked.hashes,
        audit.checked.sizes_px,
        (),
    )
    with Ledger(ledger.log, deleted).reading() as state:
        assert state.images() == []
        assert state.missing() == [decision]


def test_classes_added_later(ledger: Ledger, audit: Audit) -> None:
    """Verdicts name classes, not numbers: those given before the class list grew mean what they meant."""
    ledger.decide(relabel())
    rows = audit.rows
    more = Rows(rows.root, ("desert", *rows.classes), rows.image_ids, rows.labels + 1, rows.splits)
    grown = Ledger(ledger.log, replace(audit.checked, rows=more))
    grown.decide(Decision("ana", OTHER, "relabel", ("desert",)))
    with grown.reading() as state:
        got = decided_labels(state, more)
    changed = np.flatnonzero(got.labels != more.labels)
    assert {str(more.image_ids[row]): more.classes[got.labels[row]] for row in changed} == {
        IMAGE: "forest",
        OTHER: "desert",
    }


def test_threads_share_a_review(ledger: Ledger, audit: Audit) -> None:
    image_ids = audit.rows.image_ids.tolist()
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda image_id: ledger.decide(Decision("ana", image_id, "keep")), image_ids))
    with ledger.reading() as state:
        assert state.images() == sorted(image_ids)
    with ThreadPoolExecutor(6) as threads:
        undone = list(threads.map(lambda _: ledger.undo("ana"), image_ids))
    assert sorted(decision.image_id for decisions in undone for decision in decisions) == sorted(image_ids)


def test_names(audit: Audit, tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match="no audited data set 'tinny'; did you mean 'tiny'"):
        open_ledger(workspace_of(audit), "tinny")
    with pytest.raises(ErrataError, match="data set 'tiny' has no finished audit; run `errata audit tiny`"):
        open_ledger(Workspace(tmp_path), "tiny")
    with pytest.raises(ErrataError, match="is not a name"):
        log_of(Workspace(tmp_path), "../tiny")


def test_a_review_starts_light() -> None:
    heavy = "torch fiftyone sklearn scipy cleanlab umap pandas streamlit"
    program = f"import sys, curation.decisions.ledger; print(*set('{heavy}'.split()) & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_nothing_is_undone_while_a_line_cannot_be_read(ledger: Ledger) -> None:
    (kept,) = ledger.decide(relabel())
    with ledger.log.path.open("ab") as file:
        file.write(b"[" * 20_000 + b"\n")  # deeper than anything reads
    before = ledger.log.path.read_bytes()
    for reverse, done in ((ledger.undo, "taken back"), (ledger.redo, "brought back")):
        with pytest.raises(ErrataError, match=rf"tiny\.jsonl, line 2: .*; nothing was {done} \(one such line\): mend"):
            reverse("ana")
    assert ledger.log.path.read_bytes() == before
    assert ledger.take_back(kept.id, "ana") == kept  # what is named by its id is no other decision


def test_a_line_of_the_future_is_told(ledger: Ledger) -> None:
    (kept,) = ledger.decide(relabel())
    with ledger.log.writing() as writer:
        for number, year in ((2, 2126), (3, 2127)):
            time = f"{year}-01-01T00:00:00.000000Z"
            writer.copy([replace(kept, id=f"ahead{number}", sequence=number, time=time)])
    (told,) = ledger.problems()
    assert re.search(r"tiny\.jsonl, line 2: it is dated 2126-01-01T.*, in the future: the clock was wrong", told)
    assert ledger.unreadable() == []
