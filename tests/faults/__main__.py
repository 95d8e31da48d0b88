"""Make docs/reliability.md of the lines that a run of the tests of faults and attacks recorded."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

from curation.database.binary import mongod_version
from tests.faults.machine import machine
from tests.helpers import REPOSITORY
from tests.helpers.reliability import Section

PAGE = REPOSITORY / "docs" / "reliability.md"
_INTRODUCTION = """\
# What was tried to break it

Each row was counted by a test that checked the outcome in every try. `make faults` repeats it, and writes this page
where no test fails. The seeds of what was drawn at random are in the tests' output.
"""

Row = tuple[str, str, str]  # section, fault, outcome


def counted(lines: Iterable[str]) -> Counter[Row]:
    """Return the tries of each row, in the order of its first line."""
    tries: Counter[Row] = Counter()
    for line in lines:
        row = json.loads(line)
        tries[row["section"], row["fault"], row["outcome"]] += row["tries"]
    return tries


def page(tries: Counter[Row], about: str) -> str:
    """Return the page in Markdown: a table for each section that has a row."""
    parts = [_INTRODUCTION, f"{about}\n"]
    for section in get_args(Section):
        rows = [row for row in tries if row[0] == section]
        if rows:
            head = f"## {section}\n\n| fault | tries | outcome |\n|---|---:|---|\n"
            parts.append(
                head + "".join(_line(fault, tries[section, fault, outcome], outcome) for _, fault, outcome in rows)
            )
    return "\n".join(parts)


def _line(fault: str, tries: int, outcome: str) -> str:
    cells = (fault, f"{tries:,}", outcome)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def main(arguments: Sequence[str]) -> None:
    lines = Path(arguments[0]).read_text(encoding="utf-8").splitlines()
    about = " ".join(
        [f"Run on {machine()}, MongoDB {mongod_version()}.", *arguments[1:]]
    )  # what else a reader should know of the run
    PAGE.write_text(page(counted(lines), about), encoding="utf-8")
    print(f"{PAGE}: {sum(counted(lines).values()):,} tries")


if __name__ == "__main__":
    main(sys.argv[1:])
