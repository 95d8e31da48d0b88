"""The decision log: every acknowledged decision is in it once, in order, whatever happens to who writes it."""

import json
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from curation.decisions import log as decision_log
from curation.decisions.decision import Decision, Reversal
from curation.decisions.log import START, DecisionLog, parse_line
from curation.words import utc_text
from models.errors import ErrataError
from tests.helpers import REPOSITORY
from tests.helpers.log_writer import some_decision
from tests.helpers.reliability import record, size

FAULTS = size(50, 1000)  # kills


@pytest.fixture
def log(tmp_path: Path) -> DecisionLog:
    return DecisionLog(tmp_path / "decisions" / "tiny.jsonl")


def images(log: DecisionLog) -> list[str]:
    """Return the images that were decided on, line by line."""
    return [entry.image_id for _, entry in log.read().entries if isinstance(entry, Decision)]


def test_decisions_come_back_in_order(log: DecisionLog) -> None:
    assert log.read().entries == ()
    first = log.append(some_decision(0))
    second = log.append(some_decision(1, "keep", reviewer="Benoît"))
    undo = log.append(Reversal("undo", second.id, "Benoît"))
    page = log.read()
    assert page.entries == ((1, first), (2, second), (3, undo))
    assert (page.problems, page.torn, page.end.line) == ((), "", 3)
    assert page.end.offset == log.path.stat().st_size
    assert [first.sequence, second.sequence, undo.sequence] == [1, 2, 3]
    assert len({first.id, second.id, undo.id}) == 3
    age = datetime.now(UTC) - datetime.fromisoformat(undo.time)
    assert first.time <= second.time <= undo.time
    assert timedelta(0) <= age < timedelta(minutes=1)
    assert all(json.loads(line)["schema_version"] == 1 for line in log.path.read_text().splitlines())


def test_only_what_is_new_is_read(log: DecisionLog) -> None:
    log.append(some_decision(0))
    end = log.read().end
    assert log.read(end).entries == ()
    new = log.append(some_decision(1))
    assert log.read(end).entries == ((2, new),)
    with log.writing() as writer:
        assert writer.read(end).entries == ((2, new),)


def test_another_file_is_told_apart(log: DecisionLog) -> None:
    log.append(some_decision(0))
    log.append(some_decision(1))
    end = log.read().end
    log.path.write_bytes(log.path.read_bytes()[:100] + b"\n")  # somebody put back an old copy
    assert not log.read(end).follows
    assert log.read(START).follows


def test_time_goes_on_where_the_clock_was_put_back(log: DecisionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = utc_text(datetime.now(UTC) + timedelta(hours=1))
    with log.writing() as writer:
        writer.copy([replace(some_decision(0), id="a", sequence=7, time=ahead)])
    later = log.append(some_decision(1))
    assert (later.time, later.sequence) == (ahead, 8)


def test_the_first_lines_and_their_hash(log: DecisionLog) -> None:
    entries = [log.append(some_decision(image)) for image in range(3)]
    hashes = [log.sha256(lines) for lines in range(4)]
    assert len(set(hashes)) == 4
    assert hashes[0] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # of nothing
    assert [entry for _, entry in log.first(2).entries] == entries[:2]
    log.append(some_decision(3))
    assert [log.sha256(lines) for lines in range(4)] == hashes
    for lines in (5, -1):
        with pytest.raises(ErrataError, match=f"tiny.jsonl has 4 lines; there is no line {lines}"):
            log.first(lines)
    assert DecisionLog(log.path.with_name("none.jsonl")).first(0).entries == ()


def test_a_damaged_line_is_named_and_the_others_are_read(log: DecisionLog) -> None:
    for image in range(6):
        log.append(some_decision(image))
    lines = log.path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1][:50] + b"\n"
    lines[2] = b"\xff\xfe\0\n"
    lines[3] = b"[1]\n"
    lines[4] = lines[4].replace(b'"schema_version":1', b'"schema_version":2')
    log.path.write_bytes(b"".join(lines))
    page = log.read()
    assert [number for number, _ in page.entries] == [1, 6]
    assert [problem.partition("tiny.jsonl, ")[2] for problem in page.problems] == [
        "line 2: it is damaged: no JSON object",
        "line 3: it is damaged: no JSON object",
        "line 4: it is damaged: no JSON object",
        "line 5: schema_version 2 is of a newer Errata (this one reads 1); update it",
    ]
    log.append(some_decision(6))
    assert log.path.read_bytes().startswith(b"".join(lines))  # nothing of it was touched
    assert images(log) == ["0.png", "5.png", "6.png"]


@pytest.mark.parametrize(
    "torn",
    [(b'{"kind": [1', b"2], 3]}"), (b"{}, {}", b"{}"), (b"{}], [{}", b"{}"), (b"", b""), (b'{"kind": "', b'"}')],
)
def test_lines_parsed_together_are_told_apart(log: DecisionLog, torn: tuple[bytes, bytes]) -> None:
    """Damaged lines that are JSON once a comma stands between them, or that hold several objects."""
    entries = [log.append(some_decision(1)), log.append(some_decision(2))]
    first, last = log.path.read_bytes().splitlines()
    log.path.write_bytes(b"\n".join([first, *torn, last, b""]))
    page = log.read()
    assert page.entries == ((1, entries[0]), (4, entries[1]))
    assert len(page.problems) == 2


def test_behind_damaged_lines_the_numbers_go_on(log: DecisionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision_log, "_TAIL_BYTES", 64)
    log.append(some_decision(0))
    with log.path.open("ab") as file:
        file.write(b"rubbish\n" * 99)
    assert log.append(some_decision(1)).sequence == 2


def test_a_line_torn_anywhere_is_mended(log: DecisionLog) -> None:
    whole = log.append(some_decision(0))
    size = log.path.stat().st_size
    log.append(some_decision(1))
    data = log.path.read_bytes()
    for length in (*range(size, len(data), 23), len(data) - 2):
        log.path.write_bytes(data[:length])
        torn = length > size
        assert ("line 2: it has no end, as after a crash" in log.read().torn) is torn
        assert log.read().entries == ((1, whole),)
        log.append(some_decision(2))
        assert images(log) == ["0.png", "2.png"]
        aside = log.path.with_suffix(".torn")
        assert log.set_aside() == int(torn)
        assert not torn or aside.read_bytes() == data[size:length] + b"\n"
        aside.unlink(missing_ok=True)


def test_a_line_that_lacks_only_its_end_counts(log: DecisionLog) -> None:
    """An editor may have taken the last line end away."""
    log.append(some_decision(0))
    log.path.write_bytes(log.path.read_bytes().rstrip())
    log.append(some_decision(1))
    assert images(log) == ["0.png", "1.png"]
    assert log.set_aside() == 0


def test_a_full_disk_says_so_and_keeps_what_was(log: DecisionLog) -> None:
    program = """if True:
        import resource, sys, signal
        from pathlib import Path
        from curation.decisions.log import DecisionLog
        from models.errors import ErrataError
        from tests.helpers.log_writer import some_decision
        log = DecisionLog(Path(sys.argv[1]))
        log.append(some_decision(0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.path.stat().st_size + 9,) * 2)
        try:
            log.append(some_decision(1))
        except ErrataError as error:
            print(error)
        """
    run = subprocess.run(
        [sys.executable, "-c", program, log.path], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert "tiny.jsonl: File too large; nothing was decided" in run.stdout
    assert images(log) == ["0.png"]
    assert log.read().torn == ""


@pytest.mark.parametrize(
    ("lacking", "sentence"),
    [({"sha256": ""}, "sha256 '' is not a SHA-256"), ({"label": ""}, "needs an image_id and a label as given")],
)
def test_what_could_not_be_read_again_is_not_written(log: DecisionLog, lacking: dict[str, str], sentence: str) -> None:
    log.append(some_decision(0))
    with log.writing() as writer, pytest.raises(ErrataError, match=sentence):
        writer.append([some_decision(1), replace(some_decision(2), **lacking)])  # type: ignore[arg-type]
    assert images(log) == ["0.png"]


def test_threads_of_one_process(log: DecisionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    last = decision_log._last

    def slow(descriptor: int) -> tuple[str, int]:
        entry = last(descriptor)
        time.sleep(0.002)  # now another thread would write, if it could
        return entry

    monkeypatch.setattr(decision_log, "_last", slow)
    with ThreadPoolExecutor(8) as threads:
        written = list(threads.map(lambda image: log.append(some_decision(image)), range(40)))
    assert sorted(entry.sequence for _, entry in log.read().entries) == list(range(1, 41))
    assert {entry.id for _, entry in log.read().entries} == {entry.id for entry in written}


class Writers:
    """Starts and kills processes that write decisions; see tests/helpers/log_writer.py."""

    def __init__(self, log: DecisionLog, folder: Path):
        self.folder = folder
        folder.mkdir()
        command = [sys.executable, "-S", "-m", "tests.helpers.log_writer", str(log.path), str(folder)]
        self.process = subprocess.Popen(
            command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def tell(self, order: str, what: object) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{order} {what}\n")
        return int(self.process.stdout.readline())

    def noted(self, reviewer: str) -> list[str]:
        """Return the ids of the decisions that the reviewer was told are on the disk; waits for the first."""
        notes = self.folder / reviewer
        while not notes.exists() or not notes.stat().st_size:
            time.sleep(0.001)
        return notes.read_text().split()

    def end(self) -> None:
        self.process.communicate()
        assert self.process.returncode == 0


@pytest.mark.faults
@pytest.mark.timeout(300 + FAULTS)
def test_nothing_acknowledged_is_lost_by_kills(log: DecisionLog, tmp_path: Path) -> None:
    """Two processes at a time write to one log, each line in pieces, and both are killed at any moment."""
    randomly, reviewers = random.Random(0), []
    writers = Writers(log, tmp_path / "notes")
    for number in range(0, FAULTS, 2):
        pair = {name: writers.tell("start", name) for name in (f"ana-{number}", f"ben-{number}")}
        for name in pair:
            writers.noted(name)
        time.sleep(randomly.uniform(0, 0.03))
        for process in pair.values():
            assert writers.tell("kill", process) == -signal.SIGKILL
        reviewers += list(pair)
    log.append(some_decision(0, reviewer="last"))
    page = log.read()
    assert (page.problems, page.torn) == ((), "")
    entries = [entry for _, entry in page.entries]
    assert len({entry.id for entry in entries}) == len(entries)
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
    for name in reviewers:
        ids, noted = [entry.id for entry in entries if entry.reviewer == name], writers.noted(name)
        assert ids[: len(noted)] == noted
        assert len(ids) <= len(noted) + 1  # one may be on the disk that nobody was told of
    assert log.set_aside() > 0  # some line was torn, or this shows little
    assert not any(_whole(line) for line in log.path.with_suffix(".torn").read_bytes().splitlines())
    writers.end()
    record("Faults", "SIGKILL of writers of the decision log", FAULTS, "no acknowledged decision is lost or torn")


def _whole(line: bytes) -> bool:
    try:
        parse_line(line)
    except ErrataError:
        return False
    return True
