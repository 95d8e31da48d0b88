"""Output on terminals that lack letters."""

import io
import json
import re
import sys

import pytest

from app.commands.arguments import comma_separated
from app.terminal import make_writable, tell, visible_json, write_utf8, writes_utf8
from curation.words import visible
from models.errors import ErrataError
from tests.helpers import REPOSITORY


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("ascii", b"caf\\xe9... \\u732b \\udce9 -> a-b\n"),
        ("latin-1", b"caf\xe9... \\u732b \\udce9 -> a-b\n"),
        ("cp1252", b"caf\xe9\x85 \\u732b \\udce9 -> a\x96b\n"),
        ("utf-8", "café… 猫 \\udce9 → a\u2013b\n".encode()),
    ],
)
def test_every_letter_can_be_written(monkeypatch: pytest.MonkeyPatch, encoding: str, written: bytes) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    make_writable()
    print("café… 猫 \udce9 → a\u2013b")
    stream.flush()
    assert stream.buffer.getvalue() == written
    assert writes_utf8() == (encoding == "utf-8")


def test_tables_for_other_programs_are_utf8_on_any_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    print("a", end="")
    write_utf8("é,猫\n")
    assert stream.buffer.getvalue() == "aé,猫\n".encode()


def test_names_with_commas_stand_in_quotes() -> None:
    assert comma_separated(" cat , dog,,") == ("cat", "dog")
    assert comma_separated('"cats, big", dog') == ("cats, big", "dog")
    with pytest.raises(ErrataError, match="is no list of names"):
        comma_separated('"cats, big')


HOSTILE = "a\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202egnp.\x7f\u2028b"


def test_no_name_commands_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    tell(f"\tsea/{HOSTILE}\nnext", fg="red")
    assert capsys.readouterr().out == (
        r"        sea/a\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202egnp.\x7f\u2028b".replace("        ", "\t") + "\nnext\n"
    )
    assert visible("Größe 猫 👩\u200d🔬 é") == "Größe 猫 👩\u200d🔬 é"
    shown = visible_json(json.dumps([HOSTILE], ensure_ascii=False))
    assert json.loads(shown) == [HOSTILE]
    assert visible(shown) == shown


def test_every_command_prints_through_that_function() -> None:
    for path in (REPOSITORY / "app").rglob("*.py"):
        if path.name not in ("terminal.py", "progress.py"):  # its lines are names of stages
            assert not re.search(r"typer\.s?echo\(|click\.s?echo\(|\bprint\(f?[\"']", path.read_text("utf-8")), path
