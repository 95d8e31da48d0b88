"""The table of docs/reliability.md: counted from what the tests recorded."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.__main__ import counted, page
from tests.helpers.reliability import record, size


def test_rows_are_counted_and_a_section_without_any_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = tmp_path / "lines"
    monkeypatch.setenv("ERRATA_RECORD", str(lines))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: record("Faults", "a kill", 1000, "nothing | is lost"), range(8)))
    record("Hostile names", "a name", 1, "one sentence")
    tries = counted(lines.read_text().splitlines())
    assert list(tries.values()) == [8000, 1]
    text = page(tries, "Run on a machine.")
    assert "| a kill | 8,000 | nothing \\| is lost |\n" in text
    assert text.count("## ") == 2
    assert text.index("## Faults") < text.index("## Hostile names")


def test_an_ordinary_run_is_short_and_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ERRATA_RECORD", raising=False)
    monkeypatch.delenv("ERRATA_FAULTS", raising=False)
    monkeypatch.chdir(tmp_path)
    record("Faults", "a kill", 1, "nothing is lost")
    assert size(2, 200) == 2
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv("ERRATA_FAULTS", "1")
    assert size(2, 200) == 200
