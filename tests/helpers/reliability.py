"""What tests of faults and attacks saw, kept for the table in docs/reliability.md.

A test marked `faults` calls `record` where it has checked what it says. `make faults` runs these tests at their long
size and makes the page of the lines; in an ordinary run they are short, and nothing is kept.
"""

import json
import os
import random
from pathlib import Path
from typing import Literal

Section = Literal["Faults", "Damaged files", "Attacks on servers", "Hostile pictures", "Hostile files", "Hostile names"]
SEED = int(os.environ.get("ERRATA_SEED", random.SystemRandom().randrange(10**6)))  # ERRATA_SEED=N repeats a run
_LINES = "ERRATA_RECORD"  # the file that lines are appended to


def size(short: int, long: int) -> int:
    """Return how many tries a test makes: few in an ordinary run, many where ERRATA_FAULTS is set."""
    return long if os.environ.get("ERRATA_FAULTS") else short


def record(section: Section, fault: str, tries: int, outcome: str) -> None:
    """Keep one row of the table; the tries of rows that are else equal are added.

    Args:
        section: of the page.
        fault: what was done, such as "SIGKILL at a random moment of an audit".
        tries: how often; 0 only at the short size, whose few tries may come too late, and then nothing is kept.
        outcome: what came of it every time, such as "the same command again ends with the same files".
    """
    if tries == size(0, 1) == 0:
        return
    assert tries > 0, fault
    assert "\n" not in fault + outcome, "a row is one line"
    if file := os.environ.get(_LINES):
        line = {"section": section, "fault": fault, "tries": tries, "outcome": outcome}
        # One write of an appending file, which other test processes do not interrupt.
        descriptor = os.open(Path(file), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        with os.fdopen(descriptor, "ab", buffering=0) as lines:
            lines.write(json.dumps(line).encode() + b"\n")
