"""What a JSON file must say, and the sentence where it does not."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from models.errors import ErrataError
from models.files.schemas import check_newest, read_as, read_dict


@dataclass(frozen=True)
class Fruit:
    name: str
    weights: tuple[float, ...] = ()
    colours: dict[str, str] = field(default_factory=dict)


def test_what_fits_is_read_and_unknown_fields_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "fruit.json"
    path.write_text('{"name": "apple", "weights": [1, 2.5], "grown": true}')
    assert read_as(path, Fruit) == Fruit("apple", (1.0, 2.5))
    assert read_dict(path, Fruit) == {"name": "apple", "weights": [1, 2.5], "grown": True}
    path.write_text('{"a": 1}')
    assert read_as(path, dict[str, int]) == {"a": 1}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "EOF while parsing a value at line 1 column 0"),
        (b'{"name": "app', "EOF while parsing a string at line 1 column 13"),
        (b"null", "Input should be an object"),
        (b"[]", "Input should be an object"),
        (b"{}", "name: Field required"),
        (b'{"name": 3}', "name: Input should be a valid string"),
        (b'{"name": "a", "weights": ["1"]}', "weights.0: Input should be a valid number"),
        (b'{"name": "a", "weights": [NaN]}', "expected value at line 1 column 27"),
        (b'{"name": "a", "weights": [-Infinity]}', "invalid number at line 1 column 28"),
        (b'{"name": "\xff"}', "invalid unicode code point at line 1 column 11"),
        (b"[" * 20_000, "recursion limit exceeded at line 1 column"),
    ],
)
@pytest.mark.parametrize("read", [read_as, read_dict])
def test_what_does_not_is_one_sentence(tmp_path: Path, content: bytes, reason: str, read: Any) -> None:
    path = tmp_path / "fruit.json"
    path.write_bytes(content)
    with pytest.raises(ErrataError) as refused:
        read(path, Fruit, "write it again")
    assert str(refused.value).startswith(f"{path} is damaged ({reason}")
    assert str(refused.value).endswith("; write it again")


def test_a_file_of_a_newer_errata_is_refused_before_its_schema_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "fruit.json"
    path.write_text('{"schema_version": 3, "names": ["apple"]}')
    sentence = "has schema 3, of a newer Errata; this one reads up to 2: install the newer Errata"
    with pytest.raises(ErrataError, match=sentence):
        read_as(path, Fruit, newest=2)
    with pytest.raises(ErrataError, match=sentence):
        check_newest(path, 2)
    check_newest(path, 3)
    check_newest(tmp_path / "missing.json", 1)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match=r"cannot read .*fruit\.json: No such file"):
        read_as(tmp_path / "fruit.json", Fruit)


def test_a_command_that_reads_nothing_back_does_not_wait_for_pydantic() -> None:
    code = "import sys, app.cli, models.files.schemas; print('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
