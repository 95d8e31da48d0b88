"""Stages are done once, and again where what they depend on has changed."""

import subprocess
import sys
from pathlib import Path

import pytest

from curation.workspace.stages import Stages, read_records
from models.arrays import Progress
from models.errors import ErrataError
from models.files.atomic import digest
from models.files.runs import Run
from tests.helpers import REPOSITORY
from tests.helpers.json_file import read_json


class Killed(BaseException):
    """Stands for a SIGKILL: nothing after it runs."""


def stages(folder: Path, told: list[tuple[str, int, int]] | None = None) -> Stages:
    return Stages(Run(folder), None if told is None else lambda *event: told.append(event))


def write(path: Path, text: str = "x") -> None:
    path.write_text(text)


def test_a_stage_is_done_once(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    output, calls = tmp_path / "out.txt", []

    def work(progress: Progress) -> None:
        calls.append(1)
        write(output)
        progress(3, 7)

    for _ in range(2):
        stages(tmp_path, told).do("count", [1, "a"], [output], work)
    assert len(calls) == 1
    assert told == [("count", 0, 0), ("count", 3, 7), ("count", 1, 1), ("count", 1, 1)]
    record = read_records(tmp_path)["count"]
    assert record.key == digest("count", [1, "a"])
    assert record.reused
    assert record.seconds >= 0
    assert 1 < record.peak_mb < 100_000


CHILD_HOLDS_MEMORY = """
import subprocess, sys
from curation.workspace.stages import Memory
before, during = Memory(), Memory()
before.measure()
program = "held = bytearray(300 * 2**20); print(flush=True); input()"
child = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
during.measure()
child.communicate(b"\\n")
print(before.peak_mb(), during.peak_mb())
"""


def test_the_memory_of_children_counts() -> None:
    """In a process of its own: the highest memory of this one may lie far above what it holds now."""
    program = [sys.executable, "-c", CHILD_HOLDS_MEMORY]
    run = subprocess.run(program, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    before, during = map(float, run.stdout.split())
    assert during >= before + 250


@pytest.mark.parametrize("change", ["inputs", "missing output", "name"])
def test_a_change_does_it_again(tmp_path: Path, change: str) -> None:
    output, calls = tmp_path / "out.txt", []

    def work(_: Progress) -> None:
        calls.append(1)
        write(output)

    for turn in range(2):
        if turn and change == "missing output":
            output.unlink()
        name = f"stage {turn}" if change == "name" else "stage"
        inputs = [turn] if change == "inputs" else []
        stages(tmp_path).do(name, inputs, [output], work)
    assert len(calls) == 2


def test_half_written_outputs_never_pass_for_finished_ones(tmp_path: Path) -> None:
    """Inputs A are done; inputs B are killed after writing; back at A, B's output must not be taken for A's."""
    output = tmp_path / "out.txt"
    stages(tmp_path).do("stage", ["A"], [output], lambda _: write(output, "A"))

    def killed(_: object) -> None:
        write(output, "B")
        raise Killed

    with pytest.raises(Killed):
        stages(tmp_path).do("stage", ["B"], [output], killed)
    stages(tmp_path).do("stage", ["A"], [output], lambda _: write(output, "A"))
    assert output.read_text() == "A"


def test_damaged_outputs_are_made_again_and_those_that_cannot_be_read_now_are_kept(tmp_path: Path) -> None:
    output, cause = tmp_path / "out.txt", Exception()
    texts = iter(("first", "second"))

    def work(_: Progress) -> None:
        write(output, next(texts))

    def read() -> None:
        raise ErrataError("damaged") from cause

    stages(tmp_path).do("stage", [], [output], work, read=read)
    assert output.read_text() == "first"  # what this command wrote is not read
    stages(tmp_path).do("stage", [], [output], work, read=read)
    assert output.read_text() == "second"
    cause = PermissionError()
    with pytest.raises(ErrataError, match="damaged"):
        stages(tmp_path).do("stage", [], [output], work, read=read)
    assert output.read_text() == "second"


# --- values --------------------------------------------------------------------------------------------------------


class Kept:
    """A number kept in a file, made and loaded as stages do it."""

    def __init__(self, folder: Path):
        self.file = folder / "number.txt"
        self.made = self.loaded = 0

    def make(self, _: Progress) -> int:
        self.made += 1
        write(self.file, "7")
        return 7

    def load(self) -> int:
        self.loaded += 1
        try:
            return int(self.file.read_text())
        except ValueError as error:
            raise ErrataError("damaged") from error

    def value(self, command: Stages) -> int:
        return command.value("number", [1], [self.file], self.make, self.load)


def test_a_value_is_made_once_and_then_read(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    assert kept.value(stages(tmp_path)) == 7
    assert (kept.made, kept.loaded) == (1, 0)
    again = stages(tmp_path)
    assert kept.value(again) == kept.value(again) == 7  # the second time within one command
    assert kept.made == 1
    assert [record.reused for record in again.records] == [True]


def test_a_damaged_value_is_made_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.value(stages(tmp_path))
    write(kept.file, "seven")
    again = stages(tmp_path)
    assert kept.value(again) == 7
    assert kept.made == 2
    assert [record.reused for record in again.records] == [False]
    assert not read_records(tmp_path)["number"].reused


def test_a_value_killed_while_it_was_made_is_made_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path)

    def killed(_: object) -> int:
        write(kept.file, "8")
        raise Killed

    with pytest.raises(Killed):
        stages(tmp_path).value("number", [1], [kept.file], killed, kept.load)
    assert kept.value(stages(tmp_path)) == 7


# --- records -------------------------------------------------------------------------------------------------------


def test_records_keep_the_order_of_this_command_and_others_are_forgotten_at_its_end(tmp_path: Path) -> None:
    first = stages(tmp_path)
    for name in ("b", "old", "a"):
        first.do(name, [], [], lambda _: None)
    second = stages(tmp_path)
    for name in ("b", "new"):
        second.do(name, [], [], lambda _: None)
    assert set(read_records(tmp_path)) == {"a", "b", "new", "old"}  # a killed command forgets nothing
    second.forget_others()
    assert set(read_records(tmp_path)) == {"b", "new"}
    assert [record.name for record in second.records] == ["b", "new"]
    assert [record.reused for record in second.records] == [True, False]


def test_asked_for_twice_in_one_command_is_done_and_recorded_once(tmp_path: Path) -> None:
    command, calls = stages(tmp_path), []
    for inputs in ([1], [1], [2]):
        command.do("stage", inputs, [], lambda _: calls.append(1))
    assert len(calls) == 2
    assert [record.reused for record in command.records] == [False, False]


def test_status_says_which_stage_is_under_way(tmp_path: Path) -> None:
    seen = []
    stages(tmp_path).do("stage", [], [], lambda _: seen.append(read_json(tmp_path / "status.json")["stage"]))
    assert seen == ["stage"]


def test_nothing_done_yet(tmp_path: Path) -> None:
    assert read_records(tmp_path) == {}
